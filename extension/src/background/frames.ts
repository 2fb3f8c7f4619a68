/**
 * Frames of other sites, as far as the person has given access to these sites: each has a picker of its own. Which frame is which is
 * found out by the places of windows in their parents (`parent[2] === window`), which scripts of different sites may compare, and
 * which no page notices.
 */
import { type Box, FixpointError } from '@fixpoint/protocol'
import { z } from 'zod'
import { callInPage, injectScript, type PageDocument } from './page-scripts.ts'

/** A frame that has a picker, with the places of the windows on the way to it from the top. */
export interface OpenFrame extends PageDocument {
  frameId: number
  path: number[]
}

const pathSchema = z.array(z.number().int().min(0).max(1_000)).max(20).nullable()
const MOST_FRAMES = 20

/** Frames that can be pointed into and that are not reached from the document around them already. */
export async function openFrames(tabId: number): Promise<OpenFrame[]> {
  const results = await chrome.scripting.executeScript({ target: { tabId, allFrames: true }, func: pathFromTop }).catch(() => [])
  const frames = results.flatMap(({ frameId, documentId, result }) => {
    const path = pathSchema.safeParse(result)
    return frameId !== 0 && path.success && path.data ? [{ tabId, frameId, documentId, path: path.data }] : []
  })
  const ready: OpenFrame[] = []
  for (const frame of frames.slice(0, MOST_FRAMES)) {
    try {
      await injectScript(frame, '/picker.js')
      ready.push(frame)
    } catch (error) {
      // It has gone meanwhile, or is not a document that scripts run in; then it is pointed at as a whole.
      if (!(error instanceof FixpointError)) throw error
    }
  }
  return ready
}

/** Null where the document belongs to the one around it, or cannot be found from the top (frames in shadow roots have no number). */
function pathFromTop(): number[] | null {
  if (window === window.top || window.frameElement) return null
  const path: number[] = []
  for (let current: Window = window; current !== current.parent; current = current.parent) {
    let place = -1
    for (let index = 0; index < current.parent.length; index++) if (current.parent[index] === current) place = index
    if (place < 0) return null
    path.unshift(place)
  }
  return path
}

/** The frames directly below a document that has a picker; with paths counted from there. */
export function framesBelow(path: readonly number[], frames: readonly OpenFrame[]): number[][] {
  const below = frames.filter(frame => isBelow(frame.path, path))
  return below.filter(frame => !below.some(other => isBelow(frame.path, other.path))).map(frame => frame.path.slice(path.length))
}

function isBelow(path: readonly number[], other: readonly number[]): boolean {
  return path.length > other.length && other.every((place, index) => path[index] === place)
}

const placeSchema = z.object({
  selectors: z.array(z.string().min(1).max(2_000)).min(1).max(10),
  x: z.number(),
  y: z.number(),
  scaleX: z.number(),
  scaleY: z.number()
})
export type FramePlace = z.infer<typeof placeSchema>

/** How to come from the top window into a frame: the places of the frames on the way, the outermost first. */
export async function placesOnTheWay(top: PageDocument, frame: OpenFrame, frames: readonly OpenFrame[]): Promise<FramePlace[]> {
  const around = frames.filter(other => isBelow(frame.path, other.path)).sort((a, b) => a.path.length - b.path.length)
  const places: FramePlace[] = []
  let outer: PageDocument & { path: number[] } = { ...top, path: [] }
  for (const next of [...around, frame]) {
    const call = {
      world: 'ISOLATED' as const,
      func: (path: number[]) => globalThis.fixpoint?.placeOfFrame?.(path) ?? null,
      args: [next.path.slice(outer.path.length)] as [number[]]
    }
    const place = await callInPage(outer, call, placeSchema.nullable())
    if (!place) throw new FixpointError('frame_changed', 'The frame is no longer where it was.')
    places.push(place)
    outer = next
  }
  return places
}

/** A box of a frame's own window, in the top window. */
export function throughFrames(box: Box, places: readonly FramePlace[]): Box {
  let { x, y, width, height } = box
  for (const place of places.toReversed()) {
    x = place.x + x * place.scaleX
    y = place.y + y * place.scaleY
    width *= place.scaleX
    height *= place.scaleY
  }
  return { x, y, width, height }
}
