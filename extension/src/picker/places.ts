/** Where events and targets are, and what lies there. */
import type { Box } from '@fixpoint/protocol'
import { frameAt } from '../page-tree/frame-places.ts'
import { foreignFrames, isDocument, parentOf, toTopBox } from '../page-tree/page-tree.ts'
import { boxOfTarget, elementTarget, type PickTarget, type Point } from './pick-target.ts'

/** Frames of other sites that have no picker of their own. */
export function closedFrames(roots: Iterable<Document | ShadowRoot>, open: readonly (readonly number[])[]): Element[] {
  const withPicker = new Set<Element | null>(open.map(frameAt))
  return foreignFrames(roots).filter(frame => !withPicker.has(frame))
}

/** Where an event is in the top window. */
export function pointOf(event: MouseEvent): Point {
  const { x, y } = toTopBox({ x: event.clientX, y: event.clientY, width: 0, height: 0 }, event.view?.document ?? document)
  return { x, y }
}

export function withPoint(target: PickTarget, point: Point | null): PickTarget {
  return target.kind === 'element' ? elementTarget(target.element, point) : target
}

export function middleOf(target: PickTarget | null): Point | null {
  const box = target && boxOfTarget(target)
  return box ? { x: box.x + box.width / 2, y: box.y + box.height / 2 } : null
}

export function isIn({ x, y }: Point, box: Box): boolean {
  return x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height
}

/** Whether the wheel would scroll something here. */
export function canScroll(element: Element | null): boolean {
  for (let current = element; current; current = parentOf(current)) {
    const isRoot = current === current.ownerDocument.scrollingElement
    if (current.scrollHeight <= current.clientHeight) continue
    const { overflowY } = getComputedStyle(current)
    if (isRoot ? overflowY !== 'hidden' && overflowY !== 'clip' : overflowY === 'auto' || overflowY === 'scroll') return true
  }
  return false
}

/** Whether the person has selected a text in this document. */
export function hasSelection(root: Document | ShadowRoot): boolean {
  return isDocument(root) && root.getSelection()?.isCollapsed === false
}
