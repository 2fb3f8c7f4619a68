import { childrenOf, parentOf, topBoxOf } from '../page-tree/page-tree.ts'

export type Direction = 'parent' | 'child' | 'previous' | 'next'

const INVISIBLE_TAGS = new Set(['script', 'style', 'link', 'meta', 'template', 'noscript', 'head', 'title', 'base', 'param', 'source'])

const STOPS = `a[href],button,input,select,textarea,summary,label,img,svg,canvas,video,iframe,h1,h2,h3,h4,h5,h6,
  [tabindex]:not([tabindex^="-"]),[contenteditable],[role="button"],[role="link"],[role="tab"],[role="menuitem"],[role="option"]`

function isShown(element: Element): boolean {
  const { width, height } = element.getBoundingClientRect()
  return width > 0 && height > 0 && element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
}

/**
 * Walks the page's tree with the arrow keys. Going down leads back to where one came up from.
 */
export class TreeWalk {
  readonly #cameFrom = new WeakMap<Element, Element>()
  readonly #ignored: Element

  /** @param ignored is Fixpoint's own element. */
  constructor(ignored: Element) {
    this.#ignored = ignored
  }

  /** The element in that direction, or the same one where there is none. */
  step(from: Element, direction: Direction): Element {
    if (direction === 'parent') {
      const parent = parentOf(from)
      if (!parent) return from
      this.#cameFrom.set(parent, from)
      return parent
    }
    if (direction === 'child') {
      const known = this.#cameFrom.get(from)
      return known?.isConnected && parentOf(known) === from ? known : (this.#visible(childrenOf(from))[0] ?? from)
    }
    const parent = parentOf(from)
    if (!parent) return from
    const siblings = this.#visible(childrenOf(parent), from)
    const index = siblings.indexOf(from)
    return siblings[direction === 'next' ? index + 1 : index - 1] ?? from
  }

  /**
   * The next or previous element in the order of the document that one is likely to mean: controls, links, headings, pictures. At the
   * end it begins anew.
   */
  stop(from: Element | null, by: 1 | -1): Element | null {
    const stops: Element[] = []
    let position = -1
    const visit = (element: Element): void => {
      if (element === this.#ignored || INVISIBLE_TAGS.has(element.localName)) return
      if (element === from) position = stops.length
      if (element !== from && element.matches(STOPS) && isShown(element)) stops.push(element)
      if (element.localName !== 'svg') for (const child of childrenOf(element)) visit(child)
    }
    visit(document.documentElement)
    if (stops.length === 0) return null
    const index = position < 0 ? (by > 0 ? 0 : -1) : by > 0 ? position : position - 1
    return stops.at(index >= stops.length ? 0 : index) ?? null
  }

  #visible(elements: Element[], always?: Element): Element[] {
    return elements.filter(element => {
      if (element === always) return true
      if (element === this.#ignored || INVISIBLE_TAGS.has(element.localName)) return false
      const { width, height } = topBoxOf(element)
      return (width > 0 && height > 0) || element.childElementCount > 0
    })
  }
}
