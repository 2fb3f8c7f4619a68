import { FixpointError } from '@fixpoint/protocol'
import { expect, test } from 'vitest'
import { applyEdits } from './apply-edits.ts'

function edit(oldText: string, newText: string, all = false) {
  return { oldText, newText, all }
}

function refusalOf(text: string, oldText: string): FixpointError {
  try {
    applyEdits(text, [edit(oldText, 'x')], 'a.ts')
  } catch (error) {
    if (error instanceof FixpointError) return error
    throw error
  }
  throw new Error('the edit was made')
}

test('replaces the only place', () => {
  expect(applyEdits('one\ntwo\nthree\n', [edit('two', '2')], 'a.ts')).toBe('one\n2\nthree\n')
})

test('makes each edit on the result of the one before', () => {
  expect(applyEdits('a\n', [edit('a', 'b'), edit('b', 'c')], 'a.ts')).toBe('c\n')
})

test('replaces all places where that is asked for', () => {
  expect(applyEdits('a a a', [edit('a', 'aa', true)], 'a.ts')).toBe('aa aa aa')
})

test('takes the new text literally', () => {
  expect(applyEdits('price', [edit('price', "$& $1 $' $$")], 'a.ts')).toBe("$& $1 $' $$")
})

test('finds text over line ends of Windows and writes such line ends', () => {
  expect(applyEdits('one\r\ntwo\r\nthree\r\n', [edit('one\ntwo', 'a\nb\nc')], 'a.ts')).toBe('a\r\nb\r\nc\r\nthree\r\n')
})

test('leaves the other line ends of a mixed file as they are', () => {
  const mixed = 'a\r\nb\nc\r\nd\ne\r\n'
  expect(applyEdits(mixed, [edit('d\ne', 'D\nE')], 'a.ts')).toBe('a\r\nb\nc\r\nD\r\nE\r\n')
  expect(applyEdits(mixed, [edit('b\n', '')], 'a.ts')).toBe('a\r\nc\r\nd\ne\r\n')
})

test('a lone carriage return is no line end', () => {
  expect(applyEdits('a\rb\n', [edit('b', 'c')], 'a.ts')).toBe('a\rc\n')
})

test('names the places of an ambiguous text', () => {
  const error = refusalOf('x\n\nx\nyx\n', 'x')
  expect(error.code).toBe('edit_ambiguous')
  expect(error.message).toContain('3 times: lines 1, 3, 4')
  expect(error.field).toBe('edits.0.oldText')
})

test('names at most ten places', () => {
  expect(refusalOf('x\n'.repeat(50), 'x').message).toContain('50 times: lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 …')
})

test('shows the place that differs in white space only', () => {
  const error = refusalOf('function a() {\n\treturn 1\n}\n', '    return 1')
  expect(error.code).toBe('edit_no_match')
  expect(error.message).toContain('Line 2 differs from it only in white space:\n\treturn 1')
})

test('shows the most similar line', () => {
  expect(refusalOf('const one = 1\nconst priceLabel = format(price)\n', 'const priceTag = format(price)').message).toContain(
    'The most similar line is 2:\nconst priceLabel = format(price)'
  )
})

test('shows nothing where nothing is similar', () => {
  expect(refusalOf('aaaa\nbbbb\n', 'entirely different').message).toBe('The text to replace is not in "a.ts".')
})

test('a large file without a match is answered within a second', () => {
  const lines = Array.from({ length: 100_000 }, (_, index) => `const value${index} = compute(${index}, "${'x'.repeat(30)}")`).join('\n')
  const startedAt = performance.now()
  expect(refusalOf(lines, 'const valueX = compute(17, "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy")').code).toBe('edit_no_match')
  expect(performance.now() - startedAt).toBeLessThan(15_000)
})
