import type { Box } from '@fixpoint/protocol'
import { PAGE_CONTEXT_LIMITS } from '@fixpoint/protocol/page-context-limits'
import { elementAtPoint } from '../page-tree/at-point.ts'
import { childrenOf, parentOf, topBoxOf } from '../page-tree/page-tree.ts'
import type { PickTarget } from './pick-target.ts'

const MOST_VISITED = 20_000
const BUDGET_MS = 150
const UNSEEN_TAGS = new Set(['script', 'style', 'link', 'meta', 'template', 'noscript', 'head', 'title', 'base', 'br', 'wbr', 'option'])

/** What is inside a rectangle of the top window. @param ignored is Fixpoint's own element. */
export function regionTarget(box: Box, ignored: Element): PickTarget | null {
  const inside = outermostInside(box, ignored)
  const around = inside.length > 0 ? commonAncestor(inside) : elementAround(box, ignored)
  if (!around) return null
  const anchor = topBoxOf(around)
  return {
    kind: 'region',
    element: around,
    rectangle: { ...box, x: box.x - anchor.x, y: box.y - anchor.y },
    elements: inside.slice(0, PAGE_CONTEXT_LIMITS.elementsInRegion),
    omitted: Math.max(0, inside.length - PAGE_CONTEXT_LIMITS.elementsInRegion)
  }
}

/** In the order of the document. What flows out of its parent is found as well, so that no branch can be left out for its box. */
function outermostInside(box: Box, ignored: Element): Element[] {
  const found: Element[] = []
  const endsAt = performance.now() + BUDGET_MS
  let visited = 0
  const visit = (element: Element): void => {
    if (element === ignored || UNSEEN_TAGS.has(element.localName)) return
    if (visited++ > MOST_VISITED || (visited % 500 === 0 && performance.now() > endsAt)) return
    const own = topBoxOf(element)
    const isSeen = own.width > 0 && own.height > 0 && element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    if (isSeen && isInside(own, box)) {
      found.push(element)
      return
    }
    for (const child of childrenOf(element)) visit(child)
  }
  if (document.body) visit(document.body)
  return found
}

/** A pixel outside does not matter: people draw by hand. */
function isInside(inner: Box, outer: Box): boolean {
  return (
    inner.x >= outer.x - 1 &&
    inner.y >= outer.y - 1 &&
    inner.x + inner.width <= outer.x + outer.width + 1 &&
    inner.y + inner.height <= outer.y + outer.height + 1
  )
}

/** The smallest element that holds them all, across shadow roots and frames. */
function commonAncestor(elements: readonly Element[]): Element | null {
  const [first, ...rest] = elements
  if (!first) return null
  let chain = chainOf(first)
  for (const element of rest) {
    const others = new Set(chainOf(element))
    chain = chain.filter(candidate => others.has(candidate))
  }
  return chain[0] ?? null
}

function chainOf(element: Element): Element[] {
  const chain: Element[] = []
  for (let current: Element | null = element; current; current = parentOf(current)) chain.push(current)
  return chain
}

/** The smallest element that the whole rectangle is in. */
function elementAround(box: Box, ignored: Element): Element | null {
  const middle = elementAtPoint(box.x + box.width / 2, box.y + box.height / 2, ignored)
  for (let current = middle; current; current = parentOf(current)) if (isInside(box, topBoxOf(current))) return current
  return middle
}
