import { PAGE_CONTEXT_LIMITS } from '@fixpoint/protocol'
import { Slices } from '../page-tree/slices.ts'
import { astroSource, fetchServedPage, isAstroInDevelopment } from './astro-source.ts'
import { cluesOf, elementAt } from './clues.ts'
import { linesTooMany } from './compiled-places.ts'
import type { ElementToLocate, LocatedElement, LocatedSource, RawCode, RawComponent, RawSource } from './inspection.ts'
import { devServerBase, isEvaluated, type LoadedModule, LoadedModules, serverAddress } from './loaded-modules.ts'
import { type Clue, declaredName, enclosingComponent, findOpeningTag } from './markup-search.ts'
import { type CodeRange, isMinified, offsetOfLine, originalLines, originalPlace, positionAt, textOfSource } from './module-map.ts'
import { sourcePath } from './source-path.ts'
import { jsxCallSite } from './stack-frames.ts'
import { type Definition, placesOfNodes } from './written-places.ts'

/** Time in ms in which scripts are searched for the code of components. */
const SEARCH_LIMIT = 3_000
/** How far out the component that wrote the element's markup is looked for, where the framework does not say it. */
const OWNER_LEVELS = 6

/** What compilers call a function that has no name of its own: `_c` for what React Refresh looks after. */
const MADE_UP_NAME = /^(?:_c\d*|Anonymous)$/

/** What is known of the page, and of each of its frames of the same origin. */
interface Home {
  modules: LoadedModules
  /** The path that the dev server puts before its modules. */
  base: string
  /** As its server gives it out, asked for once. */
  servedPage: () => Promise<Document | null>
}

const homes = new WeakMap<Document, Home>()

function homeOf(owner: Document): Home {
  const known = homes.get(owner)
  if (known) return known
  let served: Promise<Document | null> | null = null
  const home: Home = {
    modules: new LoadedModules(owner),
    base: devServerBase(owner) ?? '/',
    servedPage: () => {
      served ??= fetchServedPage(owner)
      return served
    }
  }
  homes.set(owner, home)
  return home
}

/** The places that the page's components and positions stand for, found with the scripts that it has loaded and their source maps. */
export async function locateElements(elements: readonly ElementToLocate[]): Promise<LocatedElement[]> {
  const deadline = performance.now() + SEARCH_LIMIT
  return Promise.all(elements.map(element => locateElement(element, deadline)))
}

async function locateElement({ path, tag, components, nodes, isOwnerKnown }: ElementToLocate, deadline: number): Promise<LocatedElement> {
  const element = elementAt(path)
  const home = homeOf(element?.ownerDocument ?? document)
  const { own, all } = cluesOf(element)
  const sources = await Promise.all(components.map(({ source }) => (source ? locateSource(source, home) : null)))
  const definitions = await defineAll(components, sources, home, deadline)
  const named = components.map((component, index) => ({
    name: nameOf(component, sources[index]?.names ?? null, definitions[index] ?? null),
    source: sources[index]?.source ?? null,
    definition: definitions[index] ?? null
  }))
  const written = placesOfNodes(nodes, named)
  const owner = isOwnerKnown ? 0 : (written.owner ?? ownerOf(named.slice(0, OWNER_LEVELS), tag, own))
  const located = named.map(({ name, source, definition }, index) => {
    const below = named[index - 1]
    const tags = index === owner ? [tag] : index > 0 && below ? [below.name, kebab(below.name)] : []
    const place =
      definition &&
      (written.places.get(index) ?? tagPlace(definition, tags, index === owner ? own : []) ?? placeOf(definition, nodes.length > 0))
    return { name, source: better(source, place) }
  })
  const [first] = located.splice(owner, 1)
  const found = (first ? [first, ...located] : located).filter(({ name }) => name !== '')
  const astro = element && isAstroInDevelopment(element.ownerDocument) ? await astroSource(element, home.servedPage) : null
  return { components: nearestAndPlaced(astro ? [...found, astro] : found), clues: all }
}

/** As many as are told: where there are more, those with places before those of libraries, which have none. */
function nearestAndPlaced<C extends { source: LocatedSource | null }>(components: readonly C[]): C[] {
  const most = PAGE_CONTEXT_LIMITS.components
  if (components.length <= most) return [...components]
  const placed = components.filter(({ source }) => source !== null).slice(0, most)
  const others = components.filter(({ source }) => source === null).slice(0, most - placed.length)
  return components.filter(component => placed.includes(component) || others.includes(component))
}

/**
 * The place that says more: a framework that only knows where the component begins says less than the place of the tag. Dev servers may
 * serve a folder inside the project, so that the framework's path is the longer one.
 */
function better(source: LocatedSource | null, place: LocatedSource | null): LocatedSource | null {
  if (!place || !source) return place ?? source
  if (source.line !== undefined && (source.column !== undefined || place.column === undefined)) return source
  return source.file.endsWith(`/${place.file}`) ? { ...place, file: source.file } : place
}

/** The name in the source; that of the page where it cannot be had. */
function nameOf({ name, code }: RawComponent, inSource: NamesInSource | null, definition: Definition | null): string {
  if (code?.of === 'handler') return definition?.name ?? ''
  if (definition?.name) return definition.name
  // Compilers and bundlers make names of their own: `_c` for what React Refresh looks after, `Badge2` for the second `Badge` of a file.
  const isOwnName = inSource === null || /[^\p{ID_Continue}$]/u.test(name) || (name.length > 2 && inSource.has(name))
  return isOwnName ? name : (inSource.enclosing ?? name)
}

/** The component that has the element's tag in its markup: the nearest one, unless it was handed in from further out. */
function ownerOf(named: readonly { definition: Definition | null }[], tag: string, clues: readonly Clue[]): number {
  const found = named.findIndex(({ definition }) => definition !== null && tagPlace(definition, [tag], clues) !== null)
  return Math.max(0, found)
}

function tagPlace({ parts }: Definition, tags: readonly string[], clues: readonly Clue[]): LocatedSource | null {
  for (const { file, text, from, to } of parts) {
    for (const tag of tags) {
      const offset = findOpeningTag(text, from, to, tag, clues)
      if (offset === null) continue
      const { line, column } = positionAt(text, offset)
      return { file, line, column: column + 1 }
    }
  }
  return null
}

/** @param isFileAlone the tag was looked for and is not there: where the component begins would not be its place. */
function placeOf({ file, start }: Definition, isFileAlone: boolean): LocatedSource | null {
  if (file === null) return null
  if (isFileAlone) return { file }
  return start.column === null ? { file, line: start.line } : { file, line: start.line, column: start.column }
}

function kebab(name: string): string {
  return name.replace(/(?<=[a-z\d])(?=[A-Z])/g, '-').toLowerCase()
}

/** What the source has around a place: whether a name stands in it, and the component that the place is in. */
interface NamesInSource {
  has(name: string): boolean
  enclosing: string | null
}

interface FoundSource {
  source: LocatedSource | null
  names: NamesInSource | null
}

async function locateSource(source: RawSource, { modules, base }: Home): Promise<FoundSource> {
  const without = (found: LocatedSource | null): FoundSource => ({ source: found, names: null })
  if (source.kind === 'position') {
    const column = source.column ?? null
    // Components of Vue and Svelte are called like their file.
    const isOfModule = /\.[cm]?[jt]sx?(?:\?.*)?$/.test(source.file)
    const written = column === null ? null : await writtenModule(source.file, modules)
    const line = source.line - (written?.linesTooMany ?? 0)
    const found = located(sourcePath(source.file, null, base), line, column)
    return {
      source: found,
      names: isOfModule && written && column !== null ? namesIn(written.text, offsetOfLine(written.text, line) + column - 1) : null
    }
  }
  if (source.kind === 'file') return without(located(sourcePath(source.file, null, base), null, null))
  const frame = jsxCallSite(source.stack)
  if (!frame) return without(null)
  const url = serverAddress(frame.url)
  // Packages come with maps of their own, whose paths say nothing of the package.
  if (isOfPackage(url)) return without(null)
  const map = await modules.mapOf(url)
  if (map === 'absent') {
    // Without a map webpack's modules still say which file they are of, and nothing of its lines.
    if (isEvaluated(url)) return without(located(sourcePath(url, url, base), null, null))
    return without(located(sourcePath(url, url, base), frame.line, frame.column))
  }
  if (map === null) {
    // A server names the file on the developer's disk itself, unless that is what the build has made.
    const isOfBuild = /\/\.next\/|\/chunks?\/|\/dist\//.test(url)
    return without(url.startsWith('file:') && !isOfBuild ? located(sourcePath(url, null, base), frame.line, frame.column) : null)
  }
  const place = originalPlace(map, frame.line, frame.column - 1)
  // What a compiler has put in stands nowhere in the source; a module of one file is of that file all the same.
  if (!place) return without(map.sources.length === 1 ? located(sourcePath(map.sources[0] ?? '', url, base), null, null) : null)
  const text = textOfSource(map, place.source)
  return {
    source: located(sourcePath(place.source, url, base), place.line, place.column === null ? null : place.column + 1),
    names: text === null ? null : namesIn(text, offsetOfLine(text, place.line) + (place.column ?? 0))
  }
}

/**
 * The source of a module that a dev server has given out, where it is known. Places that a compiler has put into the module's code may be
 * off, by the same for all.
 */
async function writtenModule(file: string, modules: LoadedModules): Promise<{ text: string; linesTooMany: number } | null> {
  const url = modules.addressOf(file)
  const [code, map] = url === null ? [null, null] : await Promise.all([modules.code(url), modules.mapOf(url)])
  if (code === null || map === null || map === 'absent') return null
  const text = map.sourcesContent?.[0] ?? null
  return text === null ? null : { text, linesTooMany: linesTooMany(code, map, text) }
}

function namesIn(text: string, offset: number): NamesInSource {
  return {
    has: name => new RegExp(`(?<![\\p{ID_Continue}$])${name.replaceAll('$', '\\$')}(?![\\p{ID_Continue}$])`, 'u').test(text),
    enclosing: enclosingComponent(text, offset)?.name ?? null
  }
}

function isOfPackage(path: string): boolean {
  return /(?:^|\/)node_modules\//.test(path)
}

function located(file: string | null, line: number | null, column: number | null): LocatedSource | null {
  // What packages draw is nobody's to change.
  if (file === null || isOfPackage(file)) return null
  if (line === null || !isPosition(line)) return line === null ? { file } : null
  return column !== null && isPosition(column) ? { file, line, column } : { file, line }
}

function isPosition(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 10_000_000
}

/** Finds the code of components in the loaded scripts, all in one walk through these. */
async function defineAll(
  components: readonly RawComponent[],
  sources: readonly (FoundSource | null)[],
  { modules, base }: Home,
  deadline: number
): Promise<(Definition | null)[]> {
  const definitions: (Definition | null)[] = components.map(() => null)
  const wanted = new Map<number, RawCode>()
  const hasExactPlaces = sources.some(found => found?.source?.column !== undefined)
  for (const [index, { code }] of components.entries()) {
    // A place with line and column is as good as it gets. Where a framework gives such places, those without any are of packages.
    const source = sources[index]?.source
    const isVague = source?.column === undefined && (!hasExactPlaces || source)
    if (code && (isVague || (source && MADE_UP_NAME.test(components[index]?.name ?? '')))) wanted.set(index, code)
  }
  if (wanted.size === 0) return definitions
  const hints = {
    names: [...wanted.keys()].map(index => components[index]?.name ?? ''),
    files: [...wanted.keys()].map(index => sources[index]?.source?.file ?? '')
  }
  const slices = new Slices(SEARCH_LIMIT)
  for await (const module of modules.modules(hints)) {
    // What a library makes has the same code many times.
    const ranges = new Map<string, ReturnType<typeof findCode>>()
    for (const [index, code] of wanted) {
      if (slices.isDueNow()) await slices.rest()
      const key = `${code.length} ${code.text}`
      const range = ranges.get(key) ?? findCode(module.code, code)
      ranges.set(key, range)
      if (range === 'absent') continue
      wanted.delete(index)
      if (range !== 'ambiguous') definitions[index] = await define(module, range, code, base)
    }
    if (wanted.size === 0 || performance.now() > deadline) break
  }
  return definitions
}

/** Where a function's text stands. Two of the same text say nothing, as it may be either. */
function findCode(code: string, { text, length }: RawCode): CodeRange | 'absent' | 'ambiguous' {
  const start = code.indexOf(text)
  if (start < 0) return 'absent'
  return code.includes(text, start + 1) ? 'ambiguous' : { start, end: start + length }
}

async function define(module: LoadedModule, range: CodeRange, code: RawCode, base: string): Promise<Definition | null> {
  const map = await module.map()
  if (map === null) return null
  if (map === 'absent') {
    const file = located(sourcePath(module.url, module.url, base), null, null)?.file
    // What a build has made of the sources is nobody's place.
    if (file === undefined || isEvaluated(module.url) || isMinified(module.code, range)) return null
    const { line, column } = positionAt(module.code, range.start)
    const part = { file, text: module.code, from: range.start, to: range.end }
    return { file, name: null, start: { line, column: column + 1 }, parts: [part] }
  }
  const lines = originalLines(map, module.code, range)
  const parts = lines.flatMap(({ source, text, first, last }) => {
    const file = located(sourcePath(source, module.url, base), null, null)?.file
    return file === undefined ? [] : [{ file, text, from: offsetOfLine(text, first), to: offsetOfLine(text, last + 1) }]
  })
  const { line, column } = positionAt(module.code, range.start)
  const place = originalPlace(map, line, column)
  const file = place && located(sourcePath(place.source, module.url, base), null, null)?.file
  const text = place && (lines.find(({ source }) => source === place.source)?.text ?? textOfSource(map, place.source))
  if (place && !file && text) {
    const name = declaredName(text, offsetOfLine(text, place.line) + (place.column ?? 0))
    return { file: null, name, start: { line: place.line, column: null }, parts: [] }
  }
  if (!place || !file) {
    const [part] = parts
    if (!part) return null
    return { file: part.file, name: null, start: { line: positionAt(part.text, part.from).line, column: null }, parts }
  }
  const offset = text ? offsetOfLine(text, place.line) + (place.column ?? 0) : 0
  const start = { line: place.line, column: place.column === null ? null : place.column + 1 }
  if (code.of === 'component') return { file, name: text ? declaredName(text, offset) : null, start, parts }
  const enclosing = text ? enclosingComponent(text, offset) : null
  if (!text || !enclosing) return { file, name: null, start, parts }
  return { file, name: enclosing.name, start, parts: [{ file, text, from: enclosing.start, to: enclosing.end }] }
}
