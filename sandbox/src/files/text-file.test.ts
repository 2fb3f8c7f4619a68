import { expect, test } from 'vitest'
import { decodeText, encodeText, hasWindowsLineEnds, isBinary, linesOf } from './text-file.ts'

test.each([
  ['plain', Buffer.from('häuser\n'), { text: 'häuser\n', hasByteOrderMark: false, hasInvalidUtf8: false }],
  ['with a byte order mark', Buffer.from('\ufeffa'), { text: 'a', hasByteOrderMark: true, hasInvalidUtf8: false }],
  ['with U+FFFD in it', Buffer.from('a\ufffdb'), { text: 'a\ufffdb', hasByteOrderMark: false, hasInvalidUtf8: false }],
  ['that is Latin-1', Buffer.from([0x68, 0xe4, 0x75]), { text: 'h\ufffdu', hasByteOrderMark: false, hasInvalidUtf8: true }],
  ['that ends within a character', Buffer.from([0x61, 0xe2, 0x82]), { text: 'a\ufffd', hasByteOrderMark: false, hasInvalidUtf8: true }]
])('decodes a text %s', (_, bytes, expected) => {
  expect(decodeText(bytes)).toEqual(expected)
})

test('what was decoded is encoded to the same bytes', () => {
  const bytes = Buffer.from('\ufeffa\r\nü\n')
  const { text, hasByteOrderMark } = decodeText(bytes)
  expect(encodeText(text, hasByteOrderMark)).toEqual(bytes)
})

test('UTF-16 counts as binary', () => {
  expect(isBinary(Buffer.from('a', 'utf16le'))).toBe(true)
  expect(isBinary(Buffer.from('a\u0001'))).toBe(false)
})

test('the larger part of the line ends counts', () => {
  expect(hasWindowsLineEnds('a\r\nb\r\nc\n')).toBe(true)
  expect(hasWindowsLineEnds('a\r\nb\nc\n')).toBe(false)
  expect(hasWindowsLineEnds('a')).toBe(false)
})

test('a line end at the end begins no line', () => {
  expect(linesOf('a\nb\n')).toEqual(['a', 'b'])
  expect(linesOf('a\n\n')).toEqual(['a', ''])
  expect(linesOf('')).toEqual([])
})
