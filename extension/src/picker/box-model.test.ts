import { expect, it } from 'vitest'
import { boxWithMargins, describeBoxModel, writeSides } from './box-model.ts'

it.each([
  [[0, 0, 0, 0], '0'],
  [[8, 16, 8, 16], '8 16'],
  [[8, 8, 8, 8], '8'],
  [[1, 2, 3, 4], '1 2 3 4'],
  [[8, 16, 4, 16], '8 16 4'],
  [[8, 16, 8, 4], '8 16 8 4'],
  [[-4.333, 0, -4.333, 0], '-4.33 0']
] as const)('writes %j as CSS does', (sides, words) => expect(writeSides(sides)).toBe(words))

it('covers the margins and their figures', () => {
  const box = { x: 100, y: 100, width: 50, height: 20 }
  const none = { border: [0, 0, 0, 0], padding: [0, 0, 0, 0] } as const
  expect(boxWithMargins(box, { margin: [24, 8, 0, 2], ...none })).toEqual({ x: 100, y: 76, width: 64, height: 44 })
  expect(boxWithMargins(box, { margin: [0, 0, 0, 0], ...none })).toEqual(box)
})

it('counts the content without border and padding', () => {
  const model = { margin: [10, 0, 10, 0], border: [1, 1, 1, 1], padding: [4, 8, 4, 8] } as const
  expect(describeBoxModel(model, 120, 40)).toBe('margin 10 0 · border 1 · padding 4 8 · content 102 × 30')
})
