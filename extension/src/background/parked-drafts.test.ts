import { beforeEach, expect, test, vi } from 'vitest'
import { fakeBrowser } from 'wxt/testing/fake-browser'
import { keepDraftsParked, parkDrafts, restoreDrafts } from './parked-drafts.ts'
import { storedDraft, storedRun } from './session-store.ts'

const picture = { dataUrl: 'data:image/webp;base64,AAAA', mediaType: 'image/webp', width: 10, height: 10, bytes: 3 } as const

function record(tabId: number, changedAt: number) {
  const draft = {
    tabId,
    revision: 1,
    url: 'https://shop.example/',
    title: 'Shop',
    capturedAt: '2026-11-21T08:00:00.000Z',
    viewport: { width: 800, height: 600, deviceScaleFactor: 1, scrollX: 0, scrollY: 0 },
    colorScheme: 'light' as const,
    frameworks: [],
    featureFlags: {},
    outline: [],
    picks: [],
    console: [],
    requests: [],
    masking: '[[],[]]',
    screenshot: picture,
    redactions: {},
    truncated: [],
    problems: []
  }
  return { draft, documentId: `D${tabId}`, lastNumber: 3, changedAt }
}

const composer = { text: 'Line this up', choice: { screenshot: true, dom: true, components: true, console: true } }
const parkedKeys = async () => Object.keys(await chrome.storage.local.get(null)).filter(key => key.startsWith('parked'))

/** What Chrome does to the session's storage when it updates the extension, and when it ends. */
const emptySession = () => chrome.storage.session.clear()

let tabId = 0

beforeEach(async () => {
  vi.restoreAllMocks()
  fakeBrowser.reset()
  vi.stubGlobal('chrome', Object.assign(fakeBrowser, { extension: { inIncognitoContext: false } }))
  tabId = (await fakeBrowser.tabs.create({ url: 'https://shop.example/' })).id ?? 0
  await restoreDrafts()
  await storedDraft.write(tabId, record(tabId, 1))
  await chrome.storage.session.set({ 'composer:https://shop.example': composer })
})

test('text, picks and pictures are there after an update, and nothing else of before', async () => {
  await storedRun.write(tabId, { runId: 'a', documents: [], documentId: 'D' })
  await parkDrafts()
  await emptySession()
  await restoreDrafts()
  expect(await storedDraft.read(tabId)).toEqual(record(tabId, 1))
  expect(await storedRun.read(tabId)).toBeNull()
  expect(await chrome.storage.session.get('composer:https://shop.example')).toEqual({ 'composer:https://shop.example': composer })
})

test('without parking an update takes them', async () => {
  await emptySession()
  await restoreDrafts()
  expect(await storedDraft.read(tabId)).toBeNull()
})

test('another run of the browser finds nothing, on disk neither', async () => {
  await parkDrafts()
  await emptySession()
  // Ids are given once: those of another run are others.
  await chrome.storage.local.set({ 'parked-tabs': [tabId + 1_000] })
  await restoreDrafts()
  expect(await storedDraft.read(tabId)).toBeNull()
  expect(await parkedKeys()).toEqual([])
})

test('a worker that starts again changes nothing', async () => {
  await parkDrafts()
  await storedDraft.write(tabId, null)
  await restoreDrafts()
  expect(await storedDraft.read(tabId)).toBeNull()
})

test('what is written and picked is on disk at once, for an update that comes without a word, and goes with the draft', async () => {
  keepDraftsParked()
  const later = { ...composer, text: 'Line this up, please' }
  await chrome.storage.session.set({ 'composer:https://shop.example': later })
  await storedDraft.write(tabId, record(tabId, 2))
  await vi.waitFor(async () => expect(await parkedKeys()).toHaveLength(3), { timeout: 15_000 })
  // The old worker has ended by then, and hears nothing of it.
  fakeBrowser.storage.session.onChanged.removeAllListeners()
  await emptySession()
  await restoreDrafts()
  expect(await storedDraft.read(tabId)).toEqual(record(tabId, 2))
  expect(await chrome.storage.session.get('composer:https://shop.example')).toEqual({ 'composer:https://shop.example': later })
  keepDraftsParked()
  await storedDraft.write(tabId, null)
  await chrome.storage.session.remove('composer:https://shop.example')
  await vi.waitFor(async () => expect(await parkedKeys()).toEqual(['parked-tabs']), { timeout: 15_000 })
})

test('where there is no room the pictures of the oldest are left out', async () => {
  const other = (await fakeBrowser.tabs.create({ url: 'https://shop.example/cart' })).id ?? 0
  await storedDraft.write(other, record(other, 2))
  const write = chrome.storage.local.set.bind(chrome.storage.local)
  vi.spyOn(chrome.storage.local, 'set').mockImplementation(async (items: Record<string, unknown>) => {
    if (JSON.stringify(items).includes(`"tabId":${tabId}`) && JSON.stringify(items).includes('base64')) {
      throw new Error('Resource::kQuotaBytes quota exceeded')
    }
    await write(items)
  })
  await parkDrafts()
  await emptySession()
  await restoreDrafts()
  expect((await storedDraft.read(other))?.draft.screenshot).toEqual(picture)
  expect((await storedDraft.read(tabId))?.draft).toMatchObject({
    url: 'https://shop.example/',
    truncated: [expect.stringContaining('no room')]
  })
  expect((await storedDraft.read(tabId))?.draft.screenshot).toBeUndefined()
})

test('private windows leave nothing on disk', async () => {
  await parkDrafts()
  vi.stubGlobal('chrome', Object.assign(fakeBrowser, { extension: { inIncognitoContext: true } }))
  await chrome.storage.local.clear()
  await parkDrafts()
  keepDraftsParked()
  await storedDraft.write(tabId, record(tabId, 3))
  expect(await parkedKeys()).toEqual([])
})
