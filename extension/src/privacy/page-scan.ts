import type { Box } from '@fixpoint/protocol'
import { frameDocumentOf, isDocument, isFrame, shadowRootOf, topBoxOf, toTopBox } from '../page-tree/page-tree.ts'
import type { Slices } from '../page-tree/slices.ts'
import { hasPrivateContent, isPrivateField, privateFieldKind, privateFieldSelector } from './private-fields.ts'
import { PrivateWords } from './private-words.ts'
import type { SecretDetector, SecretSpan } from './secrets.ts'

/** Something private that the page may show. Where it is and whether there is anything in it is asked anew each time. */
export interface PrivatePlace {
  kind: string
  /** In the top window; empty while nothing is shown. */
  boxes: () => Box[]
}

/** Everything private on the page, found in one walk: what the texts leave out is what the pictures cover. */
export interface PageScan {
  words: PrivateWords
  /** Private parts of texts. */
  spans: ReadonlyMap<Node, readonly SecretSpan[]>
  places: readonly PrivatePlace[]
  /** False where the page was too large to be searched to its end. */
  isComplete: boolean
}

const MOST_ROOTS = 300
// Elements that a line of text goes on through: a key may be split by them and is still read as one.
const INLINE_TAGS = new Set(
  'a abbr b bdi bdo big cite code data dfn em font i ins kbd mark q s samp small span strong sub sup time tt u var wbr'.split(' ')
)
const UNSEEN_TAGS = new Set(['script', 'style', 'template', 'noscript', 'head', 'title'])
// Attributes that browsers show as text.
const SHOWN_ATTRIBUTES: Readonly<Record<string, string>> = {
  img: 'alt',
  area: 'alt',
  input: 'placeholder',
  textarea: 'placeholder'
}
/** Longer texts are searched in pieces that overlap by what the longest detector needs. */
const LONGEST_PIECE = 20_000
const OVERLAP = 2_000
/** Of one page, in characters: an endless text is not worth more. */
const MOST_CHARACTERS = 8_000_000

/** @param ignored Fixpoint's own element */
export async function scanPage(ignored: Element, rules: readonly SecretDetector[], slices: Slices): Promise<PageScan> {
  const roots = await findRoots(slices)
  const fields = roots.flatMap(root => [...root.querySelectorAll(privateFieldSelector())])
  const words = new PrivateWords(fields, rules)
  const scan = new Scan(words, ignored)
  for (const field of fields) scan.addField(field)
  for (const root of roots) {
    for (const _ of scan.readTexts(root)) {
      if (slices.isDue()) await slices.rest()
      if (slices.isOver) break
    }
  }
  return { words, spans: scan.spans, places: scan.places, isComplete: !slices.isOver && scan.isComplete }
}

/** The private parts of the texts of a document that nobody sees, such as a copy to be drawn. */
export function privateSpansOf(owner: Document, words: PrivateWords): ReadonlyMap<Node, readonly SecretSpan[]> {
  const scan = new Scan(words, owner.documentElement)
  for (const _ of scan.readTexts(owner));
  return scan.spans
}

/** Every document and shadow root that can be looked into. */
async function findRoots(slices: Slices): Promise<(Document | ShadowRoot)[]> {
  const roots: (Document | ShadowRoot)[] = [document]
  for (let index = 0; index < roots.length; index++) {
    const root = roots[index]
    if (!root) break
    const walker = (isDocument(root) ? root : root.ownerDocument).createTreeWalker(root, NodeFilter.SHOW_ELEMENT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node as Element
      const inner = isFrame(element) ? frameDocumentOf(element) : shadowRootOf(element)
      if (inner && roots.length < MOST_ROOTS) roots.push(inner)
      if (slices.isDue()) await slices.rest()
      if (slices.isOver) return roots
    }
  }
  return roots
}

class Scan {
  readonly spans = new Map<Node, SecretSpan[]>()
  readonly places: PrivatePlace[] = []
  isComplete = true
  readonly #words: PrivateWords
  readonly #ignored: Element
  readonly #fields = new Set<Element>()
  /** The last field that the walk came into; its texts are covered with it. */
  #field: Element | null = null
  #characters = 0
  /** Texts of one line so far. */
  #line: { node: Text; start: number }[] = []
  #lineText = ''

  constructor(words: PrivateWords, ignored: Element) {
    this.#words = words
    this.#ignored = ignored
  }

  addField(field: Element): void {
    if (!isPrivateField(field)) return
    this.#fields.add(field)
    this.places.push({ kind: privateFieldKind(field), boxes: () => (hasPrivateContent(field) ? [contentBox(field)] : []) })
  }

  /** Reads everything below a root; stops after each node, so that the caller can rest. */
  *readTexts(root: Document | ShadowRoot): Generator<void, void> {
    const owner = isDocument(root) ? root : root.ownerDocument
    const walker = owner.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) this.#readText(node as Text)
      else this.#readElement(node as Element)
      yield
    }
    this.#endLine()
  }

  #readElement(element: Element): void {
    const { localName } = element
    if (this.#fields.has(element)) this.#field = element
    if (!INLINE_TAGS.has(localName)) this.#endLine()
    // What a frame of another origin shows cannot be known: it may be a card field.
    if (isFrame(element) && element !== this.#ignored && !frameDocumentOf(element)) {
      this.places.push({ kind: 'frame of another site', boxes: () => [topBoxOf(element)] })
    }
    const attribute = SHOWN_ATTRIBUTES[localName]
    if (attribute !== undefined) this.#readAttribute(element, attribute)
    if (localName === 'input' && /^(?:button|submit|reset)$/i.test(element.getAttribute('type') ?? ''))
      this.#readAttribute(element, 'value')
  }

  #readAttribute(element: Element, attribute: string): void {
    const text = element.getAttribute(attribute)
    const [span] = text ? this.#words.spansIn(text.slice(0, LONGEST_PIECE)) : []
    if (span) this.places.push({ kind: span.kind, boxes: () => [topBoxOf(element)] })
  }

  #readText(node: Text): void {
    const parent = node.parentNode
    if (parent?.nodeType === Node.ELEMENT_NODE) {
      const { localName } = parent as Element
      if (UNSEEN_TAGS.has(localName)) return
      // The text after a block that has ended belongs to another line.
      const previous = node.previousSibling
      if (previous?.nodeType === Node.ELEMENT_NODE && !INLINE_TAGS.has((previous as Element).localName)) this.#endLine()
    }
    const { length } = node
    if (length === 0 || this.#field?.contains(node)) return
    if (this.#lineText.length + length > LONGEST_PIECE) this.#endLine()
    if (length > LONGEST_PIECE) {
      this.#readLongText(node)
      return
    }
    this.#line.push({ node, start: this.#lineText.length })
    this.#lineText += node.data
  }

  #readLongText(node: Text): void {
    for (let start = 0; start < node.length && this.#characters < MOST_CHARACTERS; start += LONGEST_PIECE - OVERLAP) {
      const piece = node.substringData(start, LONGEST_PIECE)
      this.#characters += piece.length
      for (const span of this.#words.spansIn(piece)) this.#addSpan(node, span.kind, start + span.start, start + span.end)
    }
    if (this.#characters >= MOST_CHARACTERS) this.isComplete = false
  }

  #endLine(): void {
    const text = this.#lineText
    if (text.length >= 3) {
      for (const { kind, start, end } of this.#words.spansIn(text)) {
        for (const part of this.#line) {
          const from = Math.max(start, part.start) - part.start
          const to = Math.min(end, part.start + part.node.length) - part.start
          if (from < to) this.#addSpan(part.node, kind, from, to)
        }
      }
    }
    if (this.#line.length > 0) this.#line = []
    this.#lineText = ''
  }

  #addSpan(node: Text, kind: string, start: number, end: number): void {
    const known = this.spans.get(node) ?? []
    if (known.some(span => start < span.end && end > span.start)) return
    this.spans.set(node, [...known, { kind, start, end }])
    this.places.push({ kind, boxes: () => textBoxes(node, start, end) })
  }
}

function textBoxes(node: Text, start: number, end: number): Box[] {
  if (!node.isConnected || end > node.length) return []
  const range = node.ownerDocument.createRange()
  range.setStart(node, start)
  range.setEnd(node, end)
  return [...range.getClientRects()].map(rect => toTopBox(rect, node.ownerDocument))
}

/** The field's box together with what flows out of it. */
function contentBox(field: Element): Box {
  const box = topBoxOf(field)
  if (field.localName === 'input' || field.localName === 'textarea' || field.localName === 'select') return box
  const range = field.ownerDocument.createRange()
  range.selectNodeContents(field)
  return union(box, toTopBox(range.getBoundingClientRect(), field.ownerDocument))
}

function union(a: Box, b: Box): Box {
  if (b.width === 0 || b.height === 0) return a
  const x = Math.min(a.x, b.x)
  const y = Math.min(a.y, b.y)
  return { x, y, width: Math.max(a.x + a.width, b.x + b.width) - x, height: Math.max(a.y + a.height, b.y + b.height) - y }
}
