import { expect, test } from 'vitest'
import { KeptOutput, type OutputStream } from './kept-output.ts'

function keeper(maxBytes: number) {
  const texts: { stream: OutputStream; text: string }[] = []
  const output = new KeptOutput(maxBytes, (stream, text) => texts.push({ stream, text }))
  return { output, texts, all: () => texts.map(({ text }) => text).join('') }
}

test('passes on everything that fits, in its order', () => {
  const { output, texts } = keeper(1_000)
  output.add('stdout', Buffer.from('one\n'))
  output.add('stderr', Buffer.from('two\n'))
  output.add('stdout', Buffer.from('three\n'))
  expect(output.end()).toBe(0)
  expect(texts).toEqual([
    { stream: 'stdout', text: 'one\n' },
    { stream: 'stderr', text: 'two\n' },
    { stream: 'stdout', text: 'three\n' }
  ])
})

test('passes on the first half while it comes', () => {
  const { output, all } = keeper(10)
  output.add('stdout', Buffer.from('1234567'))
  expect(all()).toBe('12345')
  output.end()
  expect(all()).toBe('1234567')
})

test('keeps the beginning and the end and says how much is missing', () => {
  const { output, all } = keeper(20)
  for (let index = 0; index < 100; index += 1) output.add('stdout', Buffer.from(`${String(index).padStart(2, '0')}\n`))
  expect(output.end()).toBe(280)
  expect(all()).toBe('00\n01\n02\n0\n[… 280 bytes left out …]\n\n97\n98\n99\n')
})

test('does not split a character where it cuts', () => {
  for (let maxBytes = 16; maxBytes < 24; maxBytes += 1) {
    const { output, all } = keeper(maxBytes)
    output.add('stdout', Buffer.from('€'.repeat(100)))
    output.end()
    // The beginning may end with one; the end begins with a whole character.
    expect(all()).toMatch(/^€+\ufffd?\n\[… \d+ bytes left out …\]\n€+$/)
  }
})

test('an output of a gigabyte takes the memory of what is kept', () => {
  const { output, all } = keeper(200_000)
  const chunk = Buffer.alloc(65_536, 'x')
  const before = process.memoryUsage().rss
  for (let index = 0; index < 16_384; index += 1) output.add(index % 2 === 0 ? 'stdout' : 'stderr', Buffer.from(chunk))
  expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000)
  expect(output.end()).toBe(16_384 * 65_536 - 200_000)
  expect(all().length).toBeLessThan(201_000)
})

test('an output that comes byte by byte on both streams is cut by its pieces', () => {
  const { output } = keeper(1_000_000)
  output.add('stdout', Buffer.alloc(500_000, 'x'))
  // Far less than what may be kept, but each byte takes an entry of its own.
  for (let index = 0; index < 100_000; index += 1) output.add(index % 2 === 0 ? 'stdout' : 'stderr', Buffer.from('x'))
  expect(output.end()).toBe(90_000)
})
