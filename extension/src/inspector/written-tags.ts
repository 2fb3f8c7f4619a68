import type { WrittenNode } from './inspection.ts'

/** A tag as it opens in a source of JSX. */
interface WrittenTag {
  offset: number
  name: string
  /** By their names; with the value where it is a text that stands there. */
  attributes: ReadonlyMap<string, string | null>
  hasSpread: boolean
  /** What follows up to the next tag or brace, and whether that is all that is inside. */
  text: string
  isTextAll: boolean
}

const TAG_START = /<([\p{L}_$][\p{ID_Continue}$.-]*)(?=[\s/>])/gu
const ATTRIBUTE = /[^\s=/>{}"']+/y
// Sources are the page's words: what is read of them is bounded, whatever they are.
const LONGEST_TAG = 2_000
const MOST_TAGS = 1_000

/** Attributes that React or a compiler takes for itself, so that components never see them. */
const TAKEN = /^(?:key|ref|css|tw|.*:.*|data-test.*|__\w+)$/
/** What compilers and plugins add to elements that did not say it. */
const ADDED = /^(?:children|className|style|ref|key|css|data-.*|__\w+)$/

/** The tags in a stretch of a source. Types in angle brackets and comparisons may be among them; they fit nothing. */
export function writtenTags(text: string, from: number, to: number): WrittenTag[] {
  const tags: WrittenTag[] = []
  const stretch = text.slice(from, to)
  let count = 0
  for (const match of stretch.matchAll(TAG_START)) {
    if (++count > MOST_TAGS) break
    // `useState<Item>()`
    if (/[\p{ID_Continue}$]/u.test(stretch[match.index - 1] ?? ' ')) continue
    const tag = readTag(text, from + match.index, match[1] ?? '')
    if (tag) tags.push(tag)
  }
  return tags
}

function readTag(text: string, offset: number, name: string): WrittenTag | null {
  const attributes = new Map<string, string | null>()
  const limit = Math.min(text.length, offset + LONGEST_TAG)
  let hasSpread = false
  let at = offset + 1 + name.length
  while (at < limit) {
    const character = text[at] ?? ''
    if (/\s/.test(character)) at++
    else if (character === '{') {
      hasSpread = true
      at = endOfBraces(text, at, limit)
    } else if (character === '>') {
      const rest = text.slice(at + 1, at + 300)
      const inside = rest.slice(0, rest.search(/[<{]|$/))
      return { offset, name, attributes, hasSpread, text: plainText(inside), isTextAll: rest.startsWith('</', inside.length) }
    } else if (character === '/' && text[at + 1] === '>') {
      return { offset, name, attributes, hasSpread, text: '', isTextAll: false }
    } else {
      ATTRIBUTE.lastIndex = at
      const attribute = ATTRIBUTE.exec(text)?.[0]
      if (attribute === undefined) return null
      at += attribute.length
      if (text[at] !== '=') {
        attributes.set(attribute, null)
        continue
      }
      const { value, end } = readValue(text, at + 1, limit)
      attributes.set(attribute, value)
      at = end
    }
  }
  return null
}

function readValue(text: string, start: number, limit: number): { value: string | null; end: number } {
  const opening = text[start]
  if (opening === '"' || opening === "'") {
    const end = text.indexOf(opening, start + 1)
    return end < 0 ? { value: null, end: limit } : { value: plainText(text.slice(start + 1, end)), end: end + 1 }
  }
  if (opening !== '{') return { value: null, end: start + 1 }
  const end = endOfBraces(text, start, limit)
  const value = /^\{\s*(["'`])([^"'`\\$]*)\1\s*\}$/.exec(text.slice(start, end))?.[2]
  return { value: value === undefined ? null : plainText(value), end }
}

function endOfBraces(text: string, start: number, limit: number): number {
  let depth = 0
  for (let at = start; at < limit; at++) {
    if (text[at] === '{') depth++
    else if (text[at] === '}' && --depth === 0) return at + 1
  }
  return limit
}

function plainText(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

/**
 * The tag that made a node: one that says nothing else than what the node was given, and enough of it.
 * @param name of the component, as far as it is known; for an element its tag
 * @param isCertain the component's own source calls it so: who uses it does, too, but for what stands before it (`Dialog.Title`)
 * @returns `ambiguous` when several fit alike
 */
export function tagOf(tags: readonly WrittenTag[], node: WrittenNode, name: string, isCertain: boolean): WrittenTag | 'ambiguous' | null {
  const properties = new Map(node.properties.map(property => [property.name, property.text ?? null]))
  let best: { tag: WrittenTag; score: number; isAlone: boolean } | null = null
  for (const tag of tags) {
    const isNamed = isCertain ? isCalled(tag, name) : isNamedLike(tag, name, node.tag != null)
    if (isCertain && !isNamed) continue
    const score = likeness(tag, isNamed, node.tag != null, properties)
    if (score === null || (best && score < best.score)) continue
    best = { tag, score, isAlone: best === null || score > best.score }
  }
  if (best === null) return null
  return best.isAlone ? best.tag : 'ambiguous'
}

/** `DialogTitle` is used as `DialogTitle`, or as `Dialog.Title`; bundlers number what is there twice (`Slot2`). */
function isCalled({ name: used }: WrittenTag, name: string): boolean {
  const last = used.slice(used.lastIndexOf('.') + 1)
  const plain = name.replace(/\d+$/, '')
  return last === name || last === plain || (used.includes('.') && plain.endsWith(last))
}

function isNamedLike({ name: used }: WrittenTag, name: string, isElement: boolean): boolean {
  return used === name || (!isElement && used.slice(used.lastIndexOf('.') + 1) === name)
}

/** How much of what is known of a node a tag says; null when it is the tag of something else, or says too little. */
function likeness(tag: WrittenTag, isNamedSo: boolean, isElement: boolean, properties: ReadonlyMap<string, string | null>): number | null {
  // A tag in lower case is an element of that name; `motion.div` and `Heading` can be anything.
  if (!isNamedSo && /^[\p{Ll}][^.]*$/u.test(tag.name)) return null
  let words = 0
  let names = 0
  for (const [attribute, value] of tag.attributes) {
    if (TAKEN.test(attribute) && !properties.has(attribute)) continue
    const given = properties.get(attribute)
    if (given === undefined) return null
    names++
    if (value === null || given === null) continue
    // Texts of properties may be cut.
    if (value.startsWith(plainText(given)) && given !== '') words++
    else if (!tag.hasSpread && !plainText(given).includes(value)) return null
  }
  const more = tag.hasSpread ? 0 : [...properties.keys()].filter(property => !tag.attributes.has(property) && !ADDED.test(property)).length
  const content = properties.get('children')
  const hasContent = content != null && tag.text !== ''
  const isContentSame = hasContent && tag.text.startsWith(plainText(content))
  if (hasContent && tag.isTextAll && !isContentSame) return null
  // Libraries give more to what they were handed (`cloneElement`): then names alone are too little.
  const isEnough = words > 0 || isContentSame || (more === 0 && (isNamedSo ? names > 0 || !isElement : names > 1))
  return isEnough ? (isNamedSo ? 4 : 0) + 3 * words + names - more + (isContentSame ? 3 : 0) : null
}
