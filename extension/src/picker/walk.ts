import { childrenOf, parentOf, topBoxOf } from '../page-tree/page-tree.ts'

export type Direction = 'parent' | 'child' | 'previous' | 'next'

const INVISIBLE_TAGS = new Set(['script', 'style', 'link', 'meta', 'template', 'noscript', 'head', 'title', 'base', 'param', 'source'])

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

  #visible(elements: Element[], always?: Element): Element[] {
    return elements.filter(element => {
      if (element === always) return true
      if (element === this.#ignored || INVISIBLE_TAGS.has(element.localName)) return false
      const { width, height } = topBoxOf(element)
      return (width > 0 && height > 0) || element.childElementCount > 0
    })
  }
}
