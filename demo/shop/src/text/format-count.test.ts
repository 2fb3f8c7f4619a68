import { expect, it } from 'vitest'
import { formatCount } from './format-count.ts'

it.each([
  [0, 'item', '0 items'],
  [12, 'review', '12 reviews'],
  [1_200, 'review', '1,200 reviews']
])('writes %i of "%s" as %s', (count, noun, text) => {
  expect(formatCount(count, noun)).toBe(text)
})
