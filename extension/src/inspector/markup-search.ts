import { classParts } from '@fixpoint/protocol'

/** What an element is called in markup and in styles. */
export interface Clue {
  kind: 'class' | 'id' | 'testId' | 'attribute' | 'tag'
  text: string
}

const WORD = /[\p{ID_Continue}$-]/u

/**
 * Where in a source the tag of an element opens: the one of its name whose attributes say most of what is known of the element.
 * @returns an offset, or null when there is none, or several that fit alike.
 */
export function findOpeningTag(text: string, from: number, to: number, tag: string, clues: readonly Clue[]): number | null {
  const candidates: { offset: number; score: number }[] = []
  const opening = `<${tag}`
  for (let offset = text.indexOf(opening, from); offset >= 0 && offset < to; offset = text.indexOf(opening, offset + 1)) {
    const next = text[offset + opening.length]
    if (next !== undefined && (WORD.test(next) || next === '.')) continue
    const attributes = text.slice(offset, endOfTag(text, offset))
    const score = clues.reduce((sum, clue) => sum + (mentions(attributes, clue) ? 1 : 0), 0)
    candidates.push({ offset, score })
    if (candidates.length > 500) return null
  }
  const best = Math.max(...candidates.map(({ score }) => score))
  const winners = candidates.filter(({ score }) => score === best)
  return winners.length === 1 ? (winners[0]?.offset ?? null) : null
}

/** The end of a tag's attributes; values in braces may have arrows in them. */
function endOfTag(text: string, start: number): number {
  let depth = 0
  for (let offset = start; offset < Math.min(text.length, start + 2_000); offset++) {
    const character = text[offset]
    if (character === '{') depth++
    else if (character === '}') depth--
    else if (character === '>' && depth <= 0 && text[offset - 1] !== '=') return offset
  }
  return Math.min(text.length, start + 2_000)
}

function mentions(attributes: string, { text }: Clue): boolean {
  const names = [text, ...classParts(text).slice(0, 1)]
  return names.some(name => {
    for (let offset = attributes.indexOf(name); offset >= 0; offset = attributes.indexOf(name, offset + 1)) {
      const isWhole = !WORD.test(attributes[offset - 1] ?? ' ') && !WORD.test(attributes[offset + name.length] ?? ' ')
      if (isWhole) return true
    }
    return false
  })
}

const NAME = '[\\p{Lu}][\\p{ID_Continue}$]*'
const DECLARATION = new RegExp(
  `(?:\\b(?:function\\s*\\*?|class)\\s+(${NAME}))|(?:\\b(?:const|let|var)\\s+(${NAME})\\s*(?::[^=\\n]+)?=)`,
  'gu'
)

/**
 * The name that a component has in the source, where the build has shortened it: that of the declaration at an offset or, for
 * functions handed to others (`const Badge = memo(() => …)`), shortly before it.
 */
export function declaredName(text: string, offset: number): string | null {
  const from = Math.max(0, text.lastIndexOf('\n', Math.max(0, text.lastIndexOf('\n', offset) - 1)))
  // The mapped position may be that of the name itself.
  const to = Math.min(text.length, offset + 200)
  let nearest: { name: string; distance: number } | null = null
  for (const match of text.slice(from, to).matchAll(DECLARATION)) {
    const name = match[1] ?? match[2]
    const start = from + match.index
    const end = start + match[0].length
    if (name === undefined || start > offset + 40) continue
    const distance = offset < start ? start - offset : Math.max(0, offset - end)
    if (nearest === null || distance <= nearest.distance) nearest = { name, distance }
  }
  return nearest?.name ?? null
}

/** The component that a place is inside of: the last declaration before it at the beginning of a line. */
export function enclosingComponent(text: string, offset: number): { name: string; start: number; end: number } | null {
  const pattern = new RegExp(
    `^(?:export\\s+)?(?:default\\s+)?(?:async\\s+)?(?:function\\s*\\*?\\s+(${NAME})|(?:const|let|var)\\s+(${NAME})\\s*(?::[^=\\n]+)?=)`,
    'gmu'
  )
  let last: { name: string; start: number } | null = null
  for (const match of text.matchAll(pattern)) {
    if (match.index > offset) return last && { ...last, end: match.index }
    last = { name: match[1] ?? match[2] ?? '', start: match.index }
  }
  return last && { ...last, end: text.length }
}
