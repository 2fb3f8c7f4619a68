import type { Point } from './pick-target.ts'

/** Distance in CSS pixels that makes a drag of a click. */
const DRAG_DISTANCE = 6

/** What a pointer event means: the end of a click, the end of a drag, or nothing yet. */
export type GestureEnd = { kind: 'click' } | { kind: 'drag'; from: Point } | null

/**
 * Reads clicks and drags out of pointer and mouse events, of which each gesture has several: a page that stops the one kind early does
 * not stop the other, and what ends a gesture is told once.
 */
export class Gesture {
  #pressedAt: Point | null = null
  #isDragging = false
  #isUsed = false

  /** Where a drag began that goes on; null while there is none. */
  get draggedFrom(): Point | null {
    return this.#isDragging ? this.#pressedAt : null
  }

  read({ type, button, buttons }: Pick<MouseEvent, 'type' | 'button' | 'buttons'>, point: Point): GestureEnd {
    if (type === 'pointerdown' || (type === 'mousedown' && this.#pressedAt === null)) {
      this.#isUsed = false
      this.#pressedAt = button === 0 ? point : null
      return null
    }
    if (this.#pressedAt && !this.#isDragging && (buttons & 1) === 1) {
      this.#isDragging = Math.hypot(point.x - this.#pressedAt.x, point.y - this.#pressedAt.y) >= DRAG_DISTANCE
    }
    if (type === 'pointercancel') this.end()
    if (button !== 0 || !['pointerup', 'mouseup', 'click'].includes(type)) return null
    if (this.#isUsed) {
      if (type === 'click') this.#isUsed = false
      return null
    }
    const from = this.draggedFrom
    // A `mouseup` alone is the end of a drag; for a click the `click` follows.
    if (type === 'mouseup' && !from) return null
    this.#isUsed = type !== 'click'
    this.end()
    return from ? { kind: 'drag', from } : { kind: 'click' }
  }

  end(): void {
    this.#pressedAt = null
    this.#isDragging = false
  }

  /** Ends a drag of which nothing shall come: the release that follows means nothing. */
  drop(): void {
    this.#isUsed = true
    this.end()
  }
}
