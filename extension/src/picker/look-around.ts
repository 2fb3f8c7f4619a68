import type { Run } from './run.ts'

/**
 * True when the pointer moves over the page, but no event of it arrives: a listener that the page added first stops them all. Asked every
 * now and then, it compares what is hovered.
 */
export function areEventsSwallowed(run: Run): boolean {
  if (run.hasPointerEvents || run.isFinishing) return false
  const hovered = [...document.querySelectorAll(':hover')].at(-1) ?? null
  const hasMoved = run.hovered !== null && hovered !== null && hovered !== run.hovered
  run.hovered = hovered
  return hasMoved
}
