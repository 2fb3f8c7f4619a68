import { isMeaningfulClass, isStableId } from '../page-tree/names.ts'
import { isDocument, isShadowRoot } from '../page-tree/page-tree.ts'
import type { Slices } from '../page-tree/slices.ts'
import type { PrivateWords } from '../privacy/private-words.ts'

/** Attributes that people put on elements so that tests find them again. */
export const TEST_ID_ATTRIBUTES = ['data-testid', 'data-test-id', 'data-test', 'data-cy', 'data-qa'] as const
const STABLE_ATTRIBUTES = [...TEST_ID_ATTRIBUTES, 'aria-label', 'name', 'alt', 'title', 'placeholder', 'for', 'type', 'role'] as const
const LONGEST_VALUE = 80
// In characters. Beyond it a path of places is cut at its beginning: browsers match long selectors by recursion.
const LONGEST_SELECTOR = 1_500
// Hops that the page context has room for; deeper nesting keeps the innermost ones.
const MOST_HOPS = 10

/**
 * Selectors from the document through shadow roots and frames: each but the last names a host or frame, and each matches exactly
 * one element in its root. What a build or a render makes up (generated ids, hashed classes) is not used.
 * @param words what is private; pages echo it in names sometimes.
 */
export async function selectorsOf(element: Element, words: PrivateWords, slices: Slices): Promise<string[]> {
  const selectors: string[] = []
  let current: Element | null = element
  while (current && selectors.length < MOST_HOPS) {
    const root = current.getRootNode()
    if (!isDocument(root) && !isShadowRoot(root)) break
    selectors.unshift(await selectorWithin(current, root, words, slices))
    current = isShadowRoot(root) ? root.host : (root.defaultView?.frameElement ?? null)
  }
  return selectors
}

/** The shortest stable selector that matches this element alone within its root. */
export async function selectorWithin(element: Element, root: Document | ShadowRoot, words: PrivateWords, slices: Slices): Promise<string> {
  const isUnique = (selector: string) => matchesOnly(root, selector, element)
  const own = ownSelectors(element, words)
  const direct = own.find(isUnique)
  if (direct) return direct

  // From the nearest ancestor that can be told apart, by what the element is, then by its place.
  let path = placeOf(element)
  for (
    let ancestor = element.parentElement;
    ancestor && path.length < LONGEST_SELECTOR && !slices.isOver;
    ancestor = ancestor.parentElement
  ) {
    // Each look through a large page takes a millisecond.
    if (slices.isDueNow()) await slices.rest()
    const around = ancestor
    const anchor = ownSelectors(around, words).find(selector => matchesOnly(root, selector, around))
    if (anchor) {
      const below = own.map(selector => `${anchor} ${selector}`).find(isUnique)
      const selector = below ?? `${anchor} > ${path}`
      if (isUnique(selector)) return selector
    }
    path = `${placeOf(ancestor)} > ${path}`
  }
  return path
}

/** Most candidates match something earlier: then the first look ends there. */
function matchesOnly(root: Document | ShadowRoot, selector: string, element: Element): boolean {
  return root.querySelector(selector) === element && root.querySelectorAll(selector).length === 1
}

/** What can be said of an element without its place, the most stable first. */
function ownSelectors(element: Element, words: PrivateWords): string[] {
  const isHarmless = (value: string) => !words.has(value)
  const tag = CSS.escape(element.localName)
  const selectors: string[] = []
  if (isStableId(element.id) && isHarmless(element.id)) selectors.push(`#${CSS.escape(element.id)}`)
  for (const name of STABLE_ATTRIBUTES) {
    const value = element.getAttribute(name)
    if (value && value.length <= LONGEST_VALUE && isHarmless(value)) selectors.push(`${tag}[${name}=${cssString(value)}]`)
  }
  const classes = [...element.classList]
    .slice(0, 20)
    .filter(name => isMeaningfulClass(name) && isHarmless(name))
    .slice(0, 3)
  for (const name of classes) selectors.push(`${tag}.${CSS.escape(name)}`)
  if (classes.length > 1) selectors.push(`${tag}${classes.map(name => `.${CSS.escape(name)}`).join('')}`)
  if (['html', 'head', 'body', 'main', 'h1', 'nav', 'header', 'footer'].includes(element.localName)) selectors.push(tag)
  return selectors
}

/** The element among its siblings of the same name. */
function placeOf(element: Element): string {
  const tag = CSS.escape(element.localName)
  let position = 1
  let isAlone = true
  for (let other = element.previousElementSibling; other; other = other.previousElementSibling) {
    if (other.localName === element.localName) position++
  }
  for (let other = element.nextElementSibling; other && isAlone; other = other.nextElementSibling) {
    isAlone = other.localName !== element.localName
  }
  return position === 1 && isAlone ? tag : `${tag}:nth-of-type(${position})`
}

/** A value in quotes as CSS reads it; unlike an escaped identifier it stays legible. */
function cssString(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&').replace(/[\n\r\f]/g, character => `\\${character.charCodeAt(0).toString(16)} `)}"`
}
