/** From a pick to the draft: outline and styles, components and files, screenshot and crop, each in its own step. */
import {
  type ConsoleMessage,
  cutText,
  type Failure,
  FixpointError,
  PAGE_CONTEXT_LIMITS,
  stripControls,
  toStorableText
} from '@fixpoint/protocol'
import { z } from 'zod'
import type { DraftCrop, DraftPick, PageDraft } from '../draft.ts'
import { readConsoleWatch, watchedConsoleSchema } from '../inspector/console-watch.ts'
import type { ElementReference } from '../message-schemas.ts'
import { type CollectedContext, type CollectedPick, collectedContextSchema } from '../page-context/collected-context.ts'
import { type ElementPicture, elementPictureSchema } from '../pictures/element-picture.ts'
import { type RedactionCounts, redactSecrets } from '../privacy/secrets.ts'
import { type Inspection, inspectElements } from './components.ts'
import { callInPage, injectScript, type PageDocument } from './page-scripts.ts'
import { tellDraftChanged } from './panel-events.ts'
import { captureWindow, cropWindow, encodeWindow, type WindowPicture } from './screenshot.ts'
import { toError } from './senders.ts'
import { type DraftRecord, storedDraft, writeDraft } from './session-store.ts'

const COLLECT_LIMIT = 5_000
/** The renderer has 3 s by itself; the rest is for a thread that is busy otherwise. */
const DRAW_LIMIT = 6_000

interface PickToCapture {
  number: number
  element: ElementReference
}

/**
 * Captures the page, and a pick if there is one, into the tab's draft. The draft is stored and told twice: as soon as there is
 * something to show, and when the pictures are there. What fails on the way is in the draft's `problems`.
 * @throws FixpointError when not even the outline could be had; the draft is then as it was before.
 */
export async function capture(page: PageDocument, pick: PickToCapture | null): Promise<PageDraft> {
  const collected = await collect(page, pick)
  const nameCounts: RedactionCounts = {}
  const problems: Failure[] = []
  const inspection = await inspect(page, pick, nameCounts, problems)
  const described = pick ? collected.picks.find(({ number }) => number === pick.number) : undefined
  if (pick && !described) throw new FixpointError('element_gone', `Pick ${pick.number} is no longer on the page.`)

  const first = await changeDraft(page, record => withContext(record, page, collected, inspection, described, nameCounts))
  const window = await photograph(page, problems)
  const crop = pick ? await cropOf(page, pick.number, window, problems) : undefined
  const screenshot = window ? await encoded(window, problems) : undefined
  window?.bitmap.close()
  const last = await changeDraft(page, record => ({
    ...(record ?? first),
    draft: withPictures((record ?? first).draft, { pick, screenshot, crop, covered: window?.covered ?? {}, problems })
  }))
  return last.draft
}

async function collect(page: PageDocument, pick: PickToCapture | null): Promise<CollectedContext> {
  await injectScript(page, '/page-context.js')
  return callInPage(
    page,
    {
      world: 'ISOLATED',
      func: (numbers: number[], limit: number) => globalThis.fixpoint?.collectContext?.(numbers, limit),
      args: [pick ? [pick.number] : [], PAGE_CONTEXT_LIMITS.outlineCharacters],
      limit: COLLECT_LIMIT
    },
    collectedContextSchema
  )
}

/** Without components a pick is still worth sending, so that their failure is only noted. */
async function inspect(page: PageDocument, pick: PickToCapture | null, counts: RedactionCounts, problems: Failure[]): Promise<Inspection> {
  try {
    const inspection = await inspectElements(page, pick ? [pick.element] : [], counts)
    if (inspection.failure) problems.push(inspection.failure)
    return inspection
  } catch (error) {
    problems.push(toError(error).toFailure())
    return { elements: [], frameworks: [] }
  }
}

async function photograph(page: PageDocument, problems: Failure[]): Promise<WindowPicture | null> {
  try {
    return await captureWindow(page)
  } catch (error) {
    problems.push(asScreenshotFailure(error))
    return null
  }
}

async function encoded(window: WindowPicture, problems: Failure[]) {
  try {
    return await encodeWindow(window)
  } catch (error) {
    problems.push(asScreenshotFailure(error))
    return undefined
  }
}

function asScreenshotFailure(error: unknown): Failure {
  const failure = toError(error).toFailure()
  if (failure.code === 'screenshot_unavailable') return failure
  return new FixpointError('screenshot_unavailable', `No screenshot was taken: ${failure.message}`).toFailure()
}

/** The picture of one element: html2canvas, html2canvas-pro where it throws, else the element's place in the screenshot. */
async function cropOf(
  page: PageDocument,
  number: number,
  window: WindowPicture | null,
  problems: Failure[]
): Promise<DraftCrop | undefined> {
  const plain = await draw(page, number, '/element-picture.js')
  if ('dataUrl' in plain) return drawnCrop(plain, 'html2canvas', undefined)
  let note = `html2canvas: ${plain.reason}`
  if (plain.isRendererFailure) {
    const pro = await draw(page, number, '/element-picture-pro.js')
    if ('dataUrl' in pro) return drawnCrop(pro, 'html2canvas-pro', note)
    note += `; html2canvas-pro: ${pro.reason}`
  }
  try {
    const cut = window && (await cropWindow(window, number))
    if (cut)
      return { ...cut.picture, method: 'visible-tab', note: shortNote(cut.isPartial ? `only the part inside the window; ${note}` : note) }
  } catch (error) {
    note += `; ${toError(error).message}`
  }
  problems.push(
    new FixpointError('screenshot_unavailable', `Pick ${number} has no picture of its own (${note}).`.slice(0, 2_000)).toFailure()
  )
  return undefined
}

async function draw(
  page: PageDocument,
  number: number,
  script: '/element-picture.js' | '/element-picture-pro.js'
): Promise<ElementPicture> {
  try {
    await injectScript(page, script)
    const call = { world: 'ISOLATED' as const, func: (n: number) => globalThis.fixpoint?.drawElement?.(n), args: [number] as [number] }
    return await callInPage(page, { ...call, limit: DRAW_LIMIT }, elementPictureSchema)
  } catch (error) {
    return { reason: toError(error).message.slice(0, 300), isRendererFailure: false }
  }
}

function drawnCrop(
  picture: { dataUrl: string; width: number; height: number },
  method: DraftCrop['method'],
  note: string | undefined
): DraftCrop | undefined {
  const base64 = picture.dataUrl.slice(picture.dataUrl.indexOf(',') + 1)
  const bytes = Math.floor((base64.length * 3) / 4)
  if (!picture.dataUrl.startsWith('data:image/webp;base64,') || bytes < 1 || picture.width > 8_192 || picture.height > 8_192)
    return undefined
  return { ...picture, mediaType: 'image/webp', bytes, method, note: note === undefined ? undefined : shortNote(note) }
}

function shortNote(note: string): string {
  return cutText(stripControls(toStorableText(note)), 400)
}

/** Reads, changes and stores the draft of a tab and tells the panels. */
async function changeDraft(page: PageDocument, change: (record: DraftRecord | null) => DraftRecord): Promise<DraftRecord> {
  const stored = await writeDraft(change(await storedDraft.read(page.tabId)))
  tellDraftChanged(page.tabId, stored.draft.revision)
  return stored
}

function withContext(
  record: DraftRecord | null,
  page: PageDocument,
  collected: CollectedContext,
  inspection: Inspection,
  described: CollectedPick | undefined,
  nameCounts: RedactionCounts
): DraftRecord {
  // A context has one address: picks of another page do not go along with this one.
  const before = record && (record.documentId === page.documentId || record.draft.url === collected.url) ? record.draft : null
  const truncated = [...collected.truncated]
  if (record && !before && record.draft.picks.length > 0)
    truncated.push(`Picks: ${record.draft.picks.length} of the page before were left out`)
  const { components = [], clues = [] } = inspection.elements[0] ?? {}
  if (inspection.elements[0]?.isCut) truncated.push('Components: the walk up the tree ended at its limit')
  const { picks: _, redactions, ...context } = collected
  const kept = before?.picks.filter(pick => pick.number !== described?.number) ?? []
  const picks: DraftPick[] = described ? [...kept, { ...described, components, clues, isComplete: false }] : kept
  return {
    documentId: page.documentId,
    lastNumber: Math.max(record?.lastNumber ?? 0, described?.number ?? 0),
    changedAt: Date.now(),
    draft: {
      ...context,
      tabId: page.tabId,
      revision: (record?.draft.revision ?? 0) + 1,
      capturedAt: new Date().toISOString(),
      frameworks: inspection.frameworks.length > 0 ? inspection.frameworks : (before?.frameworks ?? []),
      picks: picks.sort((a, b) => a.number - b.number),
      console: before?.console ?? [],
      screenshot: before?.screenshot,
      redactions: mostOf(mostOf(before?.redactions ?? {}, redactions), nameCounts),
      truncated: truncated.slice(0, 20),
      problems: []
    }
  }
}

interface Pictures {
  pick: PickToCapture | null
  screenshot: PageDraft['screenshot']
  crop: DraftCrop | undefined
  covered: RedactionCounts
  problems: Failure[]
}

function withPictures(draft: PageDraft, { pick, screenshot, crop, covered, problems }: Pictures): PageDraft {
  return {
    ...draft,
    revision: draft.revision + 1,
    screenshot: screenshot ?? draft.screenshot,
    picks: draft.picks.map(other => (other.number === pick?.number ? { ...other, crop, isComplete: true } : other)),
    redactions: mostOf(draft.redactions, covered),
    problems: problems.slice(0, 20)
  }
}

/** The same fields are counted when texts are read and when pictures are covered; the larger number is the right one. */
function mostOf(a: RedactionCounts, b: RedactionCounts): RedactionCounts {
  const most = { ...a }
  for (const [kind, times] of Object.entries(b)) most[kind] = Math.max(most[kind] ?? 0, times)
  return most
}

/** What was typed is known in the page alone, and stays there. */
function withoutTypedSecrets(page: PageDocument, texts: string[]): Promise<string[]> {
  return callInPage(
    page,
    { world: 'ISOLATED', func: (all: string[]) => globalThis.fixpoint?.picker?.withoutTypedSecrets(all), args: [texts], limit: 1_000 },
    z.array(z.string()).length(texts.length)
  )
}

/** Adds what the console watch has recorded to the draft; with `isEnd` the watch is taken off the page. */
export async function takeConsole(page: PageDocument, runId: string, isEnd: boolean): Promise<void> {
  const watched = await callInPage(
    page,
    { world: 'MAIN', func: readConsoleWatch, args: [runId, isEnd], limit: 1_000 },
    watchedConsoleSchema
  )
  const record = await storedDraft.read(page.tabId)
  if (!record || record.documentId !== page.documentId || watched.length === 0) return
  const counts: RedactionCounts = {}
  const texts = await withoutTypedSecrets(
    page,
    watched.map(({ text }) => text)
  )
  const messages = watched.map(
    ({ level, at }, index): ConsoleMessage => ({
      level,
      text: toStorableText(cutText(redactSecrets(stripControls(toStorableText(texts[index] ?? '')), counts), 1_900)),
      at: new Date(Number.isFinite(at) && Math.abs(at) < 8.64e15 ? at : Date.now()).toISOString()
    })
  )
  const known = new Set(record.draft.console.map(({ at, text }) => `${at} ${text}`))
  const added = messages.filter(({ at, text }) => !known.has(`${at} ${text}`))
  if (added.length === 0) return
  await changeDraft(page, current => {
    const latest = current ?? record
    const { draft } = latest
    return {
      ...latest,
      draft: {
        ...draft,
        revision: draft.revision + 1,
        console: [...draft.console, ...added].slice(-PAGE_CONTEXT_LIMITS.consoleEntries),
        redactions: mostOf(draft.redactions, counts)
      }
    }
  })
}
