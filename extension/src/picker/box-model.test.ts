import { expect, it } from 'vitest'
import { describeBoxModel, writeSides } from './box-model.ts'

it.each([
  [[0, 0, 0, 0], '0'],
  [[8, 16, 8, 16], '8 16'],
  [[8, 8, 8, 8], '8'],
  [[1, 2, 3, 4], '1 2 3 4'],
  [[8, 16, 4, 16], '8 16 4'],
  [[8, 16, 8, 4], '8 16 8 4'],
  [[-4.333, 0, -4.333, 0], '-4.33 0']
] as const)('writes %j as CSS does', (sides, words) => expect(writeSides(sides)).toBe(words))

it('counts the content without border and padding', () => {
  const model = { margin: [10, 0, 10, 0], border: [1, 1, 1, 1], padding: [4, 8, 4, 8] } as const
  expect(describeBoxModel(model, 120, 40)).toBe('margin 10 0 · border 1 · padding 4 8 · content 102 × 30')
})
