import { frameDocumentOf, isDocument, SHADOW_HOSTS, shadowRootOf } from './page-tree.ts'
import type { Slices } from './slices.ts'

const MOST_ROOTS = 300
/** Custom elements; a browser finds them by itself, without an object for each element that is none. */
const CUSTOM_ELEMENTS = "//*[contains(local-name(), '-')]"

type Root = Document | ShadowRoot

/** Every document and shadow root that can be looked into, from the outside in. It ends early when the slices' budget is used up. */
export async function findRoots(slices: Slices): Promise<Root[]> {
  const roots: Root[] = [document]
  for (let index = 0; index < roots.length; index++) {
    const root = roots[index]
    if (!root) break
    for (const candidates of hostsIn(root)) {
      for (let position = 0; position < candidates.length && roots.length < MOST_ROOTS; position++) {
        const element = candidates[position]
        const inner = element && (frameDocumentOf(element) ?? shadowRootOf(element))
        if (inner) roots.push(inner)
        // The first look into a frame makes a world for it, which takes as long as many elements.
        if (inner && isDocument(inner) ? slices.isDueNow() : slices.isDue()) await slices.rest()
        if (slices.isOver) return roots
      }
      if (slices.isDueNow()) await slices.rest()
      if (slices.isOver) return roots
    }
  }
  return roots
}

/** What may have a root inside: for each kind a list that the browser makes, so that nothing else is touched. */
function* hostsIn(root: Root): Generator<ArrayLike<Element>> {
  yield elementsNamed(root, 'iframe')
  yield elementsNamed(root, 'frame')
  yield customElementsIn(root)
  for (const name of SHADOW_HOSTS) yield elementsNamed(root, name)
}

/** Browsers keep what they have found by a name until the document changes. */
export function elementsNamed(root: Root, name: string): ArrayLike<Element> {
  return isDocument(root) ? root.getElementsByTagName(name) : root.querySelectorAll(name)
}

function customElementsIn(root: Root): Element[] {
  // Paths do not lead into shadow roots, which are small.
  if (!isDocument(root)) return [...root.querySelectorAll('*')].filter(({ localName }) => localName.includes('-'))
  const found = new XPathEvaluator().evaluate(CUSTOM_ELEMENTS, root, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE)
  return Array.from({ length: found.snapshotLength }, (_, index) => found.snapshotItem(index) as Element)
}
