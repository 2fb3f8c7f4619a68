import { expect, it } from 'vitest'
import { encodeTerminalBytes, encodeTerminalControl, TerminalFrames } from './terminal-frames.ts'

const start = { kind: 'start', columns: 80, rows: 24 } as const
const bytes = new TextEncoder().encode('ls\r')
const stream = new Uint8Array([...encodeTerminalControl(start), ...encodeTerminalBytes(bytes), ...encodeTerminalBytes(new Uint8Array(0))])

it.each([1, 3, 5, 7, stream.length])('is understood in pieces of %i bytes', size => {
  const frames = new TerminalFrames()
  const read = Array.from({ length: Math.ceil(stream.length / size) }, (_, piece) =>
    frames.read(stream.subarray(piece * size, (piece + 1) * size))
  ).flat()
  expect(read).toEqual([
    { kind: 'control', control: start },
    { kind: 'bytes', bytes },
    { kind: 'bytes', bytes: new Uint8Array(0) }
  ])
})

it.each([
  ['longer than anything that is sent', [0, 0xff, 0xff, 0xff, 0xff]],
  ['of another kind', [7, 0, 0, 0, 0]],
  ['no JSON', [1, 0, 0, 0, 1, 0x7b]],
  ['nothing that is said', [1, 0, 0, 0, 2, 0x7b, 0x7d]]
])('refuses what is %s', (_, wrong) => {
  expect(() => new TerminalFrames().read(new Uint8Array(wrong))).toThrow()
})
