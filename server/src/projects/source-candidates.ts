import { posix } from 'node:path'
import { type Component, classParts, nearestSource, type PageContext, type SourceCandidate, type SourceClue } from '@fixpoint/protocol'
import { isTranslationFile, keyInLine, keysInJson, namesKey } from './translation-keys.ts'

type Pick = PageContext['picks'][number]

/** Something to look for in the repository, and what it means when it is found. */
export interface SearchTerm {
  text: string
  kind: 'class' | 'classPart' | 'id' | 'testId' | 'attribute' | 'tag' | 'text' | 'translation' | 'component'
  /** For parts of a class: what the page calls it. For keys of translations: the text. */
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
/** Files of translations that are looked into for a text, and keys that are searched for. */
const MOST_TRANSLATIONS = 4
/** In one file; the strongest decide. */
const MOST_FINDINGS = 200

/** What is known of an element is worth the more the fewer elements it fits. */
const WEIGHTS = { testId: 10, id: 6, class: 4, classPart: 4, attribute: 5, tag: 5, text: 8, translation: 8, component: 6 } as const

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
    // What the whole page is in says little of a part of it.
    add(kind, text, { factor: kind === 'id' && COMMON.test(text) ? factor * 0.3 : factor })
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

/** The repository, as far as candidates are looked for in it. */
export interface SearchedRepository {
  /** Lines that have one of the texts in them. */
  search(texts: readonly string[]): Promise<readonly SearchHit[]>
  trackedFiles: readonly string[]
  /** A file's text; null where there is none, or too much of it. */
  read(path: string): Promise<string | null>
  /** The app's folder. */
  subfolder: string
}

/** Adds candidates to the picks whose place is not verified, from one search for what all of them are called, and one for keys of their texts. */
export async function withCandidates(context: PageContext, repository: SearchedRepository): Promise<PageContext> {
  const termsOf = new Map(context.picks.flatMap(pick => (isPlaceVerified(pick) ? [] : [[pick.number, searchTerms(pick)] as const])))
  const all = [...termsOf.values()].flat()
  if (all.length === 0) return context
  const hits = await repository.search([...new Set(all.map(({ text }) => text))])
  const keys = await translationTerms(all, hits, repository)
  const keyHits = keys.length === 0 ? [] : await repository.search([...new Set(keys.map(({ text }) => lastPart(text)))])
  return {
    ...context,
    picks: context.picks.map(pick => {
      const terms = termsOf.get(pick.number)
      if (!terms) return pick
      const own = [...terms, ...keys.filter(({ from }) => terms.some(({ kind, text }) => kind === 'text' && text === from))]
      const { subfolder, trackedFiles } = repository
      const options = { subfolder, tag: pick.tag, verifiedFiles: verifiedFiles(pick.components), trackedFiles }
      const candidates = rankCandidates(own, distinctLines([...hits, ...keyHits]), options)
      return candidates.length === 0 ? pick : { ...pick, candidates }
    })
  }
}

function distinctLines(hits: readonly SearchHit[]): SearchHit[] {
  return [...new Map(hits.map(hit => [`${hit.line} ${hit.path}`, hit])).values()]
}

/** The keys of texts that translation files have: what the code says in place of them. */
async function translationTerms(
  terms: readonly SearchTerm[],
  hits: readonly SearchHit[],
  { read }: SearchedRepository
): Promise<SearchTerm[]> {
  const found = new Map<string, SearchTerm>()
  for (const { kind, text, weight } of terms) {
    if (kind !== 'text') continue
    const inTranslations = hits.filter(hit => hit.text.includes(text) && isTranslationFile(hit.path)).slice(0, MOST_TRANSLATIONS)
    for (const hit of inTranslations) {
      const json = hit.path.endsWith('.json') ? await read(hit.path) : null
      const whole = json === null ? [] : keysInJson(json, text)
      const inLine = keyInLine(hit.text, text)
      for (const key of whole.length > 0 ? whole : inLine === null ? [] : [inLine]) {
        const isUsable = lastPart(key).length >= 2 && key.length <= 200 && !/[\n\0]/.test(key)
        if (isUsable && !found.has(key)) found.set(key, { kind: 'translation', text: key, from: text, weight, isWord: false })
      }
    }
  }
  return [...found.values()].slice(0, MOST_TRANSLATIONS)
}

function lastPart(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1)
}

interface RankOptions {
  /** The app's folder; files of other apps of the same repository are less likely. */
  subfolder: string
  /** The element's tag. */
  tag: string
  /** Files that are verified for components around the pick. */
  verifiedFiles: ReadonlySet<string>
  /** All files of the repository: some are called like the components around the pick. */
  trackedFiles: readonly string[]
}

interface Finding {
  term: SearchTerm
  line: number
  text: string
  value: number
}

/** Ranks files by what was found in them. The reasons name what was found, and the line is where most of it stands together. */
export function rankCandidates(terms: readonly SearchTerm[], hits: readonly SearchHit[], options: RankOptions): SourceCandidate[] {
  const found = terms.map(term => ({
    term,
    // Where the text itself stands its key is no news.
    hits: hits.filter(hit => contains(hit.text, term) && !(term.kind === 'translation' && isTranslationFile(hit.path)))
  }))
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
  const named = filesNamedLike(terms, options.trackedFiles)
  for (const path of named.keys()) if (!byFile.has(path)) byFile.set(path, [])
  return [...byFile]
    .map(([path, findings]) => {
      const { line, near } = densest(findings, options.tag)
      const distinct = bestPerTerm(findings)
      const ofName = named.get(path)
      const score = (sum(near) + 0.3 * sum(distinct) + (ofName?.value ?? 0)) * factorOfFile(path, terms, options)
      return { path, line: findings.length === 0 ? undefined : line, near, distinct, ofName, score }
    })
    .toSorted((a, b) => b.score - a.score || a.path.localeCompare(b.path))
    .slice(0, MOST_CANDIDATES)
    .map(({ path, line, near, distinct, ofName }) => {
      const reasons = reasonsOf(near, distinct, line ?? 0, options.verifiedFiles.has(path))
      const all = ofName && reasons.length < MOST_REASONS ? [...reasons, `called like the component ${ofName.term.text}`] : reasons
      return { path, ...(line === undefined ? {} : { line }), reasons: all }
    })
}

/** Files that are called like a component: `HomeView.vue`, `home-view.tsx`, `HomeView/index.js`. The fewer there are, the more that says. */
function filesNamedLike(
  terms: readonly SearchTerm[],
  trackedFiles: readonly string[]
): ReadonlyMap<string, { term: SearchTerm; value: number }> {
  const wanted = new Map(terms.filter(({ kind }) => kind === 'component').map(term => [plainName(term.text), term]))
  const files = new Map<SearchTerm, string[]>()
  if (wanted.size === 0) return new Map()
  for (const path of trackedFiles) {
    if (!/\.(?:[cm]?[jt]sx?|vue|svelte|astro|mdx)$/.test(path) || /\.(?:test|spec|stories)\.|\.d\.ts$/.test(path)) continue
    const stem = posix.basename(path).replace(/\..*$/, '')
    const term = wanted.get(plainName(stem === 'index' ? posix.basename(posix.dirname(path)) : stem))
    if (term) files.set(term, [...(files.get(term) ?? []), path])
  }
  return new Map(
    [...files].flatMap(([term, paths]) => paths.map(path => [path, { term, value: (0.6 * term.weight) / (1 + Math.log2(paths.length)) }]))
  )
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}

/** Whether a line has a term in it, as a name of its own where it is one. */
function contains(line: string, { kind, text, isWord }: SearchTerm): boolean {
  if (kind === 'translation') return namesKey(line, text)
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
  if (kind === 'testId' || kind === 'translation') return 1
  // `kind="price"` is no class.
  const attribute = /([\w-]+)=["'][^"'=]*$/.exec(text.slice(0, offset))?.[1]
  if ((kind === 'class' || kind === 'classPart') && attribute !== undefined && !/class/i.test(attribute)) return 0.2
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
  if (/\.(?:json5?|ya?ml|toml|xml|po|properties)$/.test(name)) factor *= 0.35
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
    translation: `key “${text}” of the text “${(term.from ?? '').slice(0, 60)}”`,
    component: `component ${text}`
  }
  return `${names[term.kind]}${where}`
}

/** The files that the page's components are verified to be in. */
function verifiedFiles(components: readonly Component[]): Set<string> {
  return new Set(components.flatMap(({ source }) => (source?.repositoryPath === undefined ? [] : [source.repositoryPath])))
}
