import { type Component, classParts, nearestSource, type PageContext, type SourceCandidate, type SourceClue } from '@fixpoint/protocol'

type Pick = PageContext['picks'][number]

/** Something to look for in the repository, and what it means when it is found. */
export interface SearchTerm {
  text: string
  kind: 'class' | 'classPart' | 'id' | 'testId' | 'attribute' | 'tag' | 'text' | 'component'
  /** For parts of a class: what the page calls it. */
  from?: string
  weight: number
  /** Names stand by themselves: `price` is not in `price-tag`. Texts may be part of a longer line. */
  isWord: boolean
}

/** A line that has a term in it. */
interface SearchHit {
  path: string
  line: number
  text: string
}

const MOST_TERMS = 24
const MOST_CANDIDATES = 5
const MOST_REASONS = 4
/** In one file; the strongest decide. */
const MOST_FINDINGS = 200

/** What is known of an element is worth the more the fewer elements it fits. */
const WEIGHTS = { testId: 10, id: 6, class: 4, classPart: 4, attribute: 5, tag: 5, text: 8, component: 6 } as const

/** Lines this far apart speak of the same element. */
const NEAR = 6

/** Names that every page has: found everywhere, they say nothing. */
const COMMON =
  /^(?:app|root|main|container|wrapper|content|active|row|col|flex|grid|hidden|block|body|page|__next|svelte-[a-z0-9]+|ng-[a-z-]+)$/i

/** Made by a build or a library for itself: `css-1x2y3z`, `sc-aBcDe`, `ember123`. */
const GENERATED = /^(?:(?:css|sc|jss|jsx|svelte|astro|data-v|ember|radix|headlessui)-?[:a-z0-9-]*\d[:a-z0-9-]*|:r\w*:|_[a-z0-9]{4,8})$/i

/** Whether the pick's place in the source is known for sure, so that nothing has to be looked for. */
export function isPlaceVerified(pick: Pick): boolean {
  const source = nearestSource(pick.components)
  return source?.repositoryPath !== undefined && source.line !== undefined
}

/** What to look for: what the element itself is called before what those around it are. */
export function searchTerms(pick: Pick): SearchTerm[] {
  const terms: SearchTerm[] = []
  const add = (kind: SearchTerm['kind'], text: string, { factor = 1, from }: { factor?: number; from?: string } = {}) => {
    const clean = text.trim()
    if (clean.length < 2 || clean.length > 200 || /[\n\0]/.test(clean)) return
    const known = terms.find(term => term.text === clean)
    if (known) return
    const isWord = /^[\w$-]+$/.test(clean) && kind !== 'text'
    terms.push({ kind, text: clean, weight: WEIGHTS[kind] * factor, isWord, ...(from === undefined ? {} : { from }) })
  }
  if (pick.testId !== undefined) add('testId', pick.testId)
  for (const [index, clue] of (pick.clues ?? []).entries()) addClue(clue, Math.max(0.3, 1 - index * 0.06), add)
  for (const text of [pick.text, pick.accessibleName]) {
    for (const phrase of phrases(text ?? '')) add('text', phrase)
  }
  for (const [index, { name }] of pick.components.slice(0, 6).entries()) {
    const plain = /^[\p{L}_$][\p{ID_Continue}$]*/u.exec(name.replace(/^(?:\w+\()+/, ''))?.[0] ?? ''
    // Names that a build has shortened are words of one or two letters.
    if (plain.length > 2) add('component', plain, { factor: Math.max(0.4, 1 - index * 0.2) })
  }
  return terms.toSorted((a, b) => b.weight - a.weight).slice(0, MOST_TERMS)
}

function addClue(
  { kind, text }: SourceClue,
  factor: number,
  add: (kind: SearchTerm['kind'], text: string, options?: { factor?: number; from?: string }) => void
): void {
  if (kind !== 'class') {
    add(kind, text, { factor })
    return
  }
  if (text.includes(' ')) {
    add('class', text, { factor: factor * 1.5 })
    return
  }
  const parts = classParts(text)
  for (const part of parts) add('classPart', part, { factor, from: text })
  if (parts.length === 0 && !COMMON.test(text) && !GENERATED.test(text)) add('class', text, { factor })
}

/** Pieces of a text as they may stand in a source: without numbers and what else is filled in when the page is drawn. */
function phrases(text: string): string[] {
  return text
    .split(/[\n\d€$£%…"'“”‘’{}<>]+/)
    .map(piece => piece.replace(/^[\s\p{P}]+|[\s\p{P}]+$/gu, ''))
    .filter(piece => piece.length >= 4 && /\p{L}{2}/u.test(piece))
    .map(piece => piece.slice(0, 80))
    .toSorted((a, b) => b.length - a.length)
    .slice(0, 3)
}

/** Adds candidates to the picks whose place is not verified, from one search for what all of them are called. */
export async function withCandidates(
  context: PageContext,
  search: (texts: readonly string[]) => Promise<readonly SearchHit[]>,
  subfolder: string
): Promise<PageContext> {
  const termsOf = new Map(context.picks.flatMap(pick => (isPlaceVerified(pick) ? [] : [[pick.number, searchTerms(pick)] as const])))
  const texts = new Set([...termsOf.values()].flatMap(terms => terms.map(({ text }) => text)))
  if (texts.size === 0) return context
  const hits = await search([...texts])
  return {
    ...context,
    picks: context.picks.map(pick => {
      const terms = termsOf.get(pick.number)
      if (!terms) return pick
      const candidates = rankCandidates(terms, hits, { subfolder, tag: pick.tag, verifiedFiles: verifiedFiles(pick.components) })
      return candidates.length === 0 ? pick : { ...pick, candidates }
    })
  }
}

interface RankOptions {
  /** The app's folder; files of other apps of the same repository are less likely. */
  subfolder: string
  /** The element's tag. */
  tag: string
  /** Files that are verified for components around the pick. */
  verifiedFiles: ReadonlySet<string>
}

interface Finding {
  term: SearchTerm
  line: number
  text: string
  value: number
}

/** Ranks files by what was found in them. The reasons name what was found, and the line is where most of it stands together. */
export function rankCandidates(terms: readonly SearchTerm[], hits: readonly SearchHit[], options: RankOptions): SourceCandidate[] {
  const found = terms.map(term => ({ term, hits: hits.filter(hit => contains(hit.text, term)) }))
  const byFile = new Map<string, Finding[]>()
  for (const { term, hits: hitsOfTerm } of found) {
    const files = new Set(hitsOfTerm.map(hit => hit.path)).size
    if (files === 0) continue
    const value = term.weight / (1 + Math.log2(files))
    for (const hit of hitsOfTerm) {
      const findings = byFile.get(hit.path) ?? []
      findings.push({ term, line: hit.line, text: hit.text, value: value * factorOfLine(hit, term) })
      byFile.set(hit.path, findings)
    }
  }
  return [...byFile]
    .map(([path, findings]) => {
      const { line, near } = densest(findings, options.tag)
      const distinct = bestPerTerm(findings)
      const score = (sum(near) + 0.3 * sum(distinct)) * factorOfFile(path, terms, options)
      return { path, line, near, distinct, score }
    })
    .toSorted((a, b) => b.score - a.score || a.path.localeCompare(b.path))
    .slice(0, MOST_CANDIDATES)
    .map(({ path, line, near, distinct }) => ({ path, line, reasons: reasonsOf(near, distinct, line, options.verifiedFiles.has(path)) }))
}

/** Whether a line has a term in it, as a name of its own where it is one. */
function contains(line: string, { text, isWord }: SearchTerm): boolean {
  for (let offset = line.indexOf(text); offset >= 0; offset = line.indexOf(text, offset + 1)) {
    if (!isWord || (!/[\w$-]/.test(line[offset - 1] ?? ' ') && !/[\w$-]/.test(line[offset + text.length] ?? ' '))) return true
  }
  return false
}

/** Markup says more of where an element is written than what other code says that has the same word in it. */
function factorOfLine({ text }: SearchHit, { kind, text: wanted }: SearchTerm): number {
  const offset = text.indexOf(wanted)
  const before = text[offset - 1] ?? ''
  if (kind === 'component') return /(?:function|class|const|let|var)\s|<\//.test(text) ? 1 : 0.7
  // As text between tags, or on a line of its own; as a value; else it is a name that happens to be the same.
  if (kind === 'text')
    return before === '>' || text.slice(0, offset).trim() === '' ? 1 : /[\s"'`]/.test(before) && /["'`>]/.test(text) ? 0.8 : 0.2
  if (kind === 'testId') return 1
  // `.price`, `'price'`, `class="card price"`
  if (kind === 'class' || kind === 'classPart') return /[."'`]/.test(before) || /class/i.test(text.slice(0, offset)) ? 1 : 0.2
  return /<[\p{L}][\p{L}\d.-]*[\s>]|class(?:Name|List)?\b|\bid\b|=/u.test(text) ? 1 : 0.8
}

function factorOfFile(path: string, terms: readonly SearchTerm[], { subfolder, verifiedFiles }: RankOptions): number {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const stem = name.replace(/\..*$/, '').toLowerCase()
  let factor = 1
  if (subfolder !== '.' && !path.startsWith(`${subfolder}/`)) factor *= 0.5
  if (/(?:^|[./_-])(?:test|tests|spec|stories|story|mock|mocks|fixtures?|e2e|__tests__|docs?)(?:[./_-]|$)/i.test(path)) factor *= 0.3
  if (/\.(?:css|scss|sass|less|styl)$/.test(name)) factor *= 0.5
  if (/\.(?:json|ya?ml|toml|xml|po|properties)$/.test(name)) factor *= 0.35
  if (/\.(?:md|txt)$/.test(name)) factor *= 0.15
  if (verifiedFiles.has(path)) factor *= 1.6
  if (terms.some(({ kind, text }) => (kind === 'component' || kind === 'classPart' || kind === 'tag') && text.toLowerCase() === stem))
    factor *= 1.4
  return factor
}

/** The stretch of lines with the most in it, and in it the line of what says most. */
function densest(findings: readonly Finding[], tag: string): { line: number; near: Finding[] } {
  let best: { near: Finding[]; score: number } | null = null
  const strong = findings.toSorted((a, b) => b.value - a.value).slice(0, MOST_FINDINGS)
  for (const { line } of strong) {
    const near = bestPerTerm(strong.filter(other => Math.abs(other.line - line) <= NEAR))
    // Each term counts less the further away it stands.
    const score = near.reduce((total, other) => total + other.value / (1 + Math.abs(other.line - line) / 2), 0)
    if (best === null || score > best.score) best = { near, score }
  }
  const near = best?.near ?? []
  // Where a component begins is not where its element stands; the tag may be a little above the text in it.
  const places = near.filter(({ term }) => term.kind !== 'component' && !term.from?.startsWith(term.text))
  const strongest = places[0] ?? near[0]
  const opening = new RegExp(`<${tag}(?![\\w.-])`)
  const withTag = places.find(({ line, text }) => opening.test(text) && Math.abs(line - (strongest?.line ?? line)) <= 3)
  return { line: (withTag ?? strongest)?.line ?? 1, near }
}

function bestPerTerm(findings: readonly Finding[]): Finding[] {
  const best = new Map<SearchTerm, Finding>()
  for (const finding of findings) {
    const known = best.get(finding.term)
    if (!known || finding.value > known.value) best.set(finding.term, finding)
  }
  return [...best.values()].toSorted((a, b) => b.value - a.value)
}

function sum(findings: readonly Finding[]): number {
  return findings.reduce((total, { value }) => total + value, 0)
}

function reasonsOf(near: readonly Finding[], distinct: readonly Finding[], line: number, isVerified: boolean): string[] {
  const rest = distinct.filter(({ term }) => !near.some(other => other.term === term))
  const reasons = [...near, ...rest].slice(0, MOST_REASONS).map(finding => reasonOf(finding, line))
  return isVerified ? ['the file of a component around it', ...reasons] : reasons
}

function reasonOf({ term, line }: Finding, place: number): string {
  const where = line === place ? '' : ` in line ${line}`
  const text = term.text.length > 60 ? `${term.text.slice(0, 60)}…` : term.text
  const names: Record<SearchTerm['kind'], string> = {
    class: `class “${text}”`,
    classPart: `“${text}”, from the class “${(term.from ?? '').slice(0, 60)}”`,
    id: `id “${text}”`,
    testId: `test id “${text}”`,
    attribute: `attribute “${text}”`,
    tag: `element <${text}>`,
    text: `text “${text}”`,
    component: `component ${text}`
  }
  return `${names[term.kind]}${where}`
}

/** The files that the page's components are verified to be in. */
function verifiedFiles(components: readonly Component[]): Set<string> {
  return new Set(components.flatMap(({ source }) => (source?.repositoryPath === undefined ? [] : [source.repositoryPath])))
}
