import { foreignFrames, framePlacement, reachableRoots, toTopBox } from './page-tree.ts'

/** The frame of another site whose window has this place: the numbers of the windows on the way to it, as in `window[2][0]`. */
export function frameAt(path: readonly number[]): HTMLIFrameElement | null {
  let target: Window | null = window
  for (const place of path) target = target?.[place] ?? null
  if (!target || target === window) return null
  return foreignFrames(reachableRoots()).find(frame => frame.contentWindow === target) ?? null
}

/** Where the content of a frame begins in the top window that this script sees, and how much it is scaled there. */
export function contentPlacement(frame: Element): { x: number; y: number; scaleX: number; scaleY: number } {
  const { x, y, scaleX, scaleY } = framePlacement(frame)
  // A unit square tells how much the frames around scale it further.
  const unit = toTopBox({ x, y, width: 1, height: 1 }, frame.ownerDocument)
  return { x: unit.x, y: unit.y, scaleX: scaleX * unit.width, scaleY: scaleY * unit.height }
}
