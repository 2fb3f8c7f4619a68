import type { Box } from '@fixpoint/protocol'
import { topBoxOf, toTopBox } from '../page-tree/page-tree.ts'

export interface Point {
  x: number
  y: number
}

/** The rectangle between two corners. */
export function boxBetween(a: Point, b: Point): Box {
  return { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) }
}

/** What a pick is of. `element` is always there: for a region or a text it is the smallest one that holds all of it. */
export type PickTarget =
  | {
      kind: 'element'
      element: Element
      /** Where it was clicked, from its top left corner, for what is one element but shows many things. */
      point?: Point
    }
  | {
      kind: 'region'
      element: Element
      /** The rectangle, with its place counted from the element's box, so that it moves along. */
      rectangle: Box
      /** The outermost elements that lie wholly inside. */
      elements: readonly Element[]
      omitted: number
    }
  | { kind: 'text'; element: Element; range: Range }

/** Where it is in the top window now; null where it is not shown, or no longer in the document. */
export function boxOfTarget(target: PickTarget): Box | null {
  if (!target.element.isConnected) return null
  const box = topBoxOf(target.element)
  if (target.kind === 'region') return { ...target.rectangle, x: box.x + target.rectangle.x, y: box.y + target.rectangle.y }
  if (target.kind === 'text') {
    const { x, y, width, height } = target.range.getBoundingClientRect()
    return width > 0 && height > 0 ? toTopBox({ x, y, width, height }, target.element.ownerDocument) : null
  }
  return box.width > 0 && box.height > 0 ? box : null
}

export function isSameTarget(a: PickTarget | null, b: PickTarget | null): boolean {
  if (a === null || b === null) return a === b
  if (a.kind !== b.kind || a.element !== b.element) return false
  if (a.kind === 'text' && b.kind === 'text') return a.range === b.range
  return a.kind === 'element' && b.kind === 'element' && isSamePoint(a.point, b.point)
}

function isSamePoint(a: Point | undefined, b: Point | undefined): boolean {
  return a === undefined || b === undefined || Math.hypot(a.x - b.x, a.y - b.y) < 4
}

const SHOWS_MANY_THINGS = new Set(['canvas', 'img', 'video', 'svg', 'iframe', 'frame', 'object', 'embed'])

/** The element as a target, with the place of the click where that tells more than the element does. */
export function elementTarget(element: Element, at: Point | null): PickTarget {
  if (at === null || !SHOWS_MANY_THINGS.has(element.localName)) return { kind: 'element', element }
  const box = topBoxOf(element)
  return { kind: 'element', element, point: { x: Math.round(at.x - box.x), y: Math.round(at.y - box.y) } }
}
