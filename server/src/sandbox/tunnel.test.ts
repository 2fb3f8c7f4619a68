import { performServerHandshake, type ServerHttp2Stream } from 'node:http2'
import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { FixpointError } from '@fixpoint/protocol'
import { afterEach, describe, expect, test } from 'vitest'
import { socketPair } from './socket-pair.ts'
import { openTunnel, type Tunnel } from './tunnel.ts'

type Handler = (stream: ServerHttp2Stream, path: string) => void

const tunnels: Tunnel[] = []
afterEach(() => {
  for (const tunnel of tunnels.splice(0)) tunnel.close()
})

/** A tunnel to a sandboxd that answers as the test says. */
async function tunnelTo(handler: Handler, { silenceTimeoutMs = 60_000, lastHeard = () => 0 } = {}) {
  const [near, far] = await socketPair()
  const session = performServerHandshake(far)
  session.on('error', () => undefined)
  session.on('stream', (stream, headers) => {
    stream.on('error', () => undefined)
    handler(stream, headers[':path'] ?? '')
  })
  const tunnel = openTunnel(near, { silenceTimeoutMs, lastHeard })
  tunnels.push(tunnel)
  return { tunnel, near, far, session }
}

const options = { timeoutMs: 5_000 }

async function textOf(stream: Readable): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += chunk
  return text
}

describe('a tunnel', () => {
  test('that ends in the tick in which it opens takes nothing with it', async () => {
    const uncaught: unknown[] = []
    const hear = (error: unknown) => uncaught.push(error)
    process.on('uncaughtException', hear)
    try {
      const [near] = await socketPair()
      const tunnel = openTunnel(near, { silenceTimeoutMs: 60_000, lastHeard: () => 0 })
      // Node has opened the session and not yet said so.
      process.nextTick(() => tunnel.close())
      await tunnel.ended
      await expect(tunnel.fetch('GET', '/', undefined, options)).rejects.toMatchObject({ code: 'sandbox_lost' })
      await delay(20)
    } finally {
      process.off('uncaughtException', hear)
    }
    expect(uncaught).toEqual([])
  })

  test('carries JSON there and back', async () => {
    const { tunnel } = await tunnelTo(async (stream, path) => {
      const body = await textOf(stream)
      stream.respond({ ':status': 200 })
      stream.end(JSON.stringify({ path, body: JSON.parse(body) }))
    })
    expect(JSON.parse((await tunnel.fetch('POST', '/v1/x', { a: 1 }, options)).toString())).toEqual({ path: '/v1/x', body: { a: 1 } })
  })

  test('gets an answer that comes in one piece with its end', async () => {
    const { tunnel } = await tunnelTo(stream => {
      stream.respond({ ':status': 200 })
      stream.end('whole')
    })
    for (let call = 0; call < 50; call += 1) expect((await tunnel.fetch('POST', '/', {}, options)).toString()).toBe('whole')
  })

  test('carries many calls at once', async () => {
    const { tunnel } = await tunnelTo(async (stream, path) => {
      await delay(Math.random() * 20)
      stream.respond({ ':status': 200 })
      stream.end(path)
    })
    const answers = await Promise.all(Array.from({ length: 300 }, (_, index) => tunnel.fetch('GET', `/${index}`, undefined, options)))
    expect(answers.map(String)).toEqual(Array.from({ length: 300 }, (_, index) => `/${index}`))
  })

  test('turns a problem into its error', async () => {
    const problem = new FixpointError('file_not_found', 'There is no file a.txt.', { field: 'path' }).toProblem('req_1')
    const { tunnel } = await tunnelTo(stream => {
      stream.respond({ ':status': problem.status })
      stream.end(JSON.stringify(problem))
    })
    await expect(tunnel.fetch('POST', '/', {}, options)).rejects.toMatchObject({
      code: 'file_not_found',
      message: 'There is no file a.txt.',
      field: 'path'
    })
  })

  test('does not pass on an answer that is none', async () => {
    const { tunnel } = await tunnelTo(stream => {
      stream.respond({ ':status': 500 })
      stream.end('<html>')
    })
    await expect(tunnel.fetch('POST', '/', {}, options)).rejects.toMatchObject({ code: 'outcome_unknown' })
  })

  test('has no stream where there is nothing', async () => {
    const { tunnel } = await tunnelTo(stream => stream.respond({ ':status': 204 }, { endStream: true }))
    expect(await tunnel.open('POST', '/', {}, options)).toBeUndefined()
  })

  test('sends a stream, and hears a refusal that comes before its end', async () => {
    const { tunnel } = await tunnelTo(async (stream, path) => {
      if (path === '/refuse') {
        stream.respond({ ':status': 413 })
        stream.end(JSON.stringify(new FixpointError('payload_too_large', 'Too much.').toProblem('r')))
        return
      }
      const body = await textOf(stream)
      stream.respond({ ':status': 200 })
      stream.end(String(body.length))
    })
    const big = () => Readable.from(Array.from({ length: 200 }, () => Buffer.alloc(10_000)))
    expect((await tunnel.fetch('POST', '/', big(), options)).toString()).toBe('2000000')
    await expect(tunnel.fetch('POST', '/refuse', big(), options)).rejects.toMatchObject({ code: 'payload_too_large' })
  })

  test('fails a call whose body fails', async () => {
    const { tunnel } = await tunnelTo(() => undefined)
    const body = new Readable({ read: () => undefined })
    const call = tunnel.fetch('POST', '/', body, options)
    body.destroy(new Error('git ended with status 128'))
    await expect(call).rejects.toThrow('git ended with status 128')
  })

  test('resets the stream when the caller gives up', async () => {
    const closed = Promise.withResolvers<number>()
    const { tunnel } = await tunnelTo(stream => stream.once('close', () => closed.resolve(stream.rstCode)))
    const abort = new AbortController()
    const call = tunnel.fetch('POST', '/', {}, { ...options, signal: abort.signal })
    await delay(20)
    abort.abort(new Error('stopped'))
    await expect(call).rejects.toThrow('stopped')
    expect(await closed.promise).toBe(8)
  })

  test('ends a stream that is being read when the caller gives up', async () => {
    const { tunnel } = await tunnelTo(stream => {
      stream.respond({ ':status': 200 })
      stream.write('a beginning')
    })
    const abort = new AbortController()
    const body = await tunnel.open('POST', '/', {}, { ...options, signal: abort.signal })
    abort.abort(new Error('stopped'))
    await expect(textOf(body ?? expect.unreachable())).rejects.toThrow('stopped')
  })

  test('does not wait for ever', async () => {
    const { tunnel } = await tunnelTo(() => undefined)
    await expect(tunnel.fetch('POST', '/v1/look', {}, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'outcome_unknown' })
  })

  test('loses every call when the connection ends, and says so', async () => {
    const { tunnel, far } = await tunnelTo((stream, path) => {
      if (path === '/stream') {
        stream.respond({ ':status': 200 })
        stream.write('a beginning')
      }
    })
    const body = (await tunnel.open('GET', '/stream', undefined, options)) ?? expect.unreachable()
    const reading = textOf(body)
    const waiting = tunnel.fetch('POST', '/', {}, options)
    far.destroy()
    await expect(reading).rejects.toMatchObject({ code: 'sandbox_lost' })
    await expect(waiting).rejects.toMatchObject({ code: 'sandbox_lost' })
    await expect(tunnel.ended).resolves.toMatch(/closed|ended|broke/)
    await expect(tunnel.fetch('POST', '/', {}, options)).rejects.toMatchObject({ code: 'sandbox_lost' })
  })

  test('notices silence', async () => {
    // Bytes that nobody answers: a frozen container.
    const [near] = await socketPair()
    const tunnel = openTunnel(near, { silenceTimeoutMs: 500, lastHeard: () => 0 })
    await expect(tunnel.fetch('POST', '/', {}, options)).rejects.toMatchObject({ code: 'sandbox_lost' })
    await expect(tunnel.ended).resolves.toMatch(/not answered/)
  })

  test('does not take its own standing still for silence', async () => {
    const { tunnel } = await tunnelTo(
      stream => {
        stream.respond({ ':status': 200 })
        stream.end('here')
      },
      { silenceTimeoutMs: 400 }
    )
    await delay(150)
    // The machine sleeps, or other work takes the processor away.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000)
    await delay(600)
    expect((await tunnel.fetch('GET', '/', undefined, options)).toString()).toBe('here')
  })

  test('is not lost while the other side is alive, however long nothing is asked', async () => {
    const { tunnel } = await tunnelTo(
      stream => {
        stream.respond({ ':status': 200 })
        stream.end('here')
      },
      { silenceTimeoutMs: 1_000 }
    )
    await delay(2_500)
    expect((await tunnel.fetch('GET', '/', undefined, options)).toString()).toBe('here')
  }, 10_000)
})
