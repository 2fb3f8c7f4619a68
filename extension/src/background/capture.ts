/** From a pick to the draft: outline and styles, components and files, screenshot and crop, each in its own step. */
import { type Box, cutText, type Failure, FixpointError, stripControls, toStorableText } from '@fixpoint/protocol'
import type { DraftCrop, DraftPick, PageDraft } from '../draft.ts'
import type { ElementReference, PickedMessage } from '../message-schemas.ts'
import { type CollectedContext, type CollectedPick, collectedContextSchema } from '../page-context/collected-context.ts'
import { OUTLINE_LIMITS } from '../page-context/outline-limits.ts'
import { type ElementPicture, elementPictureSchema } from '../pictures/element-picture.ts'
import { detectorsOf } from '../privacy/project-masking.ts'
import type { RedactionCounts } from '../privacy/secrets.ts'
import { type Inspection, inspectElements } from './components.ts'
import { type FramePlace, type OpenFrame, placesOnTheWay, throughFrames } from './frames.ts'
import { applyMasking, framesWithMasking } from './masking.ts'
import { callInPage, injectScript, type PageDocument } from './page-scripts.ts'
import { type DescribedWorld, lookIntoPageWorld } from './page-world.ts'
import { tellDraftChanged } from './panel-events.ts'
import { captureWindow, cropWindow, encodeWindow, type WindowPicture } from './screenshot.ts'
import { toError } from './senders.ts'
import { type DraftRecord, storedDraft, writeDraft } from './session-store.ts'

const COLLECT_LIMIT = 5_000
/** The renderer has 3 s by itself; the rest is for a thread that is busy otherwise. */
const DRAW_LIMIT = 6_000
/** Lines of the outline that say where they are written, besides the pick's. */
const MOST_PLACED = 10

interface PickToCapture {
  number: number
  kind: PickedMessage['kind']
  element: ElementReference
  /** The frame of another site that it is in. */
  frame: OpenFrame | null
}

/**
 * Captures the page, and a pick if there is one, into the tab's draft. The draft is stored and told twice: as soon as there is
 * something to show, and when the pictures are there. What fails on the way is in the draft's `problems`.
 * @param page is the top document, `frames` those of other sites that can be looked into.
 * @throws FixpointError when not even the outline could be had; the draft is then as it was before.
 */
export async function capture(page: PageDocument, pick: PickToCapture | null, frames: readonly OpenFrame[]): Promise<PageDraft> {
  const { masking, fingerprint } = await applyMasking(page)
  const openFrames = await framesWithMasking(frames)
  const places = pick?.frame ? await placesOnTheWay(page, pick.frame, openFrames) : []
  const collected = pick?.frame ? await collectInFrame(page, pick, pick.frame, places) : await collect(page, pick)
  const nameCounts: RedactionCounts = {}
  const problems: Failure[] = []
  const home = pick?.frame ?? page
  const neighbours = pick
    ? collected.references.filter(({ line }) => collected.outline[line]?.pick === undefined).slice(0, MOST_PLACED)
    : []
  const inspection = await inspect(home, pick, neighbours, nameCounts, problems)
  const world = await lookIntoPageWorld(home, pick?.element ?? null, collected, detectorsOf(masking), problems)
  const described = pick ? collected.picks.find(({ number }) => number === pick.number) : undefined
  if (pick && !described) throw new FixpointError('element_gone', `Pick ${pick.number} is no longer on the page.`)

  const first = await changeDraft(page, record =>
    withContext(record, { page, collected, inspection, neighbours, world, described, nameCounts, fingerprint })
  )
  const window = await photograph(page, openFrames, problems)
  const crop = pick ? await cropOf(home, pick, window, problems) : undefined
  const screenshot = window ? await encoded(window, problems) : undefined
  window?.bitmap.close()
  const last = await changeDraft(page, record => ({
    ...(record ?? first),
    draft: withPictures((record ?? first).draft, { pick, screenshot, crop, covered: window?.covered ?? {}, problems })
  }))
  return last.draft
}

async function collect(page: PageDocument, pick: PickToCapture | null): Promise<CollectedContext> {
  return callInPage(
    page,
    {
      world: 'ISOLATED',
      func: (numbers: number[]) => globalThis.fixpoint?.collectContext?.(numbers),
      args: [pick ? [pick.number] : []],
      limit: COLLECT_LIMIT
    },
    collectedContextSchema
  )
}

/** The page as ever, with a pick of a frame as if the frame were part of it. */
async function collectInFrame(page: PageDocument, pick: PickToCapture, frame: OpenFrame, places: FramePlace[]): Promise<CollectedContext> {
  const outer = await collect(page, null)
  const inner = await collect(frame, pick)
  const selectors = places.flatMap(place => place.selectors)
  return {
    ...outer,
    outline: withFrame(outer.outline, inner.outline, selectors),
    // Only the frame's own world is asked about components; its lines begin behind the one that names the frame.
    references: inner.references.map(reference => ({ ...reference, line: reference.line + 1 })),
    picks: inner.picks.map(found => ({
      ...found,
      selectors: [...selectors, ...found.selectors].slice(-10),
      box: throughFrames(found.box, places),
      region: found.region && {
        ...found.region,
        box: throughFrames(found.region.box, places),
        elements: found.region.elements.map(element => ({
          ...throughFramesOf(element, places),
          selectors: [...selectors, ...element.selectors].slice(-10)
        }))
      },
      selection: found.selection && throughFramesOf(found.selection, places)
    })),
    redactions: mostOf(outer.redactions, inner.redactions),
    truncated: [...outer.truncated, ...inner.truncated].slice(0, 20)
  }
}

/** The frame's lines first, because the pick is among them, below a line that says which frame it is. */
function withFrame(outer: PageDraft['outline'], inner: PageDraft['outline'], selectors: readonly string[]): PageDraft['outline'] {
  const frame = {
    level: 0,
    text: cutText(`frame ${selectors.join(' >>> ')}`, OUTLINE_LIMITS.lineCharacters - 40),
    rank: 0,
    index: 0,
    children: 1
  }
  const below = inner.map(({ isElsewhere: _, ...line }) => ({ ...line, level: Math.min(line.level + 1, 200) }))
  return [frame, ...below, ...outer].slice(0, OUTLINE_LIMITS.lines)
}

function throughFramesOf<T extends { box: Box }>(value: T, places: readonly FramePlace[]): T {
  return { ...value, box: throughFrames(value.box, places) }
}

/** Without components a pick is still worth sending, so that their failure is only noted. */
async function inspect(
  page: PageDocument,
  pick: PickToCapture | null,
  neighbours: CollectedContext['references'],
  counts: RedactionCounts,
  problems: Failure[]
): Promise<Inspection> {
  try {
    const inspection = await inspectElements(
      page,
      pick ? [pick.element] : [],
      counts,
      neighbours.map(({ element }) => element)
    )
    if (inspection.failure) problems.push(inspection.failure)
    return inspection
  } catch (error) {
    problems.push(toError(error).toFailure())
    return { elements: [], frameworks: [] }
  }
}

async function photograph(page: PageDocument, frames: readonly OpenFrame[], problems: Failure[]): Promise<WindowPicture | null> {
  try {
    return await captureWindow(page, frames)
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
  { number, kind }: PickToCapture,
  window: WindowPicture | null,
  problems: Failure[]
): Promise<DraftCrop | undefined> {
  if (kind === 'region') return regionCrop(number, window, problems)
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

/** A region is more than one element: what the window shows there. */
async function regionCrop(number: number, window: WindowPicture | null, problems: Failure[]): Promise<DraftCrop | undefined> {
  try {
    const cut = window && (await cropWindow(window, number))
    if (cut) return { ...cut.picture, method: 'visible-tab' }
  } catch (error) {
    problems.push(asScreenshotFailure(error))
    return undefined
  }
  problems.push(new FixpointError('screenshot_unavailable', `Region ${number} has no picture: it is not in the window.`).toFailure())
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
export async function changeDraft(page: PageDocument, change: (record: DraftRecord | null) => DraftRecord): Promise<DraftRecord> {
  const stored = await writeDraft(change(await storedDraft.read(page.tabId)))
  tellDraftChanged(page.tabId, stored.draft.revision)
  return stored
}

interface Captured {
  page: PageDocument
  collected: CollectedContext
  inspection: Inspection
  /** The lines that were inspected besides the pick. */
  neighbours: CollectedContext['references']
  world: DescribedWorld
  described: CollectedPick | undefined
  nameCounts: RedactionCounts
  /** Of the project's masking. */
  fingerprint: string
}

function withContext(
  record: DraftRecord | null,
  { page, collected, inspection, neighbours, world, described, nameCounts, fingerprint }: Captured
): DraftRecord {
  // A context has one address and one masking: picks of another page, or with less hidden, do not go along with this one.
  const isSamePage = record && (record.documentId === page.documentId || record.draft.url === collected.url)
  const before = isSamePage && record.draft.masking === fingerprint ? record.draft : null
  const truncated = [...collected.truncated]
  if (record && !before && record.draft.picks.length > 0)
    truncated.push(`Picks: ${record.draft.picks.length} of the page before were left out`)
  const { components = [], clues = [] } = inspection.elements[0] ?? {}
  if (inspection.elements[0]?.isCut) truncated.push('Components: the walk up the tree ended at its limit')
  if (world.isCut) truncated.push('Props: reading them ended at its limit of time or size')
  const { picks: _picks, flags: _flags, references: _references, redactions, ...context } = collected
  const kept = before?.picks.filter(pick => pick.number !== described?.number) ?? []
  const picks: DraftPick[] = described ? [...kept, { ...described, components, clues, props: world.props, isComplete: false }] : kept
  const counts = [redactions, nameCounts, world.counts].reduce(mostOf, before?.redactions ?? {})
  return {
    documentId: page.documentId,
    lastNumber: Math.max(record?.lastNumber ?? 0, described?.number ?? 0),
    changedAt: Date.now(),
    draft: {
      ...context,
      outline: withPlaces(withComponents(collected, world.names), neighbours, inspection),
      route: world.route ?? collected.route,
      featureFlags: world.flags,
      tabId: page.tabId,
      revision: (record?.draft.revision ?? 0) + 1,
      capturedAt: new Date().toISOString(),
      frameworks: inspection.frameworks.length > 0 ? inspection.frameworks : (before?.frameworks ?? []),
      picks: picks.sort((a, b) => a.number - b.number),
      console: before?.console ?? [],
      requests: before?.requests ?? [],
      screenshot: before?.screenshot,
      annotated: before?.annotated,
      masking: fingerprint,
      redactions: counts,
      truncated: truncated.slice(0, 20),
      problems: []
    }
  }
}

/** Names in the outline which components its elements are the outermost ones of. */
function withComponents({ outline, references }: CollectedContext, names: readonly string[]): PageDraft['outline'] {
  const lines = [...outline]
  for (const [index, { line }] of references.entries()) {
    const component = names[index]
    const known = lines[line]
    if (component && known) lines[line] = { ...known, component }
  }
  return lines
}

/** Says of the lines nearest to the pick where they are written; the server has not verified that. */
function withPlaces(
  outline: PageDraft['outline'],
  neighbours: CollectedContext['references'],
  { elements }: Inspection
): PageDraft['outline'] {
  const lines = [...outline]
  for (const [index, { line }] of neighbours.entries()) {
    // The first one is the pick itself.
    const source = elements[index + 1]?.components[0]?.source
    const known = lines[line]
    if (source && known)
      lines[line] = { ...known, place: `${source.file.slice(-150)}${source.line === undefined ? '' : `:${source.line}`}` }
  }
  return lines
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
    // What was drawn stays with the picture that it was drawn on.
    annotated: draft.annotated && { ...draft.annotated, isCurrent: draft.annotated.isCurrent && screenshot === undefined },
    picks: draft.picks.map(other => (other.number === pick?.number ? { ...other, crop, isComplete: true } : other)),
    redactions: mostOf(draft.redactions, covered),
    problems: problems.slice(0, 20)
  }
}

/** The same fields are counted when texts are read and when pictures are covered; the larger number is the right one. */
export function mostOf(a: RedactionCounts, b: RedactionCounts): RedactionCounts {
  const most = { ...a }
  for (const [kind, times] of Object.entries(b)) most[kind] = Math.max(most[kind] ?? 0, times)
  return most
}
