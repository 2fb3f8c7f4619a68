import { expect, it } from 'vitest'
import { changeMarks, markFromWay, pathOfMark } from './marks.ts'

const box = { kind: 'box', color: '#e5243b', box: { x: 1, y: 2, width: 3, height: 4 } } as const
const text = { kind: 'text', color: '#e5243b', at: { x: 1, y: 2 }, text: 'too wide' } as const

it('undoes and redoes, and a new mark ends what could be redone', () => {
  let history = changeMarks({ marks: [], undone: [] }, { kind: 'add', mark: box })
  history = changeMarks(history, { kind: 'add', mark: text })
  history = changeMarks(history, { kind: 'undo' })
  expect(history).toEqual({ marks: [box], undone: [text] })
  expect(changeMarks(history, { kind: 'redo' }).marks).toEqual([box, text])
  expect(changeMarks(history, { kind: 'add', mark: box }).undone).toEqual([])
})

it('brings back in order what was cleared', () => {
  const cleared = changeMarks({ marks: [box, text], undone: [] }, { kind: 'clear' })
  const again = changeMarks(changeMarks(cleared, { kind: 'redo' }), { kind: 'redo' })
  expect(again.marks).toEqual([box, text])
})

it('undoing nothing does nothing', () => {
  expect(changeMarks({ marks: [], undone: [] }, { kind: 'undo' })).toEqual({ marks: [], undone: [] })
})

it('makes marks of ways, whichever way they were drawn', () => {
  const way = [
    { x: 10, y: 20 },
    { x: 4, y: 5 }
  ]
  expect(markFromWay('box', '#e5243b', way)).toMatchObject({ box: { x: 4, y: 5, width: 6, height: 15 } })
  expect(markFromWay('arrow', '#e5243b', way)).toMatchObject({ from: { x: 10, y: 20 }, to: { x: 4, y: 5 } })
  expect(markFromWay('arrow', '#e5243b', [{ x: 1, y: 1 }])).toBeNull()
  expect(markFromWay('pen', '#e5243b', [])).toBeNull()
})

it('keeps beginning and end of a long line', () => {
  const way = Array.from({ length: 5_000 }, (_, x) => ({ x, y: 0 }))
  const mark = markFromWay('pen', '#e5243b', way)
  const points = mark?.kind === 'pen' ? mark.points : []
  expect(points.length).toBeLessThanOrEqual(300)
  expect([points[0], points.at(-1)?.x]).toEqual([{ x: 0, y: 0 }, 4_999])
})

it('writes paths that SVG reads', () => {
  expect(pathOfMark(box)).toBe('M1 2h3v4h-3z')
  expect(pathOfMark(text)).toBe('')
})
