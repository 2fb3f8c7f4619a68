import { parentOf } from '../page-tree/page-tree.ts'

interface Scrolled {
  before: { left: number; top: number }
  after: { left: number; top: number }
}

/** Brings elements into view for those who walk by keys, and can take it back. */
export class ScrollKeeper {
  readonly #scrolled = new Map<Element, Scrolled>()

  show(element: Element): void {
    const around: { element: Element; left: number; top: number }[] = []
    for (let current: Element | null = element; current; current = parentOf(current)) {
      around.push({ element: current, left: current.scrollLeft, top: current.scrollTop })
    }
    element.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' })
    for (const { element: scroller, left, top } of around) {
      const after = { left: scroller.scrollLeft, top: scroller.scrollTop }
      if (after.left === left && after.top === top) continue
      const known = this.#scrolled.get(scroller)
      const isContinued = known && known.after.left === left && known.after.top === top
      this.#scrolled.set(scroller, { before: isContinued ? known.before : { left, top }, after })
    }
  }

  /** Where nobody has scrolled since. */
  takeBack(): void {
    for (const [element, { before, after }] of this.#scrolled) {
      if (element.scrollLeft === after.left && element.scrollTop === after.top) element.scrollTo({ ...before, behavior: 'instant' })
    }
    this.#scrolled.clear()
  }
}
