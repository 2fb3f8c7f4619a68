import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { socketPair } from './socket-pair.ts'
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
    const [near, far] = await socketPair()
    let errors = ''
    const { socket } = await stdioStream(near, chunk => {
      errors += chunk.toString()
    })
    let output = ''
    socket.on('data', chunk => {
      output += chunk.toString()
    })
    const bytes = Buffer.concat([frame(1, 'one '), frame(2, 'oops'), frame(1, ''), frame(1, 'two '), frame(1, 'x'.repeat(300))])
    for (let at = 0; at < bytes.length; at += size) far.write(bytes.subarray(at, at + size))
    far.end()
    await once(socket, 'end')
    expect(output).toBe(`one two ${'x'.repeat(300)}`)
    expect(errors).toBe('oops')
  })

  test('sends what is written as it is, and the end', async () => {
    const [near, far] = await socketPair()
    const { socket } = await stdioStream(near, () => expect.unreachable())
    let received = ''
    far.on('data', chunk => {
      received += chunk.toString()
    })
    socket.write('hello ')
    socket.write('world')
    socket.end()
    await once(far, 'end')
    expect(received).toBe('hello world')
  })

  test('holds the sender back when nobody reads', async () => {
    const [near, far] = await socketPair()
    await stdioStream(near, () => undefined)
    let isHeldBack = false
    for (let written = 0; written < 100 && !isHeldBack; written += 1) {
      isHeldBack = !far.write(frame(1, 'x'.repeat(100_000)))
      await new Promise(resolve => setImmediate(resolve))
    }
    expect(isHeldBack).toBe(true)
  })
})
