import { FixpointError, nearestSource, PAGE_CONTEXT_LIMITS } from '@fixpoint/protocol'
import type { GetDataType } from '@webext-core/messaging'
import { z } from 'zod'
import type { AnnotateMessage, PageDraft, PointingState } from '../draft.ts'
import { holdTimers, releaseTimers } from '../inspector/hold-timers.ts'
import type {
  ComponentChainsRequest,
  DescribedElement,
  DescribeRequest,
  HoldTimersRequest,
  LoadToolsRequest,
  PickedMessage,
  PointerEnteredMessage,
  PointingEndedMessage
} from '../message-schemas.ts'
import { type MessageMap, sendMessage } from '../messages.ts'
import { capture } from './capture.ts'
import { componentNames, inspectElements } from './components.ts'
import { framesBelow, openFrames } from './frames.ts'
import { describeTab } from './inspectable.ts'
import { applyMasking } from './masking.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { callInPage, injectPicker, injectScript, type PageDocument } from './page-scripts.ts'
import { pointingOf, setPointing, tellDraftChanged } from './panel-events.ts'
import { randomHex } from './random-hex.ts'
import { toError } from './senders.ts'
import {
  type DraftRecord,
  type PendingPick,
  type Run,
  storedDraft,
  storedFutileClick,
  storedPendingPicks,
  storedRun,
  storedStart,
  storedWatch,
  writeDraft
} from './session-store.ts'
import { beginWatch, takeConsole } from './watch.ts'
import { captureWholePage } from './whole-page.ts'

const captures = (tabId: number) => `capture:${tabId}`
const runs = (tabId: number) => `run:${tabId}`

/**
 * Lets the person point in a tab; a run that is under way there is ended first.
 * @param options `requestId`: pointing has begun by this request already where the panel asks again, because its answer was cut off. The
 * person may have picked since.
 */
export async function startPointing(tabId: number, { isFrozen = false, requestId = '' } = {}): Promise<PointingState> {
  return oneAtATime(runs(tabId), async () => {
    if (requestId !== '' && (await storedStart.read(tabId)) === requestId) return pointingOf(tabId)
    await requireInspectable(tabId)
    await setPointing({ tabId, status: 'starting' })
    try {
      await endRun(tabId)
      const page = await injectPicker(tabId)
      const frames = await openFrames(tabId)
      const documents = [{ documentId: page.documentId, frameId: 0, path: [] }, ...frames].map(({ documentId, frameId, path }) => ({
        documentId,
        frameId,
        path,
        nonce: randomHex()
      }))
      const run: Run = { runId: randomHex(), documentId: page.documentId, documents }
      await beginWatch(page, run.runId)
      await storedWatch.write(tabId, { runId: run.runId, documentId: run.documentId })
      await storedRun.write(tabId, run)
      const nextNumber = await nextPickNumber(page)
      for (const { documentId, frameId, nonce, path } of documents) {
        // What stands still has to stand still from the first moment on.
        if (isFrozen) await injectScript({ tabId, documentId }, '/picker-tools.js')
        const begin = { runId: run.runId, nonce, nextNumber, isFrozen, openFrames: framesBelow(path, frames) }
        await sendMessage('beginPointing', begin, { tabId, frameId })
      }
      if (requestId !== '') await storedStart.write(tabId, requestId)
      return await setPointing({ tabId, status: 'pointing' })
    } catch (error) {
      return await setPointing({ tabId, status: 'off', failure: toError(error).toFailure() })
    }
  })
}

/** The freeze key as a shortcut: where nobody points yet, pointing begins with everything standing still. */
export async function freezePage(tabId: number): Promise<void> {
  const run = (await pointingOf(tabId)).status === 'pointing' ? await storedRun.read(tabId) : null
  if (!run) await startPointing(tabId, { isFrozen: true })
  for (const { frameId } of run?.documents ?? []) await sendMessage('toggleFreeze', null, { tabId, frameId }).catch(noteIfUnexpected)
}

/** Ends pointing and keeps draft and markers. */
export async function stopPointing(tabId: number): Promise<PointingState> {
  return oneAtATime(runs(tabId), async () => {
    await endRun(tabId)
    return setPointing({ tabId, status: 'off' })
  })
}

/**
 * A pick has arrived. The nonce that it brings is used up at once; whatever brings it again is refused.
 * @returns the nonce for the next pick, or null when no more are taken. The capture goes on by itself.
 */
export async function acceptPick(tabId: number, documentId: string, message: PickedMessage): Promise<{ nextNonce: string | null }> {
  return oneAtATime(runs(tabId), async () => {
    const run = await requireRun(tabId, documentId, message.runId)
    const place = run.documents.find(document => document.documentId === documentId)
    if (!place || place.nonce === null || place.nonce !== message.nonce)
      throw new FixpointError('sender_not_allowed', 'This pick was sent before.')
    const record = await storedDraft.read(tabId)
    const picks = record?.draft.picks.length ?? 0
    const pending = (await storedPendingPicks.read(tabId)) ?? []
    const number = freeNumber(message.number, record, pending)
    const isRoomForMore = picks + 1 < PAGE_CONTEXT_LIMITS.picks
    const nextNonce = message.isMoreToCome && isRoomForMore ? randomHex() : null
    await storedRun.write(tabId, {
      ...run,
      documents: run.documents.map(other =>
        other === place ? { ...other, nonce: nextNonce } : nextNonce ? other : { ...other, nonce: null }
      )
    })
    if (picks >= PAGE_CONTEXT_LIMITS.picks) {
      throw new FixpointError('capture_too_large', `At most ${PAGE_CONTEXT_LIMITS.picks} picks go with one prompt.`)
    }
    if (number !== message.number) {
      const renumbered = { from: message.number, to: number }
      await sendMessage('pickRenumbered', renumbered, { tabId, frameId: place.frameId }).catch(noteIfUnexpected)
    }
    const accepted: PendingPick = { run, documentId, message: { ...message, number }, isLast: nextNonce === null, attempts: 1 }
    await storedPendingPicks.write(tabId, [...pending, accepted])
    if (nextNonce === null) await setPointing({ tabId, status: 'capturing' })
    for (const { frameId } of run.documents.filter(other => other !== place)) {
      const told = nextNonce
        ? sendMessage('numberTaken', { number }, { tabId, frameId })
        : sendMessage('endPointing', { discardMarkers: false }, { tabId, frameId })
      await told.catch(noteIfUnexpected)
    }
    void capturePick(tabId, accepted)
    return { nextNonce }
  })
}

/**
 * Each document of a tab numbers its picks, and is told of the others' numbers. A quick hand picks in one before it was told of the other.
 * @returns the number itself, or where another pick has it already, the next one
 */
function freeNumber(number: number, record: DraftRecord | null, pending: readonly PendingPick[]): number {
  const taken = [...(record?.draft.picks ?? []).map(pick => pick.number), ...pending.map(({ message }) => message.number)]
  return taken.includes(number) ? Math.max(...taken, record?.lastNumber ?? 0) + 1 : number
}

/** How often a pick is captured before it is taken to be what ends the worker. */
const MOST_ATTEMPTS = 3

/** Goes on with picks whose capture an earlier worker did not bring to its end. @returns whether there are any */
export async function resumeCaptures(tabId: number): Promise<boolean> {
  const cut = await oneAtATime(runs(tabId), async () => {
    const pending = (await storedPendingPicks.read(tabId)) ?? []
    const again = pending.filter(({ attempts }) => attempts < MOST_ATTEMPTS).map(pick => ({ ...pick, attempts: pick.attempts + 1 }))
    await storedPendingPicks.write(tabId, again.length === 0 ? null : again)
    return again
  })
  for (const pick of cut) void capturePick(tabId, pick)
  return cut.length > 0
}

async function capturePick(tabId: number, { run, documentId, message, isLast }: PendingPick): Promise<void> {
  const { number, kind, element, runId } = message
  const failure = await oneAtATime(captures(tabId), async () => {
    try {
      const top = { tabId, documentId: run.documentId }
      const frames = run.documents.filter(({ frameId }) => frameId !== 0).map(frame => ({ ...frame, tabId }))
      await capture(top, { number, kind, element, frame: frames.find(frame => frame.documentId === documentId) ?? null }, frames)
      await takeConsole(top, runId, false)
      return undefined
    } catch (error) {
      return toError(error).toFailure()
    }
  })
  await oneAtATime(runs(tabId), async () => {
    const left = ((await storedPendingPicks.read(tabId)) ?? []).filter(
      pick => pick.message.runId !== runId || pick.message.number !== number
    )
    await storedPendingPicks.write(tabId, left.length === 0 ? null : left)
  })
  if (failure) await tellPickers(tabId, 'removeMarker', { number })
  if (isLast) {
    await oneAtATime(runs(tabId), async () => {
      const run = await storedRun.read(tabId)
      // The person may have begun to point again while the pictures were taken.
      if (run?.runId !== runId) return
      await endRun(tabId, { keepsWatch: failure === undefined })
      await setPointing({ tabId, status: 'off', failure })
    })
  } else if (failure) {
    await setPointing({ ...(await pointingOf(tabId)), failure })
  }
}

/** What the label shows besides the tag: the nearest component, and where it or the nearest one around it that is the project's is written. */
export async function describeElement(tabId: number, documentId: string, { runId, element }: DescribeRequest): Promise<DescribedElement> {
  await requireRun(tabId, documentId, runId)
  const { elements } = await inspectElements({ tabId, documentId }, [element], {})
  const { components = [] } = elements[0] ?? {}
  return { component: components[0]?.name ?? null, source: nearestSource(components) ?? null }
}

/** The pointer has come into one of the tab's documents, so that it is in none of the others. */
export async function movePointer(tabId: number, documentId: string, { runId, at }: PointerEnteredMessage): Promise<void> {
  const run = await requireRun(tabId, documentId, runId)
  for (const other of run.documents.filter(({ documentId: id }) => id !== documentId)) {
    await sendMessage('leavePointer', { at }, { tabId, frameId: other.frameId }).catch(noteIfUnexpected)
  }
}

/** Names of the components around some elements, for walking by component. */
export async function componentChains(tabId: number, documentId: string, { runId, elements }: ComponentChainsRequest): Promise<string[][]> {
  await requireRun(tabId, documentId, runId)
  return componentNames({ tabId, documentId }, elements)
}

/** Puts what the picker needs besides pointing into its document. */
export async function loadPickerTools(tabId: number, documentId: string, { runId }: LoadToolsRequest): Promise<void> {
  await requireRun(tabId, documentId, runId)
  await injectScript({ tabId, documentId }, '/picker-tools.js')
}

/** Holds the page's timers while the page is frozen, or gives them back. */
export async function setTimersHeld(tabId: number, documentId: string, { runId, isHeld }: HoldTimersRequest): Promise<void> {
  // Giving back is allowed when the run has ended: it is how it ends.
  if (isHeld) await requireRun(tabId, documentId, runId)
  const func = isHeld ? holdTimers : releaseTimers
  await callInPage({ tabId, documentId }, { world: 'MAIN', func, args: [`timers ${runId}`], limit: 1_000 }, z.unknown())
}

/** The person has pressed Escape, or the page has taken the overlay away. */
export async function acceptEnd(tabId: number, documentId: string, { runId, reason }: PointingEndedMessage): Promise<void> {
  await oneAtATime(runs(tabId), async () => {
    await requireRun(tabId, documentId, runId)
    await endRun(tabId)
    const failure =
      reason === 'overlay_removed'
        ? new FixpointError('frame_changed', 'The page removed Fixpoint’s overlay, so pointing has ended.').toFailure()
        : undefined
    await setPointing({ tabId, status: 'off', failure })
  })
}

/** The tab has loaded another document: its run has gone with the old one. */
export async function forgetRunOfLeftPage(tabId: number): Promise<void> {
  await oneAtATime(runs(tabId), async () => {
    const run = await storedRun.read(tabId)
    if (!run) return
    try {
      await callInPage({ tabId, documentId: run.documentId }, { world: 'ISOLATED', func: () => true, args: [] }, z.literal(true))
    } catch (error) {
      await storedRun.write(tabId, null)
      const failure = toError(error).code === 'frame_changed' ? undefined : toError(error).toFailure()
      await setPointing({ tabId, status: 'off', failure })
    }
  })
}

/** Takes a new screenshot, into the draft that is there or a new one without picks. */
export async function takeScreenshot(tabId: number): Promise<PageDraft> {
  await requireInspectable(tabId)
  return oneAtATime(captures(tabId), async () => capture(await injectPicker(tabId), null, []))
}

/** Takes a picture of the whole page into the draft, which is made first where there is none. */
export async function takeWholePage(tabId: number): Promise<PageDraft> {
  await requireInspectable(tabId)
  return oneAtATime(captures(tabId), async () => {
    const page = await injectPicker(tabId)
    if ((await storedDraft.read(tabId))?.documentId !== page.documentId) await capture(page, null, [])
    await applyMasking(page)
    return captureWholePage(page)
  })
}

export async function removePick(tabId: number, number: number): Promise<PageDraft | null> {
  await tellPickers(tabId, 'removeMarker', { number })
  return oneAtATime(captures(tabId), async () => {
    const record = await storedDraft.read(tabId)
    if (!record) return null
    const draft = {
      ...record.draft,
      revision: record.draft.revision + 1,
      picks: record.draft.picks.filter(pick => pick.number !== number),
      // The outline still marks the pick; the number means nothing any more.
      outline: record.draft.outline.map(({ pick, ...line }) => (pick === undefined || pick === number ? line : { ...line, pick }))
    }
    await storedDraft.write(tabId, { ...record, draft })
    tellDraftChanged(tabId, draft.revision)
    return draft
  })
}

/** Keeps what the person drew on the screenshot; null takes it off. */
export async function annotate({ tabId, annotated }: AnnotateMessage): Promise<PageDraft | null> {
  return oneAtATime(captures(tabId), async () => {
    const record = await storedDraft.read(tabId)
    if (!record) return null
    const draft = {
      ...record.draft,
      revision: record.draft.revision + 1,
      annotated: annotated ? { ...annotated, isCurrent: true } : undefined
    }
    const stored = await writeDraft({ ...record, draft })
    tellDraftChanged(tabId, stored.draft.revision)
    return stored.draft
  })
}

/** Forgets the draft and takes everything of Fixpoint's off the page. */
export async function clearDraft(tabId: number): Promise<void> {
  await oneAtATime(runs(tabId), async () => {
    await endRun(tabId, { discardsMarkers: true })
    await setPointing({ tabId, status: 'off' })
  })
  await oneAtATime(captures(tabId), async () => {
    await storedPendingPicks.write(tabId, null)
    await storedDraft.write(tabId, null)
    tellDraftChanged(tabId, null)
  })
}

/**
 * Takes everything of Fixpoint's off all pages and keeps the drafts: what a version that is replaced leaves there could be taken off by
 * nobody.
 */
export async function leaveAllPages(): Promise<void> {
  const tabs = new Set([...(await storedRun.tabs()), ...(await storedWatch.tabs()), ...(await storedDraft.tabs())])
  await Promise.all(
    [...tabs].map(tabId =>
      oneAtATime(runs(tabId), async () => {
        await endRun(tabId, { discardsMarkers: true })
        await setPointing({ tabId, status: 'off' })
      })
    )
  )
}

/** The draft with what the console has said since pointing began, also after the last pick. */
export async function readConsole(tabId: number): Promise<PageDraft | null> {
  await oneAtATime(runs(tabId), async () => {
    const watch = await storedWatch.read(tabId)
    if (watch) await takeConsole({ tabId, documentId: watch.documentId }, watch.runId, false).catch(noteIfUnexpected)
  })
  return (await storedDraft.read(tabId))?.draft ?? null
}

/**
 * Ends a run in the page and in the store. A page that is gone needs no ending.
 * @param options `keepsWatch`: the console is listened to until the draft is sent or thrown away, or the page is left.
 */
async function endRun(tabId: number, { discardsMarkers = false, keepsWatch = false } = {}): Promise<void> {
  await tellPickers(tabId, 'endPointing', { discardMarkers: discardsMarkers })
  await storedRun.write(tabId, null)
  const watch = await storedWatch.read(tabId)
  if (!watch) return
  if (!keepsWatch) await storedWatch.write(tabId, null)
  await takeConsole({ tabId, documentId: watch.documentId }, watch.runId, !keepsWatch).catch(noteIfUnexpected)
}

async function requireRun(tabId: number, documentId: string, runId: string): Promise<Run> {
  const run = await storedRun.read(tabId)
  if (!run || run.runId !== runId) throw new FixpointError('sender_not_allowed', 'Nobody is pointing in this tab.')
  if (!run.documents.some(document => document.documentId === documentId))
    throw new FixpointError('frame_changed', 'The page has changed since pointing began.')
  return run
}

export async function requireInspectable(tabId: number): Promise<void> {
  const tab = await describeTab(await chrome.tabs.get(tabId), (await storedFutileClick.read(tabId)) ?? false)
  if (!tab?.problem) return
  const { code, message, hint } = tab.problem
  throw new FixpointError(code, message, { hint })
}

/** Tells the picker of the top frame, and those that frames of other sites may have. */
async function tellPickers<K extends 'endPointing' | 'removeMarker'>(
  tabId: number,
  type: K,
  data: GetDataType<MessageMap[K]>
): Promise<void> {
  await sendMessage(type, data, { tabId, frameId: 0 }).catch(noteIfUnexpected)
  await sendMessage(type, data, tabId).catch(noteIfUnexpected)
}

/** Numbers go on where the draft of the same page ended. */
async function nextPickNumber(page: PageDocument): Promise<number> {
  const record = await storedDraft.read(page.tabId)
  return record ? record.lastNumber + 1 : 1
}

/** Pages come and go while they are talked to. */
function noteIfUnexpected(error: unknown): void {
  const isPageGone = /Could not establish connection|Receiving end does not exist|No response|message port closed|No tab with id/i.test(
    String(error)
  )
  const isKnown = toErrorCode(error) === 'frame_changed' || toErrorCode(error) === 'page_access_needed'
  if (!isPageGone && !isKnown) console.warn(error)
}

function toErrorCode(error: unknown): string | null {
  return error instanceof FixpointError ? error.code : null
}
