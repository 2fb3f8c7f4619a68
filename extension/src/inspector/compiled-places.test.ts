import { describe, expect, it } from 'vitest'
import { linesTooMany } from './compiled-places.ts'
import { parseMap } from './module-map.ts'

const source = `import { Button } from './Button'

export function App() {
  return (
    <main>
      <Button />
      <Button />
    </main>
  )
}
`
const call = (line: number, column: number) =>
  `jsxDEV(x, {}, void 0, false, {\n  fileName: "/App.tsx",\n  lineNumber: ${line},\n  columnNumber: ${column}\n})`
/** A module with the source's tags at lines 5, 6 and 7; `offset` lines are before what was compiled. */
const module = (offset: number) => [call(5 + offset, 5), call(6 + offset, 7), call(7 + offset, 7)].join('\n')

/** Each line of a call comes from the place of its tag. */
const map = parseMap(
  JSON.stringify({
    version: 3,
    sources: ['App.tsx'],
    sourcesContent: [source],
    names: [],
    mappings: ['AAII', 'AACE', 'AACA'].flatMap(first => [first, 'AAAA', 'AAAA', 'AAAA', 'AAAA']).join(';')
  })
)
if (!map) throw new Error('no map')

describe('lines that compilers have counted', () => {
  it('are right where tags stand there', () => expect(linesTooMany(module(0), map, source)).toBe(0))
  it('are too many where a plugin has put lines before', () => {
    expect(linesTooMany(module(19), map, source)).toBe(19)
    // Some of them may stand at another tag all the same.
    expect(linesTooMany(module(1), map, source)).toBe(1)
  })
  it('are left as they are where nothing shows how they are wrong', () => {
    const other = parseMap(JSON.stringify({ version: 3, sources: ['App.tsx'], sourcesContent: [source], names: [], mappings: 'AAAA' }))
    if (!other) throw new Error('no map')
    expect(linesTooMany(module(19), other, source)).toBe(0)
    expect(linesTooMany('no places', map, source)).toBe(0)
  })
})
