import { describe, expect, it } from 'vitest'
import { decodeDataUrl, mapReference, offsetOfLine, originalLines, originalPlace, parseMap, positionAt } from './module-map.ts'

/** `const a = 1\nconst b = 2` → lines 3 and 7 of one file; the second line has a mapping at its beginning alone. */
const MAP = parseMap(
  JSON.stringify({
    version: 3,
    sources: ['src/A.jsx'],
    sourcesContent: ['\n\nconst a = 1\n\n\n\nconst b = 2\n'],
    names: [],
    mappings: 'AAEA,MAAM;AAIN'
  })
)

describe('source maps', () => {
  it('have places with columns, and without where the map has lines only', () => {
    if (!MAP) throw new Error('The map is broken.')
    expect(originalPlace(MAP, 1, 8)).toEqual({ source: 'src/A.jsx', line: 3, column: 6 })
    expect(originalPlace(MAP, 2, 4)).toEqual({ source: 'src/A.jsx', line: 7, column: null })
    expect(originalPlace(MAP, 9, 0)).toBeNull()
  })

  it('say which lines a stretch of code comes from', () => {
    if (!MAP) throw new Error('The map is broken.')
    const code = 'const a = 1\nconst b = 2'
    expect(originalLines(MAP, code, { start: 0, end: code.length })).toMatchObject([{ source: 'src/A.jsx', first: 3, last: 7 }])
    expect(originalLines(MAP, code, { start: 0, end: 11 })).toMatchObject([{ first: 3, last: 3 }])
  })

  it('are named at the end of a module', () => {
    expect(mapReference('a\n//# sourceMappingURL=x.map\n')).toBe('x.map')
    expect(mapReference('{a\n//# sourceMappingURL=x.map\n//# sourceURL=y\n}')).toBe('x.map')
    expect(mapReference('const a = "//# sourceMappingURL=x.map"')).toBeNull()
    expect(mapReference('a')).toBeNull()
  })

  it('may be broken', () => {
    expect(parseMap('{')).toBeNull()
    expect(parseMap('{"version":3,"sections":[{"offset":{"line":0,"column":0},"map":null}]}')).toBeNull()
    expect(decodeDataUrl('data:application/json;base64,%%%')).toBeNull()
    expect(decodeDataUrl('data:application/json,%7B%7D')).toBe('{}')
  })
})

describe('places in texts', () => {
  it('are lines from 1 and columns from 0', () => {
    expect(positionAt('ab\ncd', 4)).toEqual({ line: 2, column: 1 })
    expect(positionAt('ab\ncd', 0)).toEqual({ line: 1, column: 0 })
    expect(offsetOfLine('ab\ncd', 2)).toBe(3)
    expect(offsetOfLine('ab\ncd', 9)).toBe(5)
  })
})
