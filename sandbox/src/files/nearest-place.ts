import { cutText } from '@fixpoint/protocol'
import { linesOf } from './text-file.ts'

/** Lines are compared up to here; what is longer is generated code. */
const COMPARED_CHARACTERS = 200
/** Enough for any source file; bounds the time to some 50 ms. */
const COMPARED_LINES = 20_000
/** Below this share of common pairs of characters a line is another line. */
const LIKENESS_NEEDED = 0.5

/**
 * Says where in the text something like `wanted` is, for whoever has to correct it.
 * @returns one or two sentences, or an empty string where nothing is like it
 */
export function nearestPlace(text: string, wanted: string): string {
  const lines = linesOf(text).slice(0, COMPARED_LINES)
  const wantedLines = linesOf(wanted)

  const spaced = findIgnoringSpace(lines, wantedLines)
  if (spaced !== undefined) {
    const shown = lines.slice(spaced.from, spaced.to).join('\n')
    const where = spaced.to - spaced.from === 1 ? `Line ${spaced.from + 1} differs` : `Lines ${spaced.from + 1} to ${spaced.to} differ`
    return `${where} from it only in white space:\n${cutText(shown, 1_000)}`
  }

  const anchor = wantedLines.reduce((longest, line) => (line.trim().length > longest.length ? line.trim() : longest), '')
  const pairs = pairsOf(anchor)
  if (pairs.size === 0) return ''
  let best = { likeness: 0, line: 0 }
  for (const [line, content] of lines.entries()) {
    const likeness = likenessOf(pairs, pairsOf(content))
    if (likeness > best.likeness) best = { likeness, line }
  }
  if (best.likeness < LIKENESS_NEEDED) return ''
  return `The most similar line is ${best.line + 1}:\n${cutText(lines[best.line] ?? '', 300)}`
}

/** The lines that are equal to the wanted ones but for white space; blank lines at the wanted text's ends do not count. */
function findIgnoringSpace(lines: string[], wanted: string[]): { from: number; to: number } | undefined {
  const pattern = wanted.map(withoutSpace)
  while (pattern.at(0) === '') pattern.shift()
  while (pattern.at(-1) === '') pattern.pop()
  if (pattern.length === 0) return undefined
  const candidates = lines.map(withoutSpace)
  for (let from = 0; from + pattern.length <= candidates.length; from += 1) {
    if (pattern.every((line, index) => candidates[from + index] === line)) return { from, to: from + pattern.length }
  }
  return undefined
}

function withoutSpace(line: string): string {
  return line.replace(/\s+/g, '')
}

/** Pairs of neighbouring characters (for the Sørensen–Dice coefficient). */
function pairsOf(line: string): Set<string> {
  const compared = line.trim().slice(0, COMPARED_CHARACTERS)
  const pairs = new Set<string>()
  for (let index = 0; index + 1 < compared.length; index += 1) pairs.add(compared.slice(index, index + 2))
  return pairs
}

function likenessOf(one: Set<string>, other: Set<string>): number {
  if (other.size === 0) return 0
  let common = 0
  for (const pair of one) if (other.has(pair)) common += 1
  return (2 * common) / (one.size + other.size)
}
