import { expect, test } from 'vitest'
import { lineChanges } from './line-changes.ts'

test('counts lines and writes a unified diff', () => {
  const { added, removed, patch } = lineChanges('src/a.ts', 'a\nb\nc\n', 'a\nB\nc\nd\n')
  expect({ added, removed }).toEqual({ added: 2, removed: 1 })
  expect(patch).toBe('--- a/src/a.ts\n+++ b/src/a.ts\n@@ -1,3 +1,4 @@\n a\n-b\n+B\n c\n+d\n')
})

test('a difference in line ends alone is none', () => {
  expect(lineChanges('a', 'a\r\nb\r\n', 'a\nb\n')).toEqual({ added: 0, removed: 0, patch: '' })
})

test('a missing line end at the end of the file is told', () => {
  expect(lineChanges('a', 'a', 'a\n').patch).toContain('\\ No newline at end of file')
})

test('cuts a long diff and says so', () => {
  const { patch, added } = lineChanges('a', '', 'line\n'.repeat(10_000))
  expect(added).toBe(10_000)
  expect(patch.length).toBeLessThan(20_100)
  expect(patch).toMatch(/… \(\d+ more characters\)$/)
})

test('texts without anything in common are compared in bounded time', () => {
  const text = (letter: string) => Array.from({ length: 30_000 }, (_, index) => `${letter}${index}`).join('\n')
  const startedAt = performance.now()
  const { added, removed } = lineChanges('a', text('a'), text('b'))
  expect({ added, removed }).toEqual({ added: 30_000, removed: 30_000 })
  expect(performance.now() - startedAt).toBeLessThan(15_000)
})
