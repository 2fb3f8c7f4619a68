import { expect, it } from 'vitest'
import { formatMoney } from './format-money.ts'

it.each([
  [0, '$0'],
  [2_400, '$24'],
  [650, '$6.50'],
  [123_456, '$1,234.56']
])('writes %i cents as %s', (cents, text) => {
  expect(formatMoney(cents)).toBe(text)
})
