import { decodedMappings, FlattenMap, originalPositionFor, type TraceMap } from '@jridgewell/trace-mapping'

/** Characters of a line; longer ones are what a build has made. */
const LONGEST_WRITTEN_LINE = 1_000

/** What a script says of its source map: a map, none at all (so that its own lines are those of the source), or one that cannot be had. */
export type ModuleMap = TraceMap | 'absent' | null

/** Where in a text something stands: line from 1, column from 0, as source maps count. */
export interface Place {
  source: string
  line: number
  /** Null when the map has lines only. */
  column: number | null
}

/** The reference at the end of a script; a comment as it would be written in a string is not one. */
export function mapReference(code: string): string | null {
  const tail = code.lastIndexOf('sourceMappingURL=')
  if (tail < 0) return null
  return /^[ \t]*\/\/[#@] sourceMappingURL=(\S+)\s*$/m.exec(code.slice(code.lastIndexOf('\n', tail) + 1))?.[1] ?? null
}

export function parseMap(json: string): TraceMap | null {
  try {
    return FlattenMap(json)
  } catch {
    // Not a source map, or a broken one: the same as none that can be had.
    return null
  }
}

/** About how much memory a map takes, in characters. */
export function sizeOfMap(map: TraceMap | 'absent'): number {
  return map === 'absent' ? 1 : (map.sourcesContent ?? []).reduce((sum, text) => sum + (text?.length ?? 0), 1_000)
}

/** The text of a data URL, decoded here because content security policies may forbid to fetch it. */
export function decodeDataUrl(url: string): string | null {
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

/**
 * What the map calls a source. `webpack://shop/../../packages/ui/Tag.jsx` is above the app's folder: made an address, it would be one below
 * it, and one of another file.
 */
function sourceName(map: TraceMap, index: number): string | null {
  const given = map.sources[index]
  return (given && /^[a-z-]+:\/\/[^/]*\/(?:\.\/)*\.\.\//i.test(given) ? given : map.resolvedSources[index]) ?? given ?? null
}

/** The text of a source that a map has. */
export function textOfSource(map: TraceMap, source: string): string | null {
  const index = map.sources.findIndex((_, at) => sourceName(map, at) === source)
  return map.sourcesContent?.[index] ?? null
}

/** The place in the source that a position of the running code comes from. Line from 1, column from 0. */
export function originalPlace(map: TraceMap, line: number, column: number): Place | null {
  const found = originalPositionFor(map, { line, column })
  if (found.source === null || found.line === null) return null
  return {
    source: sourceName(map, map.resolvedSources.indexOf(found.source)) ?? found.source,
    line: found.line,
    column: hasLinesOnly(map, line) ? null : found.column
  }
}

/** Cheap maps have one mapping for each line, at its beginning: a column of theirs would be made up. */
function hasLinesOnly(map: TraceMap, line: number): boolean {
  const segments = decodedMappings(map)[line - 1] ?? []
  return segments.length === 1 && segments[0]?.[0] === 0
}

/** A stretch of running code: offsets into the module's text. */
export interface CodeRange {
  start: number
  end: number
}

/** The lines of one source that a stretch of code comes from, from 1; `text` is the whole source. */
export interface OriginalLines {
  source: string
  text: string
  first: number
  last: number
}

/** Whether a stretch of code is in lines as no person writes them. */
export function isMinified(code: string, { start }: CodeRange): boolean {
  const lineStart = code.lastIndexOf('\n', start) + 1
  const lineEnd = code.indexOf('\n', start)
  return (lineEnd < 0 ? code.length : lineEnd) - lineStart > LONGEST_WRITTEN_LINE
}

/** All sources that a stretch of the code comes from, that with the most mappings first. */
export function originalLines(map: TraceMap, code: string, range: CodeRange): OriginalLines[] {
  const start = positionAt(code, range.start)
  const end = positionAt(code, range.end)
  const lines = decodedMappings(map)
  const found = new Map<number, { first: number; last: number; times: number }>()
  for (let line = start.line; line <= end.line; line++) {
    for (const segment of lines[line - 1] ?? []) {
      const [column, source, original] = segment
      if (source === undefined || original === undefined) continue
      if ((line === start.line && column < start.column) || (line === end.line && column >= end.column)) continue
      const seen = found.get(source)
      if (!seen) found.set(source, { first: original + 1, last: original + 1, times: 1 })
      else {
        seen.first = Math.min(seen.first, original + 1)
        seen.last = Math.max(seen.last, original + 1)
        seen.times++
      }
    }
  }
  return [...found]
    .sort(([, a], [, b]) => b.times - a.times)
    .flatMap(([index, { first, last }]) => {
      const source = sourceName(map, index)
      const text = map.sourcesContent?.[index] ?? null
      return source && text !== null ? [{ source, text, first, last }] : []
    })
}

/** Line from 1 and column from 0 of an offset. */
export function positionAt(text: string, offset: number): { line: number; column: number } {
  let line = 1
  let lineStart = 0
  for (let next = text.indexOf('\n'); next >= 0 && next < offset; next = text.indexOf('\n', lineStart)) {
    line++
    lineStart = next + 1
  }
  return { line, column: offset - lineStart }
}

/** The offset at which a line begins. */
export function offsetOfLine(text: string, line: number): number {
  let offset = 0
  for (let current = 1; current < line; current++) {
    const next = text.indexOf('\n', offset)
    if (next < 0) return text.length
    offset = next + 1
  }
  return offset
}
