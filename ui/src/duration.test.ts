import { expect, test } from 'vitest'
import { formatAgo, formatDuration, formatElapsed } from './duration.ts'

test.each([
  [0, '0 ms'],
  [12.4, '12 ms'],
  [99, '99 ms'],
  [430, '0.4 s'],
  [949, '0.9 s'],
  [1_000, '1 s'],
  [4_210, '4.2 s'],
  [9_960, '10 s'],
  [59_400, '59 s'],
  [59_600, '1 min'],
  [125_000, '2 min 5 s'],
  [3_600_000, '1 h 0 min'],
  [-5, '0 ms']
])('%d ms is “%s”', (milliseconds, words) => {
  expect(formatDuration(milliseconds)).toBe(words)
})

test('a running time keeps its form', () => {
  expect([0, 999, 7_000, 61_000, 3_661_000, -50].map(formatElapsed)).toEqual(['0:00', '0:00', '0:07', '1:01', '61:01', '0:00'])
})

test('how long ago something was', () => {
  const now = Date.parse('2026-03-04T12:00:00Z')
  const minutes = (count: number) => now - count * 60_000
  expect([0, 1, 59, 60, 23 * 60, 24 * 60, 6 * 24 * 60].map(count => formatAgo(minutes(count), now))).toEqual([
    'now',
    '1 min',
    '59 min',
    '1 h',
    '23 h',
    '1 d',
    '6 d'
  ])
  expect(formatAgo(minutes(8 * 24 * 60), now)).toMatch(/24|Feb/)
})
