import type { PrivateWords } from './private-words.ts'
import type { SecretSpan } from './secrets.ts'

// Elements that a line of text goes on through: a key may be split by them and is still read as one.
const INLINE_TAGS = new Set(
  'a abbr b bdi bdo big cite code data dfn em font i ins kbd mark q s samp small span strong sub sup time tt u var wbr'.split(' ')
)
const UNSEEN_TAGS = new Set(['script', 'style', 'template', 'noscript', 'head', 'title'])
const SHORTEST_LINE = 3
const MOST_SPANS = 200
/** Longer texts are searched in pieces that overlap by what the longest detector needs. */
export const LONGEST_PIECE = 20_000
export const OVERLAP = 2_000
const NOTHING: readonly undefined[] = []

/** What a text's line stands in. */
export function containerOf(node: Node): Element | null {
  let container = node.parentElement
  while (container && INLINE_TAGS.has(container.localName)) container = container.parentElement
  return container
}

interface Limits {
  /** Of the texts that are longer than a piece, in characters: an endless text is not worth more. */
  characters: number
  /** Texts in it are not looked at. */
  isSkipped: (container: Element) => boolean
}

/**
 * Finds what is private in texts that are given in the order of the document. Texts of one line are read as one, because a key may be
 * split by the elements in it.
 */
export class LineReader {
  /** Private parts of texts, in order. */
  readonly spans = new Map<Node, SecretSpan[]>()
  /** False where a text was longer than what is worth reading. */
  isComplete = true
  readonly #words: PrivateWords
  readonly #limits: Limits
  #characters = 0
  /** What the texts of the line so far stand in. */
  #container: Element | null = null
  #isSkipped = false
  #first: Text | null = null
  /** The texts after the first, and where they begin. */
  #others: { node: Text; start: number }[] = []
  #line = ''

  constructor(words: PrivateWords, limits: Limits) {
    this.#words = words
    this.#limits = limits
  }

  /** Takes the next text; a line ends where another container begins. Each step of a long text is a turn, so that the caller can rest. */
  read(node: Text): Iterable<undefined> {
    const container = containerOf(node)
    if (container !== this.#container) {
      this.endLine()
      this.#container = container
      this.#isSkipped = container !== null && (UNSEEN_TAGS.has(container.localName) || this.#limits.isSkipped(container))
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

  *#readLongText(node: Text): Generator<undefined, void> {
    const { characters } = this.#limits
    for (let start = 0; start < node.length && this.#characters < characters; start += LONGEST_PIECE - OVERLAP) {
      const piece = node.substringData(start, LONGEST_PIECE)
      this.#characters += piece.length
      for (const span of this.#words.spansIn(piece)) this.#addSpan(node, span.kind, start + span.start, start + span.end)
      yield
    }
    if (this.#characters >= characters) this.isComplete = false
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
      this.spans.set(node, [{ kind, start, end }])
      return
    }
    const last = known.at(-1)
    if (last && start < last.end) return
    if (known.length < MOST_SPANS) known.push({ kind, start, end })
    // A text with so many is hidden as a whole.
    else known.splice(0, known.length, { kind, start: 0, end: node.length })
  }
}
