import { cutText, stripControls, toStorableText } from '@fixpoint/protocol'
import { frameDocumentOf, shadowRootOf } from '../page-tree/page-tree.ts'
import { isPrivateField } from '../privacy/private-fields.ts'
import { PrivateLines } from '../privacy/private-lines.ts'
import type { PrivateWords } from '../privacy/private-words.ts'
import { countRedaction, type RedactionCounts, withoutSpans } from '../privacy/secrets.ts'

const SILENT_TAGS = new Set(['script', 'style', 'template', 'noscript', 'head', 'option', 'datalist', 'object', 'audio', 'video'])
// Elements looked at for the text of one element; a table of 10,000 rows says no more in its last row.
const MOST_ELEMENTS = 500
// What `cutText` adds at the end.
const CUT_NOTE = 40
// Texts of this length are no longer told by their beginning.
const LONG = 10_000
const FORMAT = /[\u00ad\u200b-\u200f\u2060-\u2064\u206a-\u206f\ufeff]|\p{Variation_Selector}|[\u{e0000}-\u{e007f}]/gu

/** Reads texts of the page: without what people typed, without secrets, without what terminals and reviewers cannot see. */
export class PageText {
  readonly counts: RedactionCounts = {}
  /** Very long texts were cut. */
  isCut = false
  readonly words: PrivateWords
  readonly #lines: PrivateLines
  readonly #counted = new Set<Node>()

  constructor(words: PrivateWords) {
    this.words = words
    this.#lines = new PrivateLines(words)
  }

  /** A text of the page made fit to be sent, at most `limit` characters. */
  clean(text: string, limit: number): string {
    this.isCut ||= text.length > LONG
    // Cut roughly first: the detectors must not run over megabytes. What a secret loses at this end is cut off below anyway.
    const plain = visible(stripControls(toStorableText(text.slice(0, limit * 4 + 1_000))))
      .replace(/\s+/g, ' ')
      .trim()
    return toStorableText(cutText(this.words.redact(plain, this.counts), limit - CUT_NOTE))
  }

  /** What an element says, in reading order, also from its shadow root. */
  of(element: Element, limit: number): string {
    const parts: string[] = []
    let characters = 0
    let visited = 0
    const visit = (current: Element): void => {
      if (visited++ > MOST_ELEMENTS || characters > limit * 4 || SILENT_TAGS.has(current.localName)) return
      if (isPrivateField(current) || !current.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return
      for (const child of contentOf(current)) {
        if (child.nodeType === Node.ELEMENT_NODE) visit(child as Element)
        else if (child.nodeType === Node.TEXT_NODE) {
          const text = this.#textOf(child as Text, limit * 4)
          if (text.trim() === '') continue
          parts.push(text)
          characters += text.length
        }
        if (characters > limit * 4 || visited > MOST_ELEMENTS) return
      }
    }
    visit(element)
    return this.clean(parts.join(' '), limit)
  }

  /** What stands in the element itself, not in its children. */
  ownText(element: Element, limit: number): string {
    if (isPrivateField(element) || SILENT_TAGS.has(element.localName)) return ''
    let text = ''
    let looked = 0
    for (let child = element.firstChild; child && text.length <= limit * 4 && looked++ < MOST_ELEMENTS; child = child.nextSibling) {
      if (child.nodeType === Node.TEXT_NODE) text += ` ${this.#textOf(child as Text, limit * 4)}`
    }
    return text.trim() === '' ? '' : this.clean(text, limit)
  }

  /** The beginning of a text without its private parts. */
  #textOf(node: Text, limit: number): string {
    this.isCut ||= node.length > LONG
    const spans = this.#lines.spansOf(node)
    if (!spans) return node.substringData(0, limit)
    const isNew = !this.#counted.has(node)
    this.#counted.add(node)
    return withoutSpans(node.data.slice(0, Math.max(limit, spans.at(-1)?.end ?? 0)), spans, ({ kind }) => {
      if (isNew) countRedaction(this.counts, kind)
    }).slice(0, limit * 2)
  }
}

/** Invisible characters as their code points: they can carry what a person does not see and a model reads. */
function visible(text: string): string {
  return text.replace(FORMAT, character => {
    // Emoji are put together with these two.
    if (character === '\u200d' || character === '\ufe0f') return character
    return `\\u{${character.codePointAt(0)?.toString(16)}}`
  })
}

/** What is shown inside an element: the shadow root's content and that of frames stand for the element's own. */
function contentOf(element: Element): Iterable<Node> {
  const inner = frameDocumentOf(element)?.documentElement
  if (inner) return [inner]
  const shadow = shadowRootOf(element)
  return shadow ? [...shadow.childNodes, ...element.childNodes] : nodesOf(element)
}

/** Without a list of all of them, which a page can make a million long. */
function* nodesOf(element: Element): Generator<Node> {
  for (let node = element.firstChild; node; node = node.nextSibling) yield node
}
