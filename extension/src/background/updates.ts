/**
 * Updates wait while a person works. Chrome holds an update back only as long as one of the extension's pages is open, and installs it
 * by itself otherwise; `runtime.reload` installs it at once.
 *
 * Alarms and the machine's idle state would each need a permission more. An open panel reports every few seconds instead, which also keeps
 * the worker running; each report, each closing of a panel and each start of the worker is an occasion to decide.
 */

import { z } from 'zod'
import { onMessage } from '../messages.ts'
import { success } from '../outcome.ts'
import { type PanelReport, panelReportSchema } from '../panel-report.ts'
import { storedPrivateWork } from '../private-work.ts'
import { isHigherVersion, storedWaitingUpdate, type WaitingUpdate } from '../waiting-update.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { parkDrafts } from './parked-drafts.ts'
import { leaveAllPages } from './pointing.ts'
import { leaveRecordedPages } from './recording.ts'
import { guarded, isExtensionPage, refusals } from './senders.ts'
import { storedPointing } from './session-store.ts'
import { isTimeToUpdate, isWorkedIn } from './update-decision.ts'

/** A panel that is opening or being loaded anew has said by then that it is there. */
const SETTLE_MS = 2_000
/** A page that does not answer is left as it is. */
const LEAVE_PAGES_MS = 2_000

/** So long work in a private window counts after it was last told; an open panel tells every 20 seconds. */
const PRIVATE_WORK_MS = 60_000

const waitingUpdate = storedWaitingUpdate(chrome.storage.local)
const privateWork = storedPrivateWork(chrome.storage.local)
const reports = new Map<chrome.runtime.Port, PanelReport | null>()

/** Listens from the first moment of the worker: Chrome starts it for the events that were listened to at once. */
export function followUpdates(): void {
  chrome.runtime.onUpdateAvailable.addListener(({ version }) => run(noteUpdate(version)))
  // Also written by the other worker, where there are private windows.
  waitingUpdate.subscribe(waiting => {
    run(chrome.extension.inIncognitoContext || waiting?.isWanted ? updateIfItIsTime() : Promise.resolve())
    // By then the worker of the private windows has told of work there.
    setTimeout(() => run(updateIfItIsTime()), SETTLE_MS)
  })
  privateWork.subscribe(() => run(chrome.extension.inIncognitoContext ? Promise.resolve() : updateIfItIsTime()))
  onMessage(
    'applyUpdate',
    guarded(
      sender => isExtensionPage(sender, chrome.runtime.id),
      z.null(),
      async () => {
        const waiting = await readWaitingUpdate()
        if (waiting !== null) await waitingUpdate.write({ ...waiting, isWanted: true })
        return success(null)
      }
    )
  )
  run(readWaitingUpdate())
  setTimeout(() => run(updateIfItIsTime()), SETTLE_MS)
}

async function noteUpdate(version: string): Promise<void> {
  const known = await readWaitingUpdate()
  await waitingUpdate.write({ version, since: known?.since ?? Date.now(), isWanted: known?.isWanted ?? false })
}

/** The update that waits; one that was installed meanwhile is forgotten. */
async function readWaitingUpdate(): Promise<WaitingUpdate | null> {
  const waiting = await waitingUpdate.read()
  if (waiting === null || isHigherVersion(waiting.version, chrome.runtime.getManifest().version)) return waiting
  await waitingUpdate.write(null)
  return null
}

/** Hears what an open panel reports; that its port ends tells that it was closed. */
export function followPanel(port: chrome.runtime.Port): void {
  reports.set(port, null)
  port.onMessage.addListener((message: unknown) => {
    const report = panelReportSchema.safeParse(message)
    if (!report.success) {
      refusals.invalid_message++
      return
    }
    reports.set(port, report.data)
    run(updateIfItIsTime())
  })
  port.onDisconnect.addListener(() => {
    reports.delete(port)
    if (reports.size > 0) return
    run(parkDrafts())
    // Chrome still counts a panel that is just closing.
    setTimeout(() => run(updateIfItIsTime()), SETTLE_MS)
  })
}

async function updateIfItIsTime(): Promise<void> {
  await oneAtATime('update', async () => {
    const waiting = await readWaitingUpdate()
    const known = [...reports.values()].filter(report => report !== null)
    const isPointing = await isPointedAnywhere()
    const openPanels = Math.max(await countOpenPanels(), reports.size)
    const own = { now: Date.now(), openPanels, reports: known, isPointing }
    // The worker of the private windows leaves it to the other one, which has drafts to keep.
    if (chrome.extension.inIncognitoContext) await tellPrivateWork(waiting !== null && isWorkedIn(own), known)
    else if (waiting !== null && isTimeToUpdate({ ...own, waiting, privateWork: await privateWork.read() })) await applyUpdate()
  })
}

async function tellPrivateWork(isWork: boolean, known: readonly PanelReport[]): Promise<void> {
  if (isWork) await privateWork.write({ until: Date.now() + PRIVATE_WORK_MS, isSending: known.some(report => report.isSending) })
  else if ((await privateWork.read()) !== null) await privateWork.write(null)
}

async function applyUpdate(): Promise<void> {
  await Promise.race([Promise.all([leaveAllPages(), leaveRecordedPages()]), new Promise(resolve => setTimeout(resolve, LEAVE_PAGES_MS))])
  await parkDrafts()
  // Forgotten first: were the update not there after all, the extension would be loaded anew without end. Chrome tells of it again.
  await waitingUpdate.write(null)
  await privateWork.write(null)
  chrome.runtime.reload()
}

/** In the side panel, or as a tab of its own. */
async function countOpenPanels(): Promise<number> {
  const address = chrome.runtime.getURL('sidepanel.html')
  const contexts = await chrome.runtime.getContexts({})
  return contexts.filter(context => context.documentUrl?.startsWith(address)).length
}

async function isPointedAnywhere(): Promise<boolean> {
  const states = await Promise.all((await storedPointing.tabs()).map(tabId => storedPointing.read(tabId)))
  return states.some(state => state !== null && state.status !== 'off')
}

function run(work: Promise<unknown>): void {
  work.catch((error: unknown) => console.error(error))
}
