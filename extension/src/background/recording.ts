/** Recording what a person does in a tab: over navigations, and over the end of the service worker. */
import { FixpointError, type Step } from '@fixpoint/protocol'
import { z } from 'zod'
import type { ElementReference, RecordedStep } from '../message-schemas.ts'
import { allMessages, allRequests, arrivalAt, type Recording, stepOf, withStep } from '../recording.ts'
import { mostOf } from './capture.ts'
import { componentNames } from './components.ts'
import { applyMasking } from './masking.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { callInFrames, callInPage, injectRecorder, type PageDocument } from './page-scripts.ts'
import { pointingOf, tellRecordingChanged } from './panel-events.ts'
import { requireInspectable, takeScreenshot } from './pointing.ts'
import { randomHex } from './random-hex.ts'
import { toError } from './senders.ts'
import { type RecordingRecord, storedDraft, storedRecording, writeRecording } from './session-store.ts'
import { beginWatch, hearWatch } from './watch.ts'

const recordings = (tabId: number) => `recording:${tabId}`

/** What a step has led to is heard when the page had time for it, and what the one before has led to, before the page may be left; in ms. */
const HEAR_AFTER = [0, 700]
/** Numbers of steps that are remembered for each document, and documents. */
const MOST_NUMBERS = 40
const MOST_DOCUMENTS = 20

const begunSchema = z.object({
  isNew: z.boolean(),
  address: z.string().min(1).max(1_000),
  redactions: z.record(z.string().max(60), z.number().int().min(0))
})

/** Begins to record, or goes on with what was recorded before. */
export async function startRecording(tabId: number): Promise<Recording> {
  return oneAtATime(recordings(tabId), async () => {
    await requireInspectable(tabId)
    const before = await storedRecording.read(tabId)
    const record: RecordingRecord = {
      recordingId: randomHex(),
      documentId: null,
      taken: {},
      recording: before
        ? { ...before.recording, revision: before.recording.revision + 1, status: 'recording', failure: undefined }
        : {
            ...{ tabId, revision: 1, status: 'recording', startedAt: Date.now(), steps: [], omitted: 0 },
            ...{ console: [], requests: [], redactions: {}, maskings: {} }
          }
    }
    return await enter(record, true)
  })
}

/**
 * Puts the recorder into what the tab shows now; does nothing where it is there.
 * @param isRequired to throw where the page cannot be looked into. Otherwise the recording waits for one that can.
 */
async function enter(record: RecordingRecord, isRequired: boolean): Promise<Recording> {
  const { tabId } = record.recording
  try {
    return await enterDocuments(record)
  } catch (error) {
    if (isRequired) throw error
    const { code, message, hint } = toError(error)
    // Between two documents there is a moment without one; the next is told of.
    if (code === 'frame_changed') return record.recording
    const failure = new FixpointError(code, message, { hint }).toFailure()
    return await keep({ ...record, recording: { ...record.recording, status: 'paused', failure } }, tabId)
  }
}

async function enterDocuments(record: RecordingRecord): Promise<Recording> {
  const { tabId } = record.recording
  const documents = await injectRecorder(tabId)
  let { recording } = record
  let topId = record.documentId
  for (const [index, page] of documents.entries()) {
    const isTop = index === 0
    try {
      const { fingerprint } = await applyMasking(page)
      const begun = await callInPage(
        page,
        { world: 'ISOLATED', func: (id: string) => globalThis.fixpoint?.recorder?.begin(id), args: [record.recordingId] },
        begunSchema
      )
      if (!isTop) continue
      topId = page.documentId
      const { address } = begun
      recording = { ...recording, maskings: { ...recording.maskings, [new URL(address).origin]: fingerprint } }
      if (!begun.isNew && recording.status === 'recording') continue
      const said = begun.isNew ? arrivalAt(recording.steps, address) : null
      const step: Step | null = said === null ? null : { kind: 'navigation', at: new Date().toISOString(), url: said }
      recording = {
        ...recording,
        ...(step && withStep(recording, step)),
        status: 'recording',
        failure: undefined,
        redactions: mostOf(recording.redactions, begun.redactions)
      }
    } catch (error) {
      // A frame may go at any moment; the page itself must be there.
      if (isTop) throw error
    }
  }
  const [top] = documents
  if (top) await beginWatch(top, record.recordingId)
  await showBadge(tabId, true)
  if (recording === record.recording && topId === record.documentId) return recording
  return await keep({ ...record, documentId: topId, recording }, tabId)
}

async function keep(record: RecordingRecord, tabId: number): Promise<Recording> {
  const recording = { ...record.recording, revision: record.recording.revision + 1 }
  await writeRecording({ ...record, recording })
  tellRecordingChanged(tabId, recording.revision)
  return recording
}

/** The tab loads or has loaded another document, or Fixpoint has got access to it. */
export async function followPage(tabId: number): Promise<void> {
  await oneAtATime(recordings(tabId), async () => {
    const record = await storedRecording.read(tabId)
    if (!record || record.recording.status === 'stopped') return
    await hear(tabId)
    const latest = await storedRecording.read(tabId)
    if (latest) await enter(latest, false)
  })
}

/** Something that the person did. The page cannot make it up; whoever took its process over can, and gets no further than this. */
export async function acceptStep(page: PageDocument, frameOrigin: string | undefined, told: RecordedStep): Promise<void> {
  const { tabId, documentId } = page
  const isTaken = await oneAtATime(recordings(tabId), async () => {
    const record = await storedRecording.read(tabId)
    if (!record || record.recordingId !== told.recordingId || record.recording.status === 'stopped') {
      throw new FixpointError('sender_not_allowed', 'Nobody records steps in this tab.')
    }
    const numbers = record.taken[documentId] ?? []
    // What is pointed at is a pick and no step.
    const isPointing = (await pointingOf(tabId)).status !== 'off' && told.step.kind !== 'navigation'
    if (numbers.includes(told.number) || isPointing) return false
    const step = stepOf(told.step, new Date().toISOString(), frameOrigin)
    const taken = Object.entries({ ...record.taken, [documentId]: [...numbers, told.number].slice(-MOST_NUMBERS) }).slice(-MOST_DOCUMENTS)
    const { recording } = record
    const redactions = mostOf(recording.redactions, told.redactions)
    await keep(
      { ...record, taken: Object.fromEntries(taken), recording: { ...recording, ...withStep(recording, step), redactions } },
      tabId
    )
    return true
  })
  if (!isTaken) return
  if (told.step.kind !== 'navigation') void addComponent(page, told.step.element.selectors, told.step.reference).catch(noteUnlessGone)
  for (const delay of HEAR_AFTER) setTimeout(() => void oneAtATime(recordings(tabId), () => hear(tabId)).catch(noteUnlessGone), delay)
}

/** The component comes after the step: a page that is busy or left answers late or never. */
async function addComponent(page: PageDocument, selectors: readonly string[], reference: ElementReference): Promise<void> {
  const [names] = await componentNames(page, [reference])
  const component = names?.[0]
  if (!component) return
  await oneAtATime(recordings(page.tabId), async () => {
    const record = await storedRecording.read(page.tabId)
    if (!record) return
    const { steps } = record.recording
    const index = steps.findLastIndex(step => 'element' in step && step.element.selectors.join('\n') === selectors.join('\n'))
    const step = steps[index]
    if (!step || !('element' in step) || step.element.component === component) return
    const named = { ...step, element: { ...step.element, component } }
    await keep({ ...record, recording: { ...record.recording, steps: steps.with(index, named) } }, page.tabId)
  })
}

/** Adds what the page has said in its console and which requests have failed. A page that is gone says nothing more. */
async function hear(tabId: number, isEnd = false): Promise<void> {
  const record = await storedRecording.read(tabId)
  if (!record?.documentId) return
  try {
    const heard = await hearWatch({ tabId, documentId: record.documentId }, record.recordingId, isEnd)
    const { recording } = record
    const console = allMessages(recording.console, heard.messages)
    const requests = allRequests(recording.requests, heard.requests)
    if (console.length === recording.console.length && requests.length === recording.requests.length) return
    await keep({ ...record, recording: { ...recording, console, requests, redactions: mostOf(recording.redactions, heard.counts) } }, tabId)
  } catch (error) {
    noteUnlessGone(error)
  }
}

/** Ends recording and keeps the steps. Where nothing of the page was captured, that is done now, so that they can be sent. */
export async function stopRecording(tabId: number): Promise<Recording | null> {
  const { recording, isLacking } = await oneAtATime(recordings(tabId), async () => {
    await hear(tabId, true)
    await leave(tabId)
    const record = await storedRecording.read(tabId)
    if (!record || record.recording.status === 'stopped') return { recording: record?.recording ?? null, isLacking: false }
    const draft = await storedDraft.read(tabId)
    // A draft without picks is of no use where it is of another page.
    const isOfThisPage = draft !== null && (draft.draft.picks.length > 0 || draft.documentId === record.documentId)
    const stopped = { ...record.recording, status: 'stopped' as const, failure: undefined }
    return { recording: await keep({ ...record, documentId: null, recording: stopped }, tabId), isLacking: !isOfThisPage }
  })
  if (!isLacking) return recording
  await captureForSteps(tabId)
  return (await storedRecording.read(tabId))?.recording ?? null
}

async function captureForSteps(tabId: number): Promise<void> {
  try {
    await takeScreenshot(tabId)
  } catch (error) {
    const failure = toError(error).toFailure()
    await oneAtATime(recordings(tabId), async () => {
      const record = await storedRecording.read(tabId)
      if (record) await keep({ ...record, recording: { ...record.recording, failure } }, tabId)
    })
  }
}

/** @param revision that the person saw: a step has another place after a change. */
export async function removeStep(tabId: number, index: number, revision: number): Promise<Recording | null> {
  return oneAtATime(recordings(tabId), async () => {
    const record = await storedRecording.read(tabId)
    if (!record || record.recording.revision !== revision) return record?.recording ?? null
    const steps = record.recording.steps.filter((_, position) => position !== index)
    return await keep({ ...record, recording: { ...record.recording, steps } }, tabId)
  })
}

/** Ends recording and forgets the steps. */
export async function discardRecording(tabId: number): Promise<void> {
  await oneAtATime(recordings(tabId), async () => {
    if ((await storedRecording.read(tabId)) === null) return
    await hear(tabId, true)
    await leave(tabId)
    await storedRecording.write(tabId, null)
    tellRecordingChanged(tabId, null)
  })
}

/** Takes the recorder off all pages and keeps what was recorded: one that belongs to a version that is replaced can tell nobody. */
export async function leaveRecordedPages(): Promise<void> {
  const tabs = await storedRecording.tabs()
  await Promise.all(
    tabs.map(tabId =>
      oneAtATime(recordings(tabId), async () => {
        await hear(tabId, true)
        await leave(tabId)
      })
    )
  )
}

/** Takes the recorder off the pages of a tab. */
async function leave(tabId: number): Promise<void> {
  const record = await storedRecording.read(tabId)
  if (record?.documentId) {
    const call = { world: 'ISOLATED' as const, func: () => globalThis.fixpoint?.recorder?.end(), args: [] as [] }
    await callInPage({ tabId, documentId: record.documentId }, call, z.unknown()).catch(noteUnlessGone)
    await callInFrames(tabId, call, z.unknown()).catch(noteUnlessGone)
  }
  await showBadge(tabId, false)
}

/** Goes on recording where the extension was started anew; see `parked-drafts.ts`. */
export async function followAllPages(): Promise<void> {
  await Promise.all((await storedRecording.tabs()).map(followPage))
}

async function showBadge(tabId: number, isRecording: boolean): Promise<void> {
  try {
    await chrome.action.setBadgeBackgroundColor({ tabId, color: '#c62828' })
    await chrome.action.setBadgeTextColor({ tabId, color: '#ffffff' })
    await chrome.action.setBadgeText({ tabId, text: isRecording ? 'REC' : '' })
  } catch (error) {
    noteUnlessGone(error)
  }
}

/** Pages and tabs come and go while they are talked to. */
function noteUnlessGone(error: unknown): void {
  const code = error instanceof FixpointError ? error.code : null
  if (code === 'frame_changed' || code === 'page_access_needed' || code === 'page_not_responding' || /No tab with id/i.test(String(error)))
    return
  console.warn(error)
}
