import { isPrivateField, privateFieldKind } from './private-fields.ts'
import {
  countRedaction,
  mayHoldSecret,
  mayHoldSecrets,
  type RedactionCounts,
  type SecretDetector,
  type SecretSpan,
  secretSpans,
  withoutSpans
} from './secrets.ts'

// Shorter values would be found all over a page: a quantity, an initial.
const SHORTEST_SECRET = 4
const SHORTEST_WORD = 3
const SHORTEST_NUMBER = 4
/** A line of a longer text that is worth finding again by itself. */
const SHORTEST_LINE = 8
const LONGEST_VALUE = 2_000
const MOST_VALUES = 300

/**
 * What people put into the fields of a page, to find it again where the page repeats it: “Results for …”, “Hello …”. What was typed
 * for a password, a code or a card is found inside other words too; everything else only as whole words, in whatever case.
 */
export class PrivateWords {
  /** Longest first. */
  readonly #secrets: readonly string[]
  readonly #words: RegExp | null
  /** The same, to ask whether there is one at all, which costs a tenth. */
  readonly #anyWord: RegExp | null
  /** The same also inside other words. */
  readonly #anyLetters: RegExp | null
  readonly #rules: readonly SecretDetector[]
  /** All of it as it is, for parts of an address that are exactly that. */
  readonly values: ReadonlySet<string>

  constructor(fields: Iterable<Element>, rules: readonly SecretDetector[]) {
    const secrets = new Set<string>()
    const values = new Set<string>()
    const words = new Set<string>()
    for (const field of fields) {
      // What is chosen from a list are the page's own words.
      if (field.localName === 'select' || !isPrivateField(field)) continue
      const content = 'value' in field && typeof field.value === 'string' ? field.value : textOf(field)
      const value = withPlainSpaces(content.slice(0, LONGEST_VALUE * 10))
      if (value === '') continue
      values.add(value)
      if (!['form value', 'project rule'].includes(privateFieldKind(field))) {
        if (value.length >= SHORTEST_SECRET) secrets.add(value)
        continue
      }
      if (isWorthFinding(value)) words.add(value)
      for (const line of content.split('\n').slice(0, 200)) {
        const plain = withPlainSpaces(line)
        if (plain.length >= SHORTEST_LINE && plain.length <= LONGEST_VALUE) words.add(plain)
      }
    }
    this.values = values
    this.#secrets = [...secrets].sort((a, b) => b.length - a.length)
    const letters = choicesOf([...words].filter(word => word.length <= LONGEST_VALUE))
    const whole = letters === null ? null : `(?<![\\p{L}\\p{N}_])(?:${letters})(?![\\p{L}\\p{N}_])`
    this.#words = whole === null ? null : new RegExp(whole, 'giu')
    this.#anyWord = whole === null ? null : new RegExp(whole, 'iu')
    this.#anyLetters = letters === null ? null : new RegExp(letters, 'iu')
    this.#rules = rules
  }

  /** False for most texts of a page, which need no closer look. */
  mayBeIn(text: string): boolean {
    if (this.#rules.length > 0 || mayHoldSecret(text) || this.#anyWord?.test(text)) return true
    return this.#secrets.some(secret => text.includes(secret))
  }

  /**
   * The same for the texts of many elements without anything between them, where words run into each other: it finds more than there is,
   * and nothing less.
   */
  mayStandIn(text: string): boolean {
    if (this.#rules.length > 0 || mayHoldSecrets(text) || this.#anyLetters?.test(text)) return true
    return this.#secrets.some(secret => text.includes(secret))
  }

  /** Where in a text something private stands: what looks like a secret, what was typed, what the project hides. In order. */
  spansIn(text: string): SecretSpan[] {
    const spans: SecretSpan[] = []
    const add = (kind: string, start: number, end: number) => {
      if (!spans.some(span => start < span.end && end > span.start)) spans.push({ kind, start, end })
    }
    for (const secret of this.#secrets) {
      for (let start = text.indexOf(secret); start >= 0; start = text.indexOf(secret, start + secret.length)) {
        add('password', start, start + secret.length)
      }
    }
    if (this.#words) for (const match of text.matchAll(this.#words)) add('form value', match.index, match.index + match[0].length)
    for (const { kind, start, end } of secretSpans(text, this.#rules)) add(kind, start, end)
    return spans.length < 2 ? spans : spans.sort((a, b) => a.start - b.start)
  }

  redact(text: string, counts: RedactionCounts): string {
    if (!this.mayBeIn(text)) return text
    return withoutSpans(text, this.spansIn(text), ({ kind }) => countRedaction(counts, kind))
  }

  has(text: string): boolean {
    return this.mayBeIn(text) && this.spansIn(text).length > 0
  }
}

function textOf(field: Element): string {
  return (field.textContent ?? '').slice(0, LONGEST_VALUE * 10)
}

function isWorthFinding(value: string): boolean {
  return /\p{L}/u.test(value) ? value.length >= SHORTEST_WORD : value.length >= SHORTEST_NUMBER
}

function choicesOf(words: readonly string[]): string | null {
  if (words.length === 0) return null
  const longestFirst = words.toSorted((a, b) => b.length - a.length).slice(0, MOST_VALUES)
  // No hyphen: outside of a class it means itself, and with the flag `u` its escape is an error.
  return longestFirst.map(word => word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&').replaceAll(' ', '\\s+')).join('|')
}

function withPlainSpaces(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
