import { once } from 'node:events'
import { duplexPair } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { stdioStream } from './stdio-stream.ts'

function frame(stream: 1 | 2, text: string): Buffer {
  const payload = Buffer.from(text)
  const header = Buffer.alloc(8)
  header[0] = stream
  header.writeUInt32BE(payload.length, 4)
  return Buffer.concat([header, payload])
}

describe('stdioStream', () => {
  test.each([1, 2, 3, 5, 8, 9, 13, 1000])('parts output and errors, however the bytes arrive (%i at a time)', async size => {
    const [near, far] = duplexPair()
    let errors = ''
    const { duplex } = stdioStream(near, chunk => {
      errors += chunk.toString()
    })
    let output = ''
    duplex.on('data', chunk => {
      output += chunk.toString()
    })
    const bytes = Buffer.concat([frame(1, 'one '), frame(2, 'oops'), frame(1, ''), frame(1, 'two '), frame(1, 'x'.repeat(300))])
    for (let at = 0; at < bytes.length; at += size) far.write(bytes.subarray(at, at + size))
    far.end()
    await once(duplex, 'end')
    expect(output).toBe(`one two ${'x'.repeat(300)}`)
    expect(errors).toBe('oops')
  })

  test('sends what is written as it is, and the end', async () => {
    const [near, far] = duplexPair()
    const { duplex } = stdioStream(near, () => expect.unreachable())
    let received = ''
    far.on('data', chunk => {
      received += chunk.toString()
    })
    duplex.write('hello ')
    duplex.write('world')
    duplex.end()
    await once(far, 'end')
    expect(received).toBe('hello world')
  })

  test('holds the sender back when nobody reads', async () => {
    const [near, far] = duplexPair()
    stdioStream(near, () => undefined)
    let isHeldBack = false
    for (let written = 0; written < 100 && !isHeldBack; written += 1) {
      isHeldBack = !far.write(frame(1, 'x'.repeat(100_000)))
      await new Promise(resolve => setImmediate(resolve))
    }
    expect(isHeldBack).toBe(true)
  })
})
