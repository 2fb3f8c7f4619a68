import { PassThrough, Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { sandboxCalls } from './sandbox-calls.ts'
import type { Tunnel } from './tunnel.ts'

/** A sandboxd that answers with the given bytes, in pieces of the given size. */
function answering(text: string, size = 7): Tunnel {
  const bytes = Buffer.from(text)
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size))
  return {
    fetch: async () => bytes,
    open: async () => Readable.from(pieces, { objectMode: false }),
    connect: async () => new PassThrough(),
    ended: new Promise(() => undefined),
    close: () => undefined
  }
}

const frames = (values: unknown[]) => values.map(value => `${JSON.stringify(value)}\n`).join('')
const exit = {
  kind: 'exit',
  exitCode: 0,
  signal: null,
  timedOut: false,
  outOfMemory: false,
  outOfDisk: false,
  omittedBytes: 0,
  durationMs: 5
}
const command = { command: 'true', timeoutMs: 1_000 }

describe('exec', () => {
  test('tells what comes and keeps it', async () => {
    const heard: string[] = []
    const text = frames([
      { kind: 'output', stream: 'stdout', text: 'grüße 😀\n' },
      { kind: 'output', stream: 'stderr', text: 'oh' },
      { kind: 'output', stream: 'stdout', text: 'end' },
      { ...exit, exitCode: 3 }
    ])
    const result = await sandboxCalls(answering(text)).exec(command, { onOutput: (stream, part) => heard.push(`${stream}:${part}`) })
    expect(result).toEqual({
      exitCode: 3,
      signal: null,
      timedOut: false,
      outOfMemory: false,
      outOfDisk: false,
      omittedBytes: 0,
      durationMs: 5,
      stdout: 'grüße 😀\nend',
      stderr: 'oh'
    })
    expect(heard).toEqual(['stdout:grüße 😀\n', 'stderr:oh', 'stdout:end'])
  })

  test('keeps no more than was asked for, whatever the sandbox sends', async () => {
    const text = frames([...Array.from({ length: 500 }, () => ({ kind: 'output', stream: 'stdout', text: 'x'.repeat(1_000) })), exit])
    const { stdout } = await sandboxCalls(answering(text, 65_536)).exec({ ...command, maxOutputBytes: 2_000 })
    expect(stdout.length).toBeLessThan(2_100)
  })

  test.each([
    ['no end', frames([{ kind: 'output', stream: 'stdout', text: 'x' }])],
    ['no JSON', 'hello\n'],
    ['another form', frames([{ kind: 'exit', exitCode: 'zero' }])],
    ['a line without an end', 'x'.repeat(5_000_000)]
  ])('does not take %s for an answer', async (_what, text) => {
    await expect(sandboxCalls(answering(text, 65_536)).exec(command)).rejects.toMatchObject({ code: 'outcome_unknown' })
  })
})

describe('request', () => {
  test('gives back what the protocol says', async () => {
    const status = { state: 'stopped', exitCode: null, output: '' }
    expect(await sandboxCalls(answering(JSON.stringify({ ...status, more: 1 }))).request('dev-server/status', {})).toEqual(status)
  })

  test('does not pass on what the protocol does not know', async () => {
    await expect(sandboxCalls(answering('{"state":"flying"}')).request('dev-server/status', {})).rejects.toMatchObject({
      code: 'outcome_unknown'
    })
  })

  test('does not send what the protocol does not allow', async () => {
    const never: Tunnel = { ...answering(''), fetch: () => expect.unreachable() }
    await expect(sandboxCalls(never).request('files/read', { path: '' })).rejects.toThrow()
  })
})
