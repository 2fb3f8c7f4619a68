import { cutText, estimateTokens } from '@fixpoint/protocol'
import type { OutlineLine } from './outline-schema.ts'

export interface FittedOutline {
  text: string
  shown: number
}

const ELSEWHERE = 'Elsewhere on the page:'
/** What “… 12 more” takes, for about every third line. */
const NOTE_SHARE = 1.12

/** The nearest lines that fit into a budget of tokens and characters, with a note where some are missing. */
export function fitOutline(lines: readonly OutlineLine[], tokens: number, characters: number): FittedOutline {
  const nearestFirst = lines
    .map((line, position) => ({ line, position }))
    .sort((a, b) => a.line.rank - b.line.rank || a.position - b.position)
  const shown = new Set<number>()
  let usedTokens = 0
  let usedCharacters = 0
  for (const { line, position } of nearestFirst) {
    const text = lineText(line)
    usedTokens += (estimateTokens(text) + (line.level > 0 ? 2 : 1)) * NOTE_SHARE
    usedCharacters += text.length + line.level * 2 + 20
    if (usedTokens > tokens || usedCharacters > characters) break
    shown.add(position)
  }
  return { text: write(lines, shown), shown: shown.size }
}

function lineText({ text, component, place, pick }: OutlineLine): string {
  return `${text}${component ? ` <${cutText(component, 120)}>` : ''}${place ? ` (claimed: ${place})` : ''}${pick === undefined ? '' : ` [${pick}]`}`
}

function write(lines: readonly OutlineLine[], shown: ReadonlySet<number>): string {
  const result: string[] = []
  /** For each level that is open: how many children the line has, and which of them comes next. */
  const open: { children: number; next: number; level: number }[] = []
  const noteMissing = (level: number, count: number) => {
    if (count > 0) result.push(`${'  '.repeat(level)}… ${count} more`)
  }
  const closeDownTo = (level: number) => {
    while ((open.at(-1)?.level ?? -1) >= level) {
      const closed = open.pop()
      if (closed) noteMissing(closed.level + 1, closed.children - closed.next)
    }
  }
  let isElsewhere = false
  for (const [position, line] of lines.entries()) {
    if (!shown.has(position)) continue
    closeDownTo(line.level)
    if (line.isElsewhere && !isElsewhere) {
      closeDownTo(0)
      isElsewhere = true
      result.push('', ELSEWHERE)
    }
    const parent = open.at(-1)
    if (parent && !line.isElsewhere) {
      noteMissing(line.level, line.index - parent.next)
      parent.next = line.index + 1
    }
    result.push(`${'  '.repeat(line.level)}${lineText(line)}`)
    open.push({ children: line.isElsewhere ? 0 : line.children, next: 0, level: line.level })
  }
  closeDownTo(0)
  return result.join('\n')
}
