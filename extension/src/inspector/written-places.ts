import type { LocatedSource, WrittenNode } from './inspection.ts'
import { positionAt } from './module-map.ts'
import { tagOf, writtenTags } from './written-tags.ts'

/** Where a component is written: all of it, in the source. */
export interface Definition {
  /** Null for what packages have: their components have names alone. */
  file: string | null
  name: string | null
  /** Where it begins, counting from 1. */
  start: { line: number; column: number | null }
  /** Sources and stretches of them that the component's code comes from. */
  parts: { file: string; text: string; from: number; to: number }[]
}

/** Comparisons of a node with a tag; a page that wants more of them means no good. */
const MOST_COMPARISONS = 200_000

export interface NamedComponent {
  name: string
  definition: Definition | null
}

/**
 * Where in their sources components have the tags of what they have drawn around the element: of each the tag that leads closest to it.
 * What a component has drawn is looked for in those around it only as far as it was not found in one that is nearer.
 * @returns the places by the components' numbers, and the component that has the tag of the element itself
 */
export function placesOfNodes(
  nodes: readonly WrittenNode[],
  named: readonly NamedComponent[]
): { places: ReadonlyMap<number, LocatedSource>; owner: number | null } {
  const places = new Map<number, LocatedSource>()
  const taken = new Set<WrittenNode>()
  let owner: number | null = null
  let comparisons = 0
  const order = [...named.keys()].toSorted((a, b) => placeInTree(nodes, a) - placeInTree(nodes, b))
  for (const index of order) {
    const parts = named[index]?.definition?.parts ?? []
    if (parts.length === 0) continue
    const tags = parts.map(({ text, from, to }) => writtenTags(text, from, to))
    const count = tags.reduce((sum, { length }) => sum + length, 0)
    for (const node of nodes.slice(0, placeInTree(nodes, index))) {
      comparisons += count
      if (comparisons > MOST_COMPARISONS) return { places, owner }
      if (taken.has(node) || (node.owner != null && node.owner !== index)) continue
      const component = named[node.component ?? -1]
      const isCertain = node.tag == null && component?.definition?.name != null
      const found = tags.map(inPart => tagOf(inPart, node, node.tag ?? component?.name ?? '', isCertain))
      const at = found.findIndex(tag => tag !== null)
      const part = parts[at]
      const tag = found[at]
      if (!part || !tag) continue
      taken.add(node)
      if (node === nodes[0]) owner ??= index
      if (tag === 'ambiguous') continue
      const { line, column } = positionAt(part.text, tag.offset)
      places.set(index, { file: part.file, line, column: column + 1 })
      break
    }
  }
  return { places, owner }
}

/** How many nodes there are between an element and a component. */
function placeInTree(nodes: readonly WrittenNode[], component: number): number {
  const index = nodes.findIndex(node => node.component === component)
  return index < 0 ? nodes.length : index
}
