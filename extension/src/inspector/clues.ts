import { frameDocumentOf, isShadowRoot, shadowRootOf } from '../page-tree/page-tree.ts'
import type { ElementToLocate } from './inspection.ts'
import type { Clue } from './markup-search.ts'

const MOST_CLUES = 40
const LONGEST = 200
/** Elements around the one that was picked whose names are clues too. */
const LEVELS = 4

const TEST_IDS = ['data-testid', 'data-test-id', 'data-test', 'data-cy', 'data-qa']
/** Attributes whose values are written by the people who wrote the page, and not by those who use it. */
const WRITTEN = ['name', 'aria-label', 'placeholder', 'alt', 'for', 'title']

/** The element that a path leads to, as the extension's own world sees it: closed shadow roots included. */
export function elementAt(path: ElementToLocate['path']): Element | null {
  let root: Document | ShadowRoot = document
  let element: Element | null = null
  for (const step of path) {
    if (step === 'shadow') {
      const inner: ShadowRoot | null = element && shadowRootOf(element)
      if (!inner) return element
      root = inner
      element = null
    } else if (step === 'frame') {
      const inner: Document | null = element && frameDocumentOf(element)
      if (!inner) return element
      root = inner
      element = null
    } else {
      const parent: ParentNode = element ?? root
      element = parent.children[step] ?? null
      if (!element) return null
    }
  }
  return element
}

/** What an element is called: its classes, ids and test ids, and after them those of the elements around it. */
export function cluesOf(element: Element | null): { own: Clue[]; all: Clue[] } {
  const own = element ? ownClues(element) : []
  const all = [...own]
  let current = element ? above(element) : null
  for (let level = 0; current && level < LEVELS; level++) {
    all.push(...ownClues(current).filter(({ kind }) => kind !== 'attribute'))
    current = above(current)
  }
  const distinct = new Map(all.toReversed().map(clue => [`${clue.kind} ${clue.text}`, clue]))
  return { own, all: [...distinct.values()].reverse().slice(0, MOST_CLUES) }
}

function above(element: Element): Element | null {
  if (element.parentElement) return element.parentElement
  const root = element.getRootNode()
  return isShadowRoot(root) ? root.host : null
}

function ownClues(element: Element): Clue[] {
  const clues: Clue[] = []
  const add = (kind: Clue['kind'], text: string | null | undefined) => {
    if (text && text.length <= LONGEST && /\p{L}/u.test(text)) clues.push({ kind, text })
  }
  for (const name of TEST_IDS) add('testId', element.getAttribute(name))
  add('id', element.getAttribute('id'))
  for (const name of element.classList) add('class', name)
  // The whole attribute as it was written says more than each of many small classes.
  if (element.classList.length > 1) add('class', element.getAttribute('class')?.trim())
  for (const name of WRITTEN) add('attribute', element.getAttribute(name))
  if (element.localName.includes('-')) add('tag', element.localName)
  return clues
}
