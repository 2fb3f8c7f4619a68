import { childrenOf, parentOf, topBoxOf } from '../page-tree/page-tree.ts'
import type { Direction } from './walk.ts'

/** Names of the components around an element, from the nearest outwards. */
export type ComponentChain = readonly string[]

/** Asks for the chains of some elements, in their order. */
type AskChains = (elements: readonly Element[]) => Promise<readonly ComponentChain[]>

/** As many as one question may have; see `componentChainsRequestSchema`. */
const AT_ONCE = 20
const MOST_ASKED = 200

/**
 * Walks from component to component: an element is a component's own when the components around it are others than those around its
 * parent. Works with every framework whose components are known.
 * @returns the element to go to, or null where there is none in that direction.
 */
export async function componentStep(from: Element, direction: Direction, ignored: Element, ask: AskChains): Promise<Element | null> {
  if (direction === 'parent') return outwards(from, ask)
  if (direction === 'child') return inwards([from], ignored, ask, false)
  for (let current: Element | null = from; current; current = parentOf(current)) {
    const parent = parentOf(current)
    if (!parent) return null
    const siblings = seen(childrenOf(parent), ignored)
    const index = siblings.indexOf(current)
    const others = direction === 'next' ? siblings.slice(index + 1) : siblings.slice(0, index).reverse()
    const found = await inwards(others, ignored, ask, true)
    if (found) return found
  }
  return null
}

async function outwards(from: Element, ask: AskChains): Promise<Element | null> {
  const line: Element[] = []
  for (let current: Element | null = from; current && line.length < AT_ONCE * 3; current = parentOf(current)) line.push(current)
  const chains: ComponentChain[] = []
  while (chains.length < line.length) {
    const before = chains.length
    chains.push(...(await ask(line.slice(before, before + AT_ONCE))))
    // The element one stands on is not the way out, even where it begins a component.
    for (let index = Math.max(1, before - 1); index < chains.length - 1; index++) {
      if (isRoot(chains[index], chains[index + 1])) return line[index] ?? null
    }
  }
  return null
}

/** The first component's element among some elements and below them, level by level. */
async function inwards(start: readonly Element[], ignored: Element, ask: AskChains, isStartIncluded: boolean): Promise<Element | null> {
  let row = isStartIncluded ? [...start] : start.flatMap(element => seen(childrenOf(element), ignored))
  let asked = 0
  while (row.length > 0 && asked < MOST_ASKED) {
    for (let index = 0; index < row.length && asked < MOST_ASKED; index += AT_ONCE / 2) {
      const some = row.slice(index, index + AT_ONCE / 2)
      const parents = some.map(element => parentOf(element) ?? element)
      const chains = await ask([...some, ...parents])
      asked += some.length
      const found = some.findIndex((_, position) => isRoot(chains[position], chains[some.length + position]))
      if (found >= 0) return some[found] ?? null
    }
    row = row.flatMap(element => seen(childrenOf(element), ignored))
  }
  return null
}

/** Chains have a limit, so that those of deep trees differ at their beginning and not in their length. */
function isRoot(own: ComponentChain | undefined, parent: ComponentChain | undefined): boolean {
  if (own === undefined || parent === undefined || own.length === 0) return false
  return own.length !== parent.length || own.some((name, index) => name !== parent[index])
}

function seen(elements: readonly Element[], ignored: Element): Element[] {
  return elements.filter(element => {
    if (element === ignored) return false
    const { width, height } = topBoxOf(element)
    return (width > 0 && height > 0) || element.childElementCount > 0
  })
}
