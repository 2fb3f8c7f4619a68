import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fakeBrowser } from 'wxt/testing/fake-browser'
import { PANEL_PORT, type PanelReport } from '../panel-report.ts'
import { storedPrivateWork } from '../private-work.ts'
import { storedWaitingUpdate } from '../waiting-update.ts'

type Listener = (value: unknown) => void

const ID = 'dmlpgeomecbdojbpnbhejhlgpnojgldc'
const PANEL = { id: ID, origin: `chrome-extension://${ID}`, url: `chrome-extension://${ID}/sidepanel.html` }
const PAGE = { id: ID, origin: 'https://shop.example', url: 'https://shop.example/', tab: { id: 7 } }

const waiting = storedWaitingUpdate(fakeBrowser.storage.local)
const privateWork = storedPrivateWork(fakeBrowser.storage.local)
const reload = vi.fn()
let openPanels = 0
let refusals: Record<string, number> = {}
let tellUpdate: Listener = () => undefined
let connect: Listener = () => undefined

/** A panel's end of a port to the background. */
function openPanel() {
  const listeners: { message: Listener; disconnect: Listener } = { message: () => undefined, disconnect: () => undefined }
  openPanels++
  const port = {
    name: PANEL_PORT,
    sender: PANEL,
    onMessage: { addListener: (listener: Listener) => Object.assign(listeners, { message: listener }) },
    onDisconnect: { addListener: (listener: Listener) => Object.assign(listeners, { disconnect: listener }) }
  }
  connect(port)
  return {
    report: (change: Partial<PanelReport>) => listeners.message({ isSending: false, isBusy: false, lastInputAt: Date.now(), ...change }),
    send: (message: unknown) => listeners.message(message),
    close() {
      openPanels--
      listeners.disconnect(port)
    }
  }
}

const offer = (version: string) => tellUpdate({ version })
const settle = () => vi.advanceTimersByTimeAsync(3_000)

/** A worker that has just started. */
async function startWorker(): Promise<void> {
  vi.resetModules()
  refusals = (await import('./senders.ts')).refusals
  const { followPanel, followUpdates } = await import('./updates.ts')
  followUpdates()
  connect = followPanel as Listener
}

beforeEach(async () => {
  vi.useFakeTimers({ now: 1_000_000 })
  fakeBrowser.reset()
  reload.mockReset()
  openPanels = 0
  vi.stubGlobal(
    'chrome',
    Object.assign(fakeBrowser, {
      extension: { inIncognitoContext: false },
      runtime: Object.assign(fakeBrowser.runtime, {
        id: ID,
        reload,
        getURL: (path: string) => `chrome-extension://${ID}/${path}`,
        getManifest: () => ({ version: '1.0.0' }),
        getContexts: async () => Array.from({ length: openPanels }, () => ({ documentUrl: PANEL.url })),
        onUpdateAvailable: {
          addListener: (listener: Listener) => {
            tellUpdate = listener
          }
        }
      })
    })
  )
  await startWorker()
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

test('without a panel an update is applied at once, and forgotten, so that it is not applied again and again', async () => {
  offer('2.0.0')
  await settle()
  expect(reload).toHaveBeenCalledOnce()
  expect(await waiting.read()).toBeNull()
})

test('somebody who works is left alone until the panel is closed; drafts are kept first', async () => {
  await fakeBrowser.tabs.create({ url: 'https://shop.example/' })
  const panel = openPanel()
  panel.report({ isBusy: true })
  await chrome.storage.session.set({ 'composer:elsewhere': { text: 'x' } })
  offer('2.0.0')
  await vi.advanceTimersByTimeAsync(600_000)
  panel.report({ isBusy: true, lastInputAt: 0 })
  await settle()
  expect(reload).not.toHaveBeenCalled()
  expect(await waiting.read()).toEqual({ version: '2.0.0', since: 1_000_000, isWanted: false })
  panel.close()
  await settle()
  expect(reload).toHaveBeenCalledOnce()
  expect(await chrome.storage.local.get('parked:composer:elsewhere')).toEqual({ 'parked:composer:elsewhere': { text: 'x' } })
})

test('a later update does not begin the wait anew; after a day it is applied, but not while something is sent', async () => {
  const panel = openPanel()
  panel.report({ isBusy: true })
  offer('2.0.0')
  await vi.advanceTimersByTimeAsync(23 * 3_600_000)
  offer('3.0.0')
  await settle()
  expect(await waiting.read()).toEqual({ version: '3.0.0', since: 1_000_000, isWanted: false })
  panel.report({ isSending: true, isBusy: true })
  await vi.advanceTimersByTimeAsync(3_600_000)
  panel.report({ isSending: true, isBusy: true })
  await settle()
  expect(reload).not.toHaveBeenCalled()
  panel.report({ isBusy: true })
  await settle()
  expect(reload).toHaveBeenCalledOnce()
})

test('“Update now” is heard from pages of the extension', async () => {
  vi.spyOn(console, 'error').mockReturnValue(undefined)
  const panel = openPanel()
  panel.report({ isBusy: true })
  offer('2.0.0')
  await settle()
  const { onMessage } = fakeBrowser.runtime
  const ask = (sender: object) =>
    onMessage.trigger({ id: 1, type: 'applyUpdate', data: null, timestamp: Date.now() }, sender, () => undefined)
  const refused = refusals['sender_not_allowed'] ?? 0
  await ask(PAGE)
  await settle()
  expect(refusals['sender_not_allowed']).toBe(refused + 1)
  expect(reload).not.toHaveBeenCalled()
  await ask(PANEL)
  await settle()
  expect(reload).toHaveBeenCalledOnce()
})

test('whoever works in a private window is left alone too; that worker tells so while an update waits, and nothing before', async () => {
  Object.assign(chrome.extension, { inIncognitoContext: true })
  await startWorker()
  const panel = openPanel()
  panel.report({ isBusy: true })
  await settle()
  expect(await privateWork.read()).toBeNull()
  await waiting.write({ version: '2.0.0', since: Date.now(), isWanted: false })
  await settle()
  panel.report({ isBusy: true, isSending: true })
  await settle()
  expect(await privateWork.read()).toEqual({ until: Date.now() - 3_000 + 60_000, isSending: true })
  panel.close()
  await settle()
  expect(await privateWork.read()).toBeNull()
  expect(reload).not.toHaveBeenCalled()
})

test('the update waits until work in a private window has ended', async () => {
  await privateWork.write({ until: Date.now() + 60_000, isSending: false })
  offer('2.0.0')
  await settle()
  expect(reload).not.toHaveBeenCalled()
  await privateWork.write(null)
  await settle()
  expect(reload).toHaveBeenCalledOnce()
})

test('what is no report counts as nothing said', async () => {
  const panel = openPanel()
  const counted = refusals['invalid_message'] ?? 0
  panel.send({ isSending: 'no' })
  expect(refusals['invalid_message']).toBe(counted + 1)
  // It may be doing anything.
  offer('2.0.0')
  await settle()
  expect(reload).not.toHaveBeenCalled()
})

test('what was installed meanwhile waits no more', async () => {
  await waiting.write({ version: '1.0.0', since: 1, isWanted: false })
  await startWorker()
  await settle()
  expect(await waiting.read()).toBeNull()
  expect(reload).not.toHaveBeenCalled()
})
