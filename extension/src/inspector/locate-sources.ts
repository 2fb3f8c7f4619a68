import { FlattenMap, originalPositionFor, type TraceMap } from '@jridgewell/trace-mapping'
import type { LocatedSource, RawSource } from './inspection.ts'
import { sourcePath } from './source-path.ts'
import { jsxCallSite } from './stack-frames.ts'

// A module with an inline map of several MB is a bundle; one position is not worth more of the person's time.
const LARGEST_FILE = 16_000_000
const FETCH_TIMEOUT = 1_500
const MOST_MODULES = 30

/** Source maps by address of the module; kept as long as the document lives. */
type SourceMapCache = Map<string, Promise<TraceMap | 'absent' | null>>

const sourceMaps: SourceMapCache = new Map()

/**
 * Finds the files that the page's positions stand for, with the source maps of the modules. Runs beside the page, not in it: the
 * requests are those that the page itself could make, only to the page's own origin, and only for modules that it has loaded.
 */
export async function locateSources(sources: readonly (RawSource | null)[]): Promise<LocatedSource[]> {
  const base = devServerBase(document)
  return Promise.all(sources.map(source => (source ? locate(source, sourceMaps, base) : null)))
}

async function locate(source: RawSource, maps: SourceMapCache, base: string): Promise<LocatedSource> {
  if (source.kind === 'position') {
    return located(sourcePath(source.file, null, base), source.line, source.column ?? null)
  }
  const frame = jsxCallSite(source.stack)
  if (!frame) return null
  // Server components: React names the file on the developer's disk itself, in positions of the source when it is `file:`.
  if (frame.url.startsWith('file:')) return located(sourcePath(frame.url, null, base), frame.line, frame.column)
  if (!isOwnModule(frame.url)) return null
  if (!maps.has(frame.url) && maps.size >= MOST_MODULES) maps.clear()
  const pending = maps.get(frame.url) ?? loadSourceMap(frame.url)
  maps.set(frame.url, pending)
  const map = await pending
  if (map === 'absent') return located(sourcePath(frame.url, frame.url, base), frame.line, frame.column)
  if (map === null) return null
  const original = originalPositionFor(map, { line: frame.line, column: frame.column - 1 })
  if (original.source === null || original.line === null) return null
  return located(sourcePath(original.source, frame.url, base), original.line, original.column + 1)
}

function located(file: string | null, line: number, column: number | null): LocatedSource {
  if (file === null || !isPosition(line)) return null
  return column !== null && isPosition(column) ? { file, line, column } : { file, line }
}

function isPosition(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 10_000_000
}

/** Hostile fibers can name any address; only what this origin serves is asked for. */
function isOwnModule(url: string): boolean {
  const parsed = URL.parse(url)
  return parsed !== null && (parsed.protocol === 'http:' || parsed.protocol === 'https:') && parsed.origin === location.origin
}

/** Vite serves its client at `<base>@vite/client`, which is the only place where the page tells the base. */
function devServerBase(owner: Document): string {
  const client = owner.querySelector('script[src*="/@vite/client"]')
  const path = client && URL.parse(client.getAttribute('src') ?? '', owner.baseURI)?.pathname
  return path ? path.slice(0, path.indexOf('@vite/client')) : '/'
}

/**
 * The source map that a module names at its end: inline, or beside it. `absent` when the module names none, so that its own lines
 * are those of the source; null when it cannot be had.
 */
async function loadSourceMap(url: string): Promise<TraceMap | 'absent' | null> {
  const code = await fetchText(url)
  if (code === null) return null
  const reference = [...code.matchAll(/^[ \t]*\/\/[#@] sourceMappingURL=(\S+)\s*$/gm)].at(-1)?.[1]
  if (!reference) return 'absent'
  const json = reference.startsWith('data:') ? decodeDataUrl(reference) : await fetchMapBeside(reference, url)
  if (json === null) return null
  try {
    return FlattenMap(json)
  } catch {
    // Not a source map, or a broken one: the same as none that can be had.
    return null
  }
}

async function fetchMapBeside(reference: string, moduleUrl: string): Promise<string | null> {
  const url = URL.parse(reference, moduleUrl)
  return url && isOwnModule(url.href) ? fetchText(url.href) : null
}

async function fetchText(url: string): Promise<string | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT), credentials: 'same-origin' })
    if (!response.ok || Number(response.headers.get('content-length') ?? 0) > LARGEST_FILE) return null
    const text = await response.text()
    return text.length > LARGEST_FILE ? null : text
  } catch {
    // Gone, too slow, or no text: a component without a file is still worth showing.
    return null
  }
}

/** The text of a data URL, decoded here because content security policies may forbid to fetch it. */
function decodeDataUrl(url: string): string | null {
  const comma = url.indexOf(',')
  if (comma < 0) return null
  const data = url.slice(comma + 1)
  try {
    if (!/;base64$/i.test(url.slice(0, comma))) return decodeURIComponent(data)
    return new TextDecoder().decode(Uint8Array.from(atob(data), character => character.charCodeAt(0)))
  } catch {
    return null
  }
}
