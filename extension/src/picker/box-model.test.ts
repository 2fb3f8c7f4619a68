import { expect, it } from 'vitest'
import { boxWithFigures, describeBoxModel, writeSides } from './box-model.ts'

it.each([
  [[0, 0, 0, 0], '0'],
  [[8, 16, 8, 16], '8 16'],
  [[8, 8, 8, 8], '8'],
  [[1, 2, 3, 4], '1 2 3 4'],
  [[8, 16, 4, 16], '8 16 4'],
  [[8, 16, 8, 4], '8 16 8 4'],
  [[-4.333, 0, -4.333, 0], '-4.33 0']
] as const)('writes %j as CSS does', (sides, words) => expect(writeSides(sides)).toBe(words))

it('has room for the figures that stand above and below an element', () => {
  const box = { x: 100, y: 100, width: 50, height: 20 }
  const shape = { center: { x: 125, y: 110 }, width: 50, height: 20, linear: [1, 0, 0, 1] as const, box }
  const none = { border: [0, 0, 0, 0], padding: [0, 0, 0, 0] } as const
  expect(boxWithFigures(shape, { margin: [24, 8, 2, 2], ...none })).toEqual({ ...box, y: 86, height: 34 })
  expect(boxWithFigures({ ...shape, linear: [2, 0, 0, 2] }, { margin: [0, 0, 8, 0], ...none })).toEqual({ ...box, height: 48 })
  expect(boxWithFigures({ ...shape, height: 12 }, { margin: [24, 0, 24, 0], ...none })).toEqual(box)
})

it('counts the content without border and padding', () => {
  const model = { margin: [10, 0, 10, 0], border: [1, 1, 1, 1], padding: [4, 8, 4, 8] } as const
  expect(describeBoxModel(model, 120, 40)).toBe('margin 10 0 · border 1 · padding 4 8 · content 102 × 30')
})
