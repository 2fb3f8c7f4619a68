import { frameDocumentOf, isDocument, shadowRootOf } from './page-tree.ts'

type Root = Document | ShadowRoot

const MOST_ROOTS = 200
/** Of larger pages the rest is found when the pointer comes there. */
const MOST_ELEMENTS = 100_000
/** In ms; a frame has 16. */
const SLICE = 8

/**
 * Finds the documents of the page at once, and then, in slices, its shadow roots: without closed ones of ordinary elements that have
 * content of their own, because asking each element of a large page takes longer than a frame. What is picked is looked into all the
 * same; what has to be covered must use `findRoots`.
 * @param add is called for each, from the outside in.
 */
export async function findLikelyRoots(add: (root: Root) => void, signal: AbortSignal): Promise<void> {
  const roots: Root[] = []
  const enter = (root: Root): void => {
    if (roots.length >= MOST_ROOTS) return
    roots.push(root)
    add(root)
    for (const frame of root.querySelectorAll('iframe, frame')) {
      const inner = frameDocumentOf(frame)
      if (inner) enter(inner)
    }
  }
  enter(document)
  let startedAt = performance.now()
  let looked = 0
  for (const root of roots) {
    const elements = isDocument(root) ? root.getElementsByTagName('*') : root.querySelectorAll('*')
    for (let index = 0; looked++ < MOST_ELEMENTS; index++) {
      const element = elements[index]
      if (!element) break
      const isLikely = element.shadowRoot !== null || element.localName.includes('-') || element.firstChild === null
      const shadow = isLikely ? shadowRootOf(element) : null
      if (shadow) enter(shadow)
      if (looked % 64 !== 0 || performance.now() - startedAt < SLICE) continue
      await scheduler.yield()
      if (signal.aborted) return
      startedAt = performance.now()
    }
  }
}
