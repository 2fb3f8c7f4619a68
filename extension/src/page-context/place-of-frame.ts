import { isolatedWorld } from '../isolated-world.ts'
import { contentPlacement, frameAt } from '../page-tree/frame-places.ts'
import { Slices } from '../page-tree/slices.ts'
import { selectorsOf } from './selectors.ts'

/** In ms of work. */
const BUDGET = 500

/** The selectors of a frame, where its content begins in the window, and how much it is scaled there. */
export interface FramePlacement {
  selectors: string[]
  x: number
  y: number
  scaleX: number
  scaleY: number
}

/** Where a frame is, by the places of the windows on the way to it; null where there is no such frame. */
export async function placeOfFrame(path: readonly number[]): Promise<FramePlacement | null> {
  const { privacy } = isolatedWorld()
  const frame = frameAt(path)
  if (!frame || !privacy) return null
  const selectors = await selectorsOf(frame, await privacy.words(), new Slices(BUDGET))
  return { selectors: selectors.map(selector => selector.slice(0, 2_000)), ...contentPlacement(frame) }
}
