import type { Box } from '@fixpoint/protocol'
import { elementsNamed } from '../page-tree/find-roots.ts'
import { frameDocumentOf, isDocument, topBoxOf, toTopBox } from '../page-tree/page-tree.ts'
import type { Slices } from '../page-tree/slices.ts'
import { containerOf, LineReader, LONGEST_PIECE, OVERLAP } from './line-reader.ts'
import type { PrivateContent } from './private-content.ts'
import { hasPrivateContent, isPrivateField, privateFieldKind, privateFieldSelector } from './private-fields.ts'
import { beside } from './private-lines.ts'
import type { PrivateWords } from './private-words.ts'
import type { SecretSpan } from './secrets.ts'

/** Something private that the page may show. Where it is and whether there is anything in it is asked anew each time. */
interface PrivatePlace {
  kind: string
  /** In the top window; empty while nothing is shown. */
  boxes: () => Box[]
}

/** Everything private on the page that a picture could show. */
export interface PrivatePlaces {
  places: readonly PrivatePlace[]
  /** False where the page was too large to be searched to its end. */
  isComplete: boolean
}

/** Attributes that browsers show as text, and the elements that have them. */
const SHOWN_ATTRIBUTES: readonly [attribute: string, tags: readonly string[]][] = [
  ['alt', ['img', 'area']],
  ['placeholder', ['input', 'textarea']],
  ['value', ['input']]
]
const TYPES_WITH_SHOWN_VALUE = new Set(['button', 'submit', 'reset'])
/** Of one page, in characters. */
const MOST_CHARACTERS = 2_000_000
/** Elements whose texts are asked for at once. */
const CHUNK = 256
const LONGEST_LOOK = 50_000

/** @param ignored Fixpoint's own element, and frames of other sites that are searched and covered by themselves */
export async function findPrivatePlaces(
  { roots, fields, words, isComplete }: PrivateContent,
  ignored: ReadonlySet<Element>,
  slices: Slices
): Promise<PrivatePlaces> {
  const places: PrivatePlace[] = fields.map(field => ({
    kind: privateFieldKind(field),
    boxes: () => (hasPrivateContent(field) ? [contentBox(field)] : [])
  }))
  const reader = new LineReader(words, { characters: MOST_CHARACTERS, isSkipped: isInField })
  for (const root of roots) {
    for (const tag of ['iframe', 'frame']) {
      for (const frame of Array.from(elementsNamed(root, tag))) {
        // What a frame of another origin shows cannot be known: it may be a card field.
        if (ignored.has(frame) || frameDocumentOf(frame)) continue
        places.push({ kind: 'frame of another site', boxes: () => [topBoxOf(frame)] })
      }
    }
    await addShownAttributes(root, words, places, slices)
    await readTexts(root, words, reader, slices)
  }
  for (const [node, spans] of reader.spans) {
    places.push({ kind: spans[0]?.kind ?? '', boxes: () => spans.flatMap(({ start, end }) => textBoxes(node, start, end)) })
  }
  return { places, isComplete: isComplete && reader.isComplete && !slices.isOver }
}

/** The private parts of the texts of a document that nobody sees, such as a copy to be drawn. */
export function privateSpansOf(owner: Document, words: PrivateWords): ReadonlyMap<Node, readonly SecretSpan[]> {
  const reader = new LineReader(words, { characters: MOST_CHARACTERS, isSkipped: () => false })
  const texts = owner.createTreeWalker(owner, NodeFilter.SHOW_TEXT)
  for (let node = texts.nextNode(); node; node = texts.nextNode()) for (const _ of reader.read(node as Text));
  reader.endLine()
  return reader.spans
}

/** Texts in a field are covered with it. */
function isInField(container: Element): boolean {
  const field = container.closest(privateFieldSelector())
  return field !== null && isPrivateField(field)
}

async function addShownAttributes(root: Document | ShadowRoot, words: PrivateWords, places: PrivatePlace[], slices: Slices): Promise<void> {
  for (const [attribute, tags] of SHOWN_ATTRIBUTES) {
    for (const tag of tags) {
      const elements = elementsNamed(root, tag)
      for (let index = 0; index < elements.length && !slices.isOver; index++) {
        const element = elements[index]
        if (slices.isDue()) await slices.rest()
        const text = element?.getAttribute(attribute)?.slice(0, LONGEST_PIECE)
        if (!element || !text || !words.mayBeIn(text)) continue
        if (attribute === 'value' && !TYPES_WITH_SHOWN_VALUE.has(element.getAttribute('type')?.toLowerCase() ?? '')) continue
        const [span] = words.spansIn(text)
        if (span) places.push({ kind: span.kind, boxes: () => [topBoxOf(element)] })
      }
    }
  }
}

/**
 * The browser gives the texts of many elements as one, which takes a hundredth of going through them one by one. Only where such a text
 * may have something private in it are its lines read.
 */
async function readTexts(root: Document | ShadowRoot, words: PrivateWords, reader: LineReader, slices: Slices): Promise<void> {
  const owner = isDocument(root) ? root : root.ownerDocument
  // A list that the browser goes on with where it was; one that is made at once takes a large page too long.
  const elements = isDocument(root) ? root.getElementsByTagName('*') : root.querySelectorAll('*')
  const range = owner.createRange()
  let from: Node = root
  let before = ''
  for (let index = CHUNK; !slices.isOver; index += CHUNK) {
    // Where the page has taken the element out meanwhile, its place in the list is all that is known.
    if (!from.isConnected) from = elements[index - CHUNK] ?? root
    const next = elements[index]
    range.setStart(from, 0)
    if (next) range.setEnd(next, 0)
    else range.setEnd(root, root.childNodes.length)
    const text = range.toString()
    if (text !== '' && (await mayHavePrivate(before + text, words, slices))) await readLines(from, text.length, root, reader, slices)
    if (!next) return
    // What is private may begin in the one and end in the other.
    before = (before + text).slice(-OVERLAP)
    from = next
    if (slices.isDueNow()) await slices.rest()
  }
}

async function mayHavePrivate(text: string, words: PrivateWords, slices: Slices): Promise<boolean> {
  for (let start = 0; start < text.length && !slices.isOver; start += LONGEST_LOOK) {
    if (words.mayStandIn(text.slice(start, start + LONGEST_LOOK + OVERLAP))) return true
    if (slices.isDueNow()) await slices.rest()
  }
  return false
}

/** Reads so many characters of texts from an element on, with the whole lines that they begin and end in. */
async function readLines(from: Node, length: number, root: Document | ShadowRoot, reader: LineReader, slices: Slices): Promise<void> {
  const texts = (from.ownerDocument ?? (from as Document)).createTreeWalker(root, NodeFilter.SHOW_TEXT)
  texts.currentNode = from
  let node = texts.nextNode() as Text | null
  if (!node) return
  for (const earlier of beside(node, 'previous').reverse()) for (const _ of reader.read(earlier));
  let left = length
  let container: Element | null = null
  while (node && !slices.isOver && (left > 0 || containerOf(node) === container)) {
    for (const _ of reader.read(node)) if (slices.isDueNow()) await slices.rest()
    container = containerOf(node)
    left -= node.length
    if (slices.isDue()) await slices.rest()
    node = texts.nextNode() as Text | null
  }
  reader.endLine()
}

function textBoxes(node: Node, start: number, end: number): Box[] {
  const owner = node.ownerDocument
  if (!owner || !node.isConnected || end > (node.nodeValue?.length ?? 0)) return []
  const range = owner.createRange()
  range.setStart(node, start)
  range.setEnd(node, end)
  return [...range.getClientRects()].map(rect => toTopBox(rect, owner))
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
