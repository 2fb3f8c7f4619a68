import { containerOf, LineReader, LONGEST_PIECE } from './line-reader.ts'
import type { PrivateWords } from './private-words.ts'
import type { SecretSpan } from './secrets.ts'

/** Texts on each side of one that are looked at for its line. */
const MOST_BESIDE = 2_000

/** The private parts of single texts, which are found when they are asked for: with the line that a text stands in, and nothing else. */
export class PrivateLines {
  readonly #words: PrivateWords
  readonly #known = new Map<Node, readonly SecretSpan[] | undefined>()

  constructor(words: PrivateWords) {
    this.#words = words
  }

  spansOf(node: Text): readonly SecretSpan[] | undefined {
    if (!this.#known.has(node)) this.#read(node)
    return this.#known.get(node)
  }

  #read(node: Text): void {
    const reader = new LineReader(this.#words, { characters: LONGEST_PIECE, isSkipped: () => false })
    const line = [...beside(node, 'previous').reverse(), node, ...beside(node, 'next')]
    // Nobody reads more of one text than its beginning.
    for (const part of line) for (const _ of reader.read(part));
    reader.endLine()
    for (const part of line) this.#known.set(part, reader.spans.get(part))
  }
}

/** The texts of the same line before or after a text, from the nearest on, as far as a line is read as one. */
export function beside(node: Text, direction: 'previous' | 'next'): Text[] {
  const container = containerOf(node)
  const found: Text[] = []
  if (!container) return found
  const texts = node.ownerDocument.createTreeWalker(container, NodeFilter.SHOW_TEXT)
  texts.currentNode = node
  const step = () => (direction === 'previous' ? texts.previousNode() : texts.nextNode()) as Text | null
  let characters = 0
  for (let text = step(); text && containerOf(text) === container && found.length < MOST_BESIDE; text = step()) {
    characters += text.length
    if (characters > LONGEST_PIECE / 2) break
    found.push(text)
  }
  return found
}
