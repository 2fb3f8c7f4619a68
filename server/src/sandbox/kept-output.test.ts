import { describe, expect, test } from 'vitest'
import { keepOutput } from './kept-output.ts'

describe('keepOutput', () => {
  test('keeps everything up to the limit', () => {
    const output = keepOutput(10)
    for (const part of ['01', '234', '56789']) output.add(part)
    expect(output.text()).toBe('0123456789')
    expect(output.omittedCharacters()).toBe(0)
  })

  test.each([1, 3, 7, 1000])('keeps head and tail of more, given in pieces of %i', size => {
    const text = Array.from({ length: 1_000 }, (_, index) => String.fromCharCode(97 + (index % 26))).join('')
    const output = keepOutput(10)
    for (let at = 0; at < text.length; at += size) output.add(text.slice(at, at + size))
    expect(output.text()).toBe(`abcde\n… 990 characters left out …\n${text.slice(-5)}`)
    expect(output.omittedCharacters()).toBe(990)
  })

  test('holds no more than a few times its limit', () => {
    const output = keepOutput(1_000)
    for (let index = 0; index < 10_000; index += 1) output.add('x'.repeat(100))
    expect(output.text().length).toBeLessThan(1_100)
  })
})
