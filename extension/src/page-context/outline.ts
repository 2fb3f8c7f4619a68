import { keyStyles } from '@fixpoint/protocol'
import type { ElementReference } from '../message-schemas.ts'
import { elementReference } from '../page-tree/element-path.ts'
import { isMeaningfulClass, isStableId } from '../page-tree/names.ts'
import { childrenOf, frameDocumentOf, parentOf, shadowRootOf, topBoxOf } from '../page-tree/page-tree.ts'
import type { Slices } from '../page-tree/slices.ts'
import { hasPrivateContent, isPrivateField, privateFieldKind } from '../privacy/private-fields.ts'
import { countRedaction } from '../privacy/secrets.ts'
import { authoredName, roleOf } from './accessibility.ts'
import { OUTLINE_LIMITS } from './outline-limits.ts'
import type { OutlineLine } from './outline-schema.ts'
import type { PageText } from './page-text.ts'
import { TEST_ID_ATTRIBUTES } from './selectors.ts'

/** How much is looked at around each pick; what of it is sent is decided later, by rank and budget. */
const BELOW = { depth: 8, elements: 200 }
const SIBLINGS = 12
const BELOW_SIBLINGS = { depth: 3, elements: 12 }
const MOST_ANCESTORS = 60
/** Ancestors whose neighbours are shown too. */
const ANCESTORS_WITH_NEIGHBOURS = 4
const MOST_LANDMARKS = 30
const LONGEST_TEXT = 160
/** Of an element with more children only some are looked at. */
const MOST_CHILDREN = 5_000
/** Lines that are named by their components: the nearest ones. */
const MOST_NAMED = 150

/** Ranks: the pick, what it stands in, what is in it, what stands beside it, the rest of the page. */
const RANK = { pick: 0, ancestor: 1, below: 2, sibling: 3, landmark: 5 } as const

const UNSEEN_TAGS = new Set(['script', 'style', 'link', 'meta', 'template', 'noscript', 'head', 'title', 'base', 'br', 'wbr'])
const LANDMARK_TAGS = ['header', 'nav', 'main', 'aside', 'footer', 'dialog', 'h1']
const LANDMARK_ROLES = new Set(['main', 'navigation', 'banner', 'search', 'dialog'])
/** Elements with a role that are looked at for landmarks. */
const MOST_ROLES = 2_000
const SHADOW_LANDMARKS = [...LANDMARK_TAGS, ...[...LANDMARK_ROLES].map(role => `[role=${role}]`)].join()
/** Elements that are looked at for shadow roots with landmarks in them, from the top down. */
const MOST_OUTER_ELEMENTS = 300
/** What decides about the place of an element and of what is in it. */
const LAYOUT_PROPERTIES = [
  ...['display', 'position', 'flex-direction', 'flex-wrap', 'flex-grow', 'justify-content', 'align-items', 'align-self'],
  ...['row-gap', 'column-gap', 'grid-template-columns', 'overflow-x', 'overflow-y', 'z-index', 'transform']
]

export interface Outline {
  lines: OutlineLine[]
  /** For the nearest lines, by their position: where the page's own world finds the element. */
  references: { line: number; element: ElementReference }[]
  /** What was not looked at, in words. */
  truncated: string[]
}

/** The page around the picks: one line an element, each with its rank. */
export async function outlineAround(
  picks: ReadonlyMap<number, Element>,
  ignored: Element,
  text: PageText,
  slices: Slices
): Promise<Outline> {
  const writer = new OutlineWriter(new Map([...picks].map(([number, element]) => [element, number])), ignored, text, slices)
  return writer.write()
}

class OutlineWriter {
  readonly #numbers: ReadonlyMap<Element, number>
  readonly #ignored: Element
  readonly #text: PageText
  readonly #slices: Slices
  readonly #ranks = new Map<Element, number>()
  readonly #children = new Map<Element, Element[]>()
  readonly #lines: OutlineLine[] = []
  readonly #elements: Element[] = []
  readonly #countedFields = new Set<Element>()
  readonly #cuts = new Set<string>()

  constructor(numbers: ReadonlyMap<Element, number>, ignored: Element, text: PageText, slices: Slices) {
    this.#numbers = numbers
    this.#ignored = ignored
    this.#text = text
    this.#slices = slices
  }

  async write(): Promise<Outline> {
    for (const pick of this.#numbers.keys()) {
      this.#includeAround(pick)
      if (this.#slices.isDueNow()) await this.#slices.rest()
    }
    const landmarks = await this.#otherLandmarks()
    for (const element of this.#ranks.keys()) {
      const parent = parentOf(element)
      if (!parent || !this.#ranks.has(parent)) await this.#writeTree(element, 0, 0)
    }
    for (const [index, landmark] of landmarks.entries()) {
      if (this.#slices.isDueNow()) await this.#slices.rest()
      this.#add(landmark, { level: 1, rank: RANK.landmark + index / 100, index: 0, children: 0, isElsewhere: true })
    }
    if (this.#lines.length >= OUTLINE_LIMITS.lines) this.#cuts.add(`Outline: only ${OUTLINE_LIMITS.lines} elements were looked at`)
    return {
      lines: this.#lines,
      references: await this.#references(),
      truncated: [...this.#cuts]
    }
  }

  #include(element: Element, rank: number): void {
    const known = this.#ranks.get(element)
    if (known === undefined || known > rank) this.#ranks.set(element, rank)
  }

  #includeAround(pick: Element): void {
    this.#include(pick, RANK.pick)
    this.#includeBelow(pick, BELOW, RANK.below)
    this.#includeNeighbours(pick, RANK.sibling)
    let ancestor = parentOf(pick)
    for (let level = 0; ancestor && level < MOST_ANCESTORS; level++) {
      this.#include(ancestor, RANK.ancestor)
      if (level < ANCESTORS_WITH_NEIGHBOURS) this.#includeNeighbours(ancestor, RANK.sibling + (level + 1) * 0.5)
      ancestor = parentOf(ancestor)
    }
    if (ancestor) this.#cuts.add(`Outline: only the ${MOST_ANCESTORS} elements next around a pick`)
  }

  #includeNeighbours(element: Element, rank: number): void {
    const parent = parentOf(element)
    if (!parent) return
    const siblings = this.#seenChildren(parent, element)
    const index = siblings.indexOf(element)
    for (let position = Math.max(0, index - SIBLINGS); position < Math.min(siblings.length, index + SIBLINGS + 1); position++) {
      const sibling = siblings[position]
      if (!sibling || sibling === element) continue
      const distance = rank + Math.abs(position - index) * 0.12
      this.#include(sibling, distance)
      this.#includeBelow(sibling, BELOW_SIBLINGS, distance + 0.4)
    }
  }

  /** Level by level, so that what is near comes before what is deep. */
  #includeBelow(element: Element, { depth, elements }: { depth: number; elements: number }, rank: number): void {
    let row = this.#seenChildren(element)
    let left = elements
    for (let level = 0; level < depth && row.length > 0 && left > 0; level++) {
      row = row.slice(0, left)
      left -= row.length
      for (const child of row) this.#include(child, rank + level * 0.4)
      row = row.flatMap(child => this.#seenChildren(child))
    }
  }

  /**
   * Remembered, because neighbours are asked for again and again.
   * @param near of very many children, those beside this one are there besides the first ones
   */
  #seenChildren(element: Element, near?: Element): Element[] {
    const known = this.#children.get(element)
    if (known) return known
    const isMeant =
      element.localName === 'svg'
        ? (child: Element) => this.#holdsPick(child)
        : (child: Element) => child !== this.#ignored && !UNSEEN_TAGS.has(child.localName)
    const isVast = element.childElementCount > MOST_CHILDREN
    if (isVast) this.#cuts.add(`Outline: of more than ${MOST_CHILDREN} elements in one, only the first and the nearest were looked at`)
    const all = isVast ? someChildren(element, near) : childrenOf(element)
    const children = isPrivateField(element) ? [] : all.filter(isMeant)
    this.#children.set(element, children)
    return children
  }

  /** Of a drawing only what was picked in it is told, with what it stands in. */
  #holdsPick(element: Element): boolean {
    for (const pick of this.#numbers.keys()) if (element.contains(pick)) return true
    return false
  }

  /** In the order of the document. Browsers find names and one attribute in a tenth of the time that a list of selectors takes. */
  async #otherLandmarks(): Promise<Element[]> {
    const found = new Set<Element>()
    const addFirst = (elements: ArrayLike<Element>, most: number, isMeant: (element: Element) => boolean) => {
      for (let index = 0, added = 0; index < Math.min(elements.length, most) && added < MOST_LANDMARKS; index++) {
        const element = elements[index]
        if (!element || !isMeant(element) || this.#ranks.has(element) || !element.checkVisibility()) continue
        found.add(element)
        added++
      }
    }
    for (const tag of LANDMARK_TAGS) {
      addFirst(document.getElementsByTagName(tag), MOST_ROLES, element => tag !== 'dialog' || element.hasAttribute('open'))
      if (this.#slices.isDueNow()) await this.#slices.rest()
    }
    addFirst(document.querySelectorAll('[role]'), MOST_ROLES, element => LANDMARK_ROLES.has(element.getAttribute('role') ?? ''))
    const ordered = [...found].sort(inDocumentOrder)
    for (const root of outerShadowRoots()) {
      addFirst(
        root.querySelectorAll(SHADOW_LANDMARKS),
        MOST_ROLES,
        element => element.localName !== 'dialog' || element.hasAttribute('open')
      )
    }
    return [...ordered, ...[...found].slice(ordered.length)].slice(0, MOST_LANDMARKS)
  }

  async #writeTree(element: Element, level: number, index: number): Promise<void> {
    if (this.#lines.length >= OUTLINE_LIMITS.lines) return
    if (this.#slices.isDueNow()) await this.#slices.rest()
    const children = this.#seenChildren(element)
    this.#add(element, { level, rank: this.#ranks.get(element) ?? RANK.landmark, index, children: children.length })
    for (const [position, child] of children.entries()) {
      if (this.#ranks.has(child)) await this.#writeTree(child, level + 1, position)
    }
  }

  #add(element: Element, place: Pick<OutlineLine, 'level' | 'rank' | 'index' | 'children' | 'isElsewhere'>): void {
    const pick = this.#numbers.get(element)
    this.#lines.push({ ...place, text: this.#describe(element, place.rank), ...(pick !== undefined && { pick }) })
    this.#elements.push(element)
  }

  async #references(): Promise<Outline['references']> {
    const nearest = this.#lines
      .map(({ rank }, line) => ({ rank, line }))
      .sort((a, b) => a.rank - b.rank)
      .slice(0, MOST_NAMED)
    const references: Outline['references'] = []
    for (const { line } of nearest) {
      const element = this.#elements[line]
      if (!element || element.localName === 'html') continue
      references.push({ line, element: elementReference(element) })
      if (this.#slices.isDueNow()) await this.#slices.rest()
    }
    return references
  }

  #describe(element: Element, rank: number): string {
    const parts = [this.#nameOfElement(element)]
    const role = roleOf(element)
    if (role && role !== element.localName) parts.push(`(${role})`)
    const words = isPrivateField(element)
      ? authoredNameOfField(element, this.#text)
      : (authoredName(element, this.#text) ?? this.#text.ownText(element, LONGEST_TEXT))
    if (words) parts.push(JSON.stringify(words.length > LONGEST_TEXT ? `${words.slice(0, LONGEST_TEXT).toWellFormed()}…` : words))
    if (isPrivateField(element)) parts.push(this.#fieldNote(element))
    if (element.hasAttribute('disabled')) parts.push('disabled')
    const isShown = element.checkVisibility({ visibilityProperty: true })
    if (element.localName === 'iframe') parts.push(frameDocumentOf(element) ? 'same-origin frame' : 'frame of another site')
    else if (!isShown) parts.push('hidden')
    // Boxes and layout for what the pick's place depends on: what it stands in, what is in it, what is beside it.
    // Of landmarks only where they are.
    const isNear = rank < RANK.sibling + 1
    if (isShown && (isNear || rank >= RANK.landmark)) {
      const { x, y, width, height } = topBoxOf(element)
      parts.push(`@${Math.round(x)},${Math.round(y)} ${Math.round(width)}×${Math.round(height)}`)
      const styles = isNear ? layoutOf(element) : ''
      if (styles !== '') parts.push(`{${styles}}`)
    }
    return parts.join(' ').slice(0, OUTLINE_LIMITS.lineCharacters).toWellFormed()
  }

  #nameOfElement(element: Element): string {
    const id = isStableId(element.id) ? `#${element.id}` : ''
    const classes: string[] = []
    for (let index = 0; index < Math.min(element.classList.length, 20) && classes.length < 3; index++) {
      const name = element.classList[index]
      if (name !== undefined && isMeaningfulClass(name)) classes.push(name)
    }
    const testId = testIdOf(element)
    const name = `${element.localName}${id}${classes.map(name => `.${name}`).join('')}`
    return this.#text.clean(`${name}${testId ? `[${testId.attribute}=${JSON.stringify(testId.value)}]` : ''}`, 300)
  }

  #fieldNote(element: Element): string {
    if (!hasPrivateContent(element)) return 'empty'
    const kind = privateFieldKind(element)
    if (!this.#countedFields.has(element)) {
      this.#countedFields.add(element)
      countRedaction(this.#text.counts, kind)
    }
    return kind === 'project rule' ? 'masked by the project (not shown)' : 'filled in (not shown)'
  }
}

/** The shadow roots that an app made of web components has its landmarks in: those near the top. */
function outerShadowRoots(): ShadowRoot[] {
  const roots: ShadowRoot[] = []
  let row: Element[] = document.body ? [document.body] : []
  for (let looked = 0; row.length > 0 && looked < MOST_OUTER_ELEMENTS; looked += row.length) {
    const next: Element[] = []
    for (const element of row.slice(0, MOST_OUTER_ELEMENTS - looked)) {
      const shadow = shadowRootOf(element)
      if (shadow) roots.push(shadow)
      for (const parent of shadow ? [shadow, element] : [element]) {
        let child = parent.firstElementChild
        for (; child && next.length < MOST_OUTER_ELEMENTS; child = child.nextElementSibling) next.push(child)
      }
    }
    row = next
  }
  return roots
}

function inDocumentOrder(a: Element, b: Element): number {
  return a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1
}

/** The first children of an element that has very many, and those around one of them. */
function someChildren(element: Element, near: Element | undefined): Element[] {
  const found = new Set<Element>()
  for (let child = element.firstElementChild; child && found.size < MOST_CHILDREN / 10; child = child.nextElementSibling) found.add(child)
  if (!near || found.has(near)) return [...found]
  const around = [near]
  for (let child = near.previousElementSibling; child && around.length <= SIBLINGS; child = child.previousElementSibling)
    around.unshift(child)
  const end = around.length + SIBLINGS
  for (let child = near.nextElementSibling; child && around.length < end; child = child.nextElementSibling) around.push(child)
  return [...new Set([...found, ...around])]
}

/** What the author wrote on a field is no secret; what the project hides is hidden with its names. */
function authoredNameOfField(element: Element, text: PageText): string | undefined {
  return privateFieldKind(element) === 'project rule' ? undefined : authoredName(element, text)
}

function layoutOf(element: Element): string {
  const computed = getComputedStyle(element)
  const styles: Record<string, string> = {}
  for (const property of LAYOUT_PROPERTIES) styles[property] = computed.getPropertyValue(property)
  // Blocks and lines of text are what one expects.
  if (/^(?:block|inline|list-item|contents)$/.test(styles['display'] ?? '')) delete styles['display']
  return keyStyles(styles)
}

/** The attribute that tests find the element by. */
export function testIdOf(element: Element): { attribute: string; value: string } | null {
  for (const attribute of TEST_ID_ATTRIBUTES) {
    const value = element.getAttribute(attribute)
    if (value && value.length <= 150) return { attribute, value }
  }
  return null
}
