import { isMeaningfulClass } from '../page-tree/names.ts'
import { childrenOf, frameDocumentOf, parentOf } from '../page-tree/page-tree.ts'
import { hasPrivateContent, isPrivateField, privateFieldKind } from '../privacy/private-fields.ts'
import { countRedaction } from '../privacy/secrets.ts'
import { authoredName, roleOf } from './accessibility.ts'
import type { PageText } from './page-text.ts'
import { TEST_ID_ATTRIBUTES } from './selectors.ts'

/** How much is shown of and around a pick. */
interface Extent {
  /** Levels and elements below the pick. */
  depth: number
  elements: number
  /** Neighbours on each side of the pick and of the ancestors next to it, and what is shown below each of them. */
  siblings: number
  belowSiblings: { depth: number; elements: number }
  landmarks: number
}

/** From generous to bare: the first that fits is used. */
const EXTENTS: readonly Extent[] = [
  { depth: 8, elements: 200, siblings: 12, belowSiblings: { depth: 3, elements: 12 }, landmarks: 30 },
  { depth: 6, elements: 100, siblings: 6, belowSiblings: { depth: 2, elements: 6 }, landmarks: 20 },
  { depth: 4, elements: 60, siblings: 4, belowSiblings: { depth: 1, elements: 3 }, landmarks: 15 },
  { depth: 2, elements: 20, siblings: 2, belowSiblings: { depth: 0, elements: 0 }, landmarks: 10 },
  { depth: 0, elements: 0, siblings: 0, belowSiblings: { depth: 0, elements: 0 }, landmarks: 0 }
]
const MOST_ANCESTORS = 40
/** Ancestors whose neighbours are shown too. */
const ANCESTORS_WITH_NEIGHBOURS = 4
const LONGEST_TEXT = 160

const UNSEEN_TAGS = new Set(['script', 'style', 'link', 'meta', 'template', 'noscript', 'head', 'title', 'base', 'br', 'wbr'])
const LANDMARKS =
  'header, nav, main, aside, footer, dialog[open], h1, [role="main"], [role="navigation"], [role="banner"], [role="search"], [role="dialog"]'

export interface Outline {
  text: string
  /** What was left out to stay within the limit, in words. */
  truncated: string[]
}

/**
 * The page around the picks as an indented outline: one line an element, `tag#id.class (role) "name or text" [1]`, where `[1]`
 * marks a pick. Unshown neighbours are counted.
 */
export function outlineAround(picks: ReadonlyMap<number, Element>, ignored: Element, text: PageText, limit: number): Outline {
  const numbers = new Map([...picks].map(([number, element]) => [element, number]))
  for (const [step, extent] of EXTENTS.entries()) {
    const outline = new OutlineWriter(numbers, ignored, text, extent).write()
    if (outline.length <= limit) {
      return {
        text: outline,
        truncated: step === 0 ? [] : [`Outline: fewer neighbours and levels (step ${step} of ${EXTENTS.length - 1})`]
      }
    }
    if (step === EXTENTS.length - 1) {
      const end = outline.lastIndexOf('\n', limit)
      return { text: outline.slice(0, end), truncated: [`Outline: ${outline.length - end} of ${outline.length} characters cut`] }
    }
  }
  return { text: '', truncated: [] }
}

class OutlineWriter {
  readonly #numbers: ReadonlyMap<Element, number>
  readonly #ignored: Element
  readonly #text: PageText
  readonly #extent: Extent
  readonly #shown = new Set<Element>()
  readonly #countedFields = new Set<Element>()
  readonly #lines: string[] = []

  constructor(numbers: ReadonlyMap<Element, number>, ignored: Element, text: PageText, extent: Extent) {
    this.#numbers = numbers
    this.#ignored = ignored
    this.#text = text
    this.#extent = extent
  }

  write(): string {
    for (const pick of this.#numbers.keys()) this.#includeAround(pick)
    const landmarks = this.#otherLandmarks()
    for (const element of this.#shown) {
      const parent = parentOf(element)
      if (!parent || !this.#shown.has(parent)) this.#writeTree(element, 0)
    }
    if (landmarks.length > 0) {
      this.#lines.push('', 'Elsewhere on the page:')
      for (const landmark of landmarks) this.#lines.push(`  ${this.#describe(landmark)}`)
    }
    return this.#lines.join('\n')
  }

  #includeAround(pick: Element): void {
    this.#shown.add(pick)
    this.#includeBelow(pick, this.#extent.depth, this.#extent.elements)
    this.#includeNeighbours(pick)
    let ancestor = parentOf(pick)
    for (let level = 0; ancestor && level < MOST_ANCESTORS; level++) {
      this.#shown.add(ancestor)
      if (level < ANCESTORS_WITH_NEIGHBOURS) this.#includeNeighbours(ancestor)
      ancestor = parentOf(ancestor)
    }
  }

  #includeNeighbours(element: Element): void {
    const parent = parentOf(element)
    const { siblings: count, belowSiblings } = this.#extent
    if (!parent || count === 0) return
    const siblings = this.#seenChildren(parent)
    const index = siblings.indexOf(element)
    for (const sibling of siblings.slice(Math.max(0, index - count), index + count + 1)) {
      this.#shown.add(sibling)
      if (sibling !== element) this.#includeBelow(sibling, belowSiblings.depth, belowSiblings.elements)
    }
  }

  /** Level by level, so that what is near comes before what is deep. */
  #includeBelow(element: Element, depth: number, elements: number): void {
    let row = this.#seenChildren(element)
    let left = elements
    for (let level = 0; level < depth && row.length > 0 && left > 0; level++) {
      row = row.slice(0, left)
      left -= row.length
      for (const child of row) this.#shown.add(child)
      row = row.flatMap(child => this.#seenChildren(child))
    }
  }

  #seenChildren(element: Element): Element[] {
    if (isPrivateField(element) || element.localName === 'svg') return []
    return childrenOf(element).filter(child => child !== this.#ignored && !UNSEEN_TAGS.has(child.localName))
  }

  #otherLandmarks(): Element[] {
    const found: Element[] = []
    for (const element of document.querySelectorAll(LANDMARKS)) {
      if (found.length >= this.#extent.landmarks) break
      if (!this.#shown.has(element) && element.checkVisibility()) found.push(element)
    }
    return found
  }

  #writeTree(element: Element, level: number): void {
    const indent = '  '.repeat(level)
    this.#lines.push(`${indent}${this.#describe(element)}`)
    let unshown = 0
    const flush = () => {
      if (unshown > 0) this.#lines.push(`${indent}  … ${unshown} more`)
      unshown = 0
    }
    for (const child of this.#seenChildren(element)) {
      if (!this.#shown.has(child)) {
        unshown++
        continue
      }
      flush()
      this.#writeTree(child, level + 1)
    }
    flush()
  }

  #describe(element: Element): string {
    const parts = [this.#nameOfElement(element)]
    const role = roleOf(element)
    if (role && role !== element.localName) parts.push(`(${role})`)
    const words = authoredName(element, this.#text) ?? this.#text.ownText(element, LONGEST_TEXT)
    if (words) parts.push(JSON.stringify(words.length > LONGEST_TEXT ? `${words.slice(0, LONGEST_TEXT).toWellFormed()}…` : words))
    if (isPrivateField(element)) parts.push(this.#fieldNote(element))
    if (element.hasAttribute('disabled')) parts.push('disabled')
    if (element.localName === 'iframe') parts.push(frameDocumentOf(element) ? 'same-origin frame' : 'frame of another site')
    else if (!element.checkVisibility({ visibilityProperty: true })) parts.push('hidden')
    const number = this.#numbers.get(element)
    if (number !== undefined) parts.push(`[${number}]`)
    return parts.join(' ')
  }

  #nameOfElement(element: Element): string {
    const id = element.id && element.id.length <= 60 ? `#${element.id}` : ''
    const classes = [...element.classList].slice(0, 20).filter(isMeaningfulClass).slice(0, 3)
    const testId = testIdOf(element)
    const name = `${element.localName}${id}${classes.map(name => `.${name}`).join('')}`
    return this.#text.clean(`${name}${testId ? `[${testId.attribute}=${JSON.stringify(testId.value)}]` : ''}`, 300)
  }

  #fieldNote(element: Element): string {
    if (!hasPrivateContent(element)) return 'empty'
    if (!this.#countedFields.has(element)) {
      this.#countedFields.add(element)
      countRedaction(this.#text.counts, privateFieldKind(element))
    }
    return 'filled in (not shown)'
  }
}

/** The attribute that tests find the element by. */
export function testIdOf(element: Element): { attribute: string; value: string } | null {
  for (const attribute of TEST_ID_ATTRIBUTES) {
    const value = element.getAttribute(attribute)
    if (value && value.length <= 150) return { attribute, value }
  }
  return null
}
