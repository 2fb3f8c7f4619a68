import type { Box } from '@fixpoint/protocol'
import { frameDocumentOf, isDocument, shadowRootOf, topBoxOf, toTopBox } from '../page-tree/page-tree.ts'
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
const SHOWN_ATTRIBUTES: readonly [attribute: string, selector: string][] = [
  ['alt', 'img[alt], area[alt]'],
  ['placeholder', '[placeholder]'],
  ['value', 'input:is([type="button" i], [type="submit" i], [type="reset" i])']
]
const SHORTEST_LINE = 3
const MOST_SPANS = 200
const NOTHING: readonly undefined[] = []
/** Longer texts are searched in pieces that overlap by what the longest detector needs. */
const LONGEST_PIECE = 20_000
const OVERLAP = 2_000
/** Of one page, in characters: an endless text is not worth more. */
const MOST_CHARACTERS = 2_000_000

/** @param ignored Fixpoint's own element, and frames of other sites that are searched and covered by themselves */
export async function scanPage(ignored: ReadonlySet<Element>, rules: readonly SecretDetector[], slices: Slices): Promise<PageScan> {
  const roots = await findRoots(slices)
  const fields = roots.flatMap(root => [...root.querySelectorAll(privateFieldSelector())].filter(isPrivateField))
  const words = new PrivateWords(fields, rules)
  const scan = new Scan(words, new Set(fields))
  for (const field of fields) scan.addField(field)
  for (const root of roots) {
    scan.readElements(root, ignored)
    const texts = textsOf(root)
    for (let node = texts.nextNode(); node && !slices.isOver; node = texts.nextNode()) {
      for (const _ of scan.readText(node as Text)) {
        if (slices.isDueNow()) await slices.rest()
        if (slices.isOver) break
      }
      if (slices.isDue()) await slices.rest()
    }
    scan.endLine()
  }
  return { words, spans: scan.spans, places: scan.places, isComplete: !slices.isOver && scan.isComplete }
}

/** The private parts of the texts of an element, or of a document that nobody sees, such as a copy to be drawn. */
export function privateSpansOf(owner: Document | Element, words: PrivateWords): ReadonlyMap<Node, readonly SecretSpan[]> {
  const scan = new Scan(words, new Set())
  const texts = textsOf(owner)
  for (let node = texts.nextNode(); node; node = texts.nextNode()) for (const _ of scan.readText(node as Text));
  scan.endLine()
  return scan.spans
}

function textsOf(root: Document | ShadowRoot | Element): TreeWalker {
  return (isDocument(root) ? root : root.ownerDocument).createTreeWalker(root, NodeFilter.SHOW_TEXT)
}

/** Every document and shadow root that can be looked into. */
export async function findRoots(slices: Slices): Promise<(Document | ShadowRoot)[]> {
  const roots: (Document | ShadowRoot)[] = [document]
  for (let index = 0; index < roots.length; index++) {
    const elements = roots[index]?.querySelectorAll('*') ?? []
    for (let position = 0; position < elements.length && !slices.isOver; position++) {
      const element = elements[position] as Element
      const inner = shadowRootOf(element) ?? frameDocumentOf(element)
      if (inner && roots.length < MOST_ROOTS) roots.push(inner)
      if (slices.isDue()) await slices.rest()
    }
  }
  return roots
}

class Scan {
  readonly spans = new Map<Node, SecretSpan[]>()
  readonly places: PrivatePlace[] = []
  isComplete = true
  readonly #words: PrivateWords
  readonly #fields: ReadonlySet<Element>
  #characters = 0
  /** What the texts of the line so far stand in. */
  #container: Element | null = null
  #isSkipped = false
  #first: Text | null = null
  /** The texts after the first, and where they begin. */
  #others: { node: Text; start: number }[] = []
  #line = ''

  constructor(words: PrivateWords, fields: ReadonlySet<Element>) {
    this.#words = words
    this.#fields = fields
  }

  addField(field: Element): void {
    this.places.push({ kind: privateFieldKind(field), boxes: () => (hasPrivateContent(field) ? [contentBox(field)] : []) })
  }

  /** What is shown by elements and not by texts. */
  readElements(root: Document | ShadowRoot, ignored: ReadonlySet<Element>): void {
    for (const frame of root.querySelectorAll('iframe, frame')) {
      // What a frame of another origin shows cannot be known: it may be a card field.
      if (ignored.has(frame) || frameDocumentOf(frame)) continue
      this.places.push({ kind: 'frame of another site', boxes: () => [topBoxOf(frame)] })
    }
    for (const [attribute, selector] of SHOWN_ATTRIBUTES) {
      for (const element of root.querySelectorAll(selector)) {
        const text = (element.getAttribute(attribute) ?? '').slice(0, LONGEST_PIECE)
        const [span] = this.#words.mayBeIn(text) ? this.#words.spansIn(text) : []
        if (span) this.places.push({ kind: span.kind, boxes: () => [topBoxOf(element)] })
      }
    }
  }

  /** Takes the next text in the order of the document; a line ends where another container begins. */
  readText(node: Text): Iterable<undefined> {
    let container = node.parentElement
    while (container && INLINE_TAGS.has(container.localName)) container = container.parentElement
    if (container !== this.#container) {
      this.endLine()
      this.#container = container
      this.#isSkipped = container !== null && (UNSEEN_TAGS.has(container.localName) || this.#isInField(container))
    }
    if (this.#isSkipped) return NOTHING
    const text = node.data
    if (this.#line.length + text.length > LONGEST_PIECE) this.endLine()
    if (text.length > LONGEST_PIECE) return this.#readLongText(node)
    if (this.#first === null) {
      this.#first = node
      this.#line = text
    } else {
      this.#others.push({ node, start: this.#line.length })
      this.#line += text
    }
    return NOTHING
  }

  /** Texts in a field are covered with it. */
  #isInField(container: Element): boolean {
    for (const field of this.#fields) if (field.contains(container)) return true
    return false
  }

  /** Piece by piece, so that the caller can rest. */
  *#readLongText(node: Text): Generator<undefined, void> {
    for (let start = 0; start < node.length && this.#characters < MOST_CHARACTERS; start += LONGEST_PIECE - OVERLAP) {
      const piece = node.substringData(start, LONGEST_PIECE)
      this.#characters += piece.length
      for (const span of this.#words.spansIn(piece)) this.#addSpan(node, span.kind, start + span.start, start + span.end)
      yield
    }
    if (this.#characters >= MOST_CHARACTERS) this.isComplete = false
  }

  endLine(): void {
    const first = this.#first
    const text = this.#line
    if (first && text.length >= SHORTEST_LINE && this.#words.mayBeIn(text)) {
      const parts = [{ node: first, start: 0 }, ...this.#others]
      for (const { kind, start, end } of this.#words.spansIn(text)) {
        for (const part of parts) {
          const from = Math.max(start, part.start) - part.start
          const to = Math.min(end, part.start + part.node.length) - part.start
          if (from < to) this.#addSpan(part.node, kind, from, to)
        }
      }
    }
    if (this.#others.length > 0) this.#others = []
    this.#first = null
    this.#line = ''
  }

  #addSpan(node: Text, kind: string, start: number, end: number): void {
    const known = this.spans.get(node)
    if (!known) {
      const spans = [{ kind, start, end }]
      this.spans.set(node, spans)
      this.places.push({ kind, boxes: () => spans.flatMap(span => textBoxes(node, span.start, span.end)) })
      return
    }
    const last = known.at(-1)
    if (last && start < last.end) return
    if (known.length < MOST_SPANS) known.push({ kind, start, end })
    // A text with so many is hidden as a whole.
    else known.splice(0, known.length, { kind, start: 0, end: node.length })
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
