import { originalPositionFor, type TraceMap } from '@jridgewell/trace-mapping'
import { positionAt } from './module-map.ts'

const PLACES = /lineNumber: ?(\d+),\s*columnNumber: ?(\d+)/g
/** A few say how far all of a module are off. */
const MOST_PLACES = 300

/**
 * How many lines the places are off that a compiler has put into a module's code (`lineNumber: 27`). Vite's React plugin before its version 5
 * put its own lines at the beginning of a module before esbuild counted them. The module's map knows better.
 * @param source the text that the module was made of
 * @returns 0 where they are right, or where nothing shows that they are not
 */
export function linesTooMany(code: string, map: TraceMap, source: string): number {
  const lines = source.split('\n')
  const isTag = (line: number, column: number) => lines[line - 1]?.[column - 1] === '<'
  const places = [...code.matchAll(PLACES)]
    .slice(0, MOST_PLACES)
    .map(match => ({ offset: match.index, line: Number(match[1]), column: Number(match[2]) }))
  if (places.every(({ line, column }) => isTag(line, column))) return 0
  const counts = new Map<number, number>()
  for (const { offset, line, column } of places) {
    const running = positionAt(code, offset)
    const original = originalPositionFor(map, running)
    if (original.line === null || original.column !== column - 1 || !isTag(original.line, column)) continue
    const difference = line - original.line
    counts.set(difference, (counts.get(difference) ?? 0) + 1)
  }
  const [best] = [...counts].toSorted(([, a], [, b]) => b - a)
  if (!best) return 0
  const [difference] = best
  const isRightForAll = places.every(({ line, column }) => isTag(line - difference, column))
  return isRightForAll ? difference : 0
}
