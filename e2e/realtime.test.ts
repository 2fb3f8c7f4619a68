/** One log, however it is read: every event once and in order, over breaks, by those who may, at each reader's own pace. */
import { emptySession, PROTOCOL_VERSION, problemSchema, reduceSession, type SessionEvent, type TextDelta } from '@fixpoint/protocol'
import type { Socket } from 'socket.io-client'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  connected,
  followOver,
  frozenSocket,
  frozenStream,
  type LogSocket,
  openLooseSocket,
  openSocket,
  readStream
} from './src/log-readers.ts'
import { call, say, scriptOf } from './src/model-scripts.ts'
import { sendPlain } from './src/plain-http.ts'
import { createWorld, type World } from './src/world.ts'

let world: World
const sockets = new Set<{ disconnect(): unknown }>()

beforeAll(async () => {
  world = await createWorld({ config: { modelTimeouts: { silenceSeconds: 600 } } })
})
afterEach(() => {
  for (const socket of sockets) socket.disconnect()
  sockets.clear()
})
afterAll(() => world.remove())

type Options = Parameters<typeof openSocket>[1]

function open(options?: Options): LogSocket {
  const socket = openSocket(world.server, options)
  sockets.add(socket)
  return socket
}

function openLoose(): Socket {
  const socket = openLooseSocket(world.server)
  sockets.add(socket)
  return socket
}

const words = Array.from({ length: 150 }, (_, index) => `word${index}`).join(' ')
/** A turn of a few seconds with text, a tool call and more text. */
const longTurn = scriptOf([
  { ...call('bash', { command: 'for n in 1 2 3; do echo line $n; done' }, words), msPerWord: 10 },
  { parts: [{ text: words }], msPerWord: 10 }
])

const seqs = (events: readonly SessionEvent[]) => events.map(event => event.seq)
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

/** Waits until it holds. */
async function until(what: string, holds: () => boolean | Promise<boolean>, { everyMs = 20 } = {}): Promise<void> {
  const end = performance.now() + 60_000
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`this did not come about: ${what}`)
    await new Promise(resolve => setTimeout(resolve, everyMs))
  }
}

describe('the log of a turn', () => {
  it('is the same over Socket.IO, as server-sent events and page by page', async () => {
    world.setScript(longTurn)
    const { sessionId } = await world.server.client.call('createSession', { body: { projectId: 'tiny' } })
    const ending = new AbortController()
    const overSocket: SessionEvent[] = []
    const overStream: SessionEvent[] = []
    const deltas: TextDelta[] = []
    const socket = await connected(open())
    socket.on('delta', delta => deltas.push(delta))
    expect(await followOver(socket, { sessionId, after: 0 }, event => overSocket.push(event))).toMatchObject({
      head: 1,
      epoch: expect.any(String)
    })
    const stream = readStream(world.server, sessionId, { signal: ending.signal }, event => overStream.push(event)).catch(error => {
      if (!ending.signal.aborted) throw error
    })
    await world.server.client.call('createPrompt', { params: { sessionId }, body: { text: 'Say much' } })
    const state = await world.server.waitUntilQuiet(sessionId)
    await until('all have all', () => overSocket.length >= state.seq && overStream.length >= state.seq)
    ending.abort()
    await stream

    const pages: SessionEvent[] = []
    for (let head = Number.POSITIVE_INFINITY; pages.length < head; ) {
      const page = await world.server.client.call('listEvents', { params: { sessionId }, query: { after: pages.length, limit: 7 } })
      expect(page.events.length).toBeLessThanOrEqual(7)
      pages.push(...page.events)
      head = page.head
    }
    expect(seqs(pages)).toEqual(upTo(state.seq))
    expect(overSocket).toEqual(pages)
    expect(overStream).toEqual(pages)
    expect(pages.reduce(reduceSession, emptySession(sessionId))).toEqual(state)
    expect(state.turns[0]?.items.filter(item => item.kind === 'text').map(item => item.text.trim())).toEqual([words, words])

    // What came ahead of the log fits it.
    expect(deltas.length).toBeGreaterThan(20)
    for (const { stepId, offset, text } of deltas) {
      const whole = pages.flatMap(event => (event.type === 'step.text' && event.data.stepId === stepId ? [event.data.text] : [])).join('')
      expect(whole.slice(offset, offset + text.length)).toBe(text)
    }
  })

  it('loses and doubles nothing for readers that come and go all the time', async () => {
    world.setScript(longTurn)
    const { sessionId } = await world.server.client.call('createSession', { body: { projectId: 'tiny' } })
    let isOver = false
    let breaks = 0

    /** Reads a few events, breaks off, and begins again behind the last one that it has. */
    async function restless(
      read: (after: number, onEvent: (event: SessionEvent) => void, signal: AbortSignal) => Promise<void>
    ): Promise<SessionEvent[]> {
      const have: SessionEvent[] = []
      for (let round = 1; !isOver || have.length < state.seq; round++) {
        const ending = new AbortController()
        let left = 1 + (round % 5)
        const timer = setTimeout(() => ending.abort(), 300)
        const take = (event: SessionEvent) => {
          if (ending.signal.aborted) return
          have.push(event)
          if (--left === 0) ending.abort()
        }
        await read(have.at(-1)?.seq ?? 0, take, ending.signal).catch(error => {
          if (!ending.signal.aborted) throw error
        })
        clearTimeout(timer)
        breaks++
      }
      return have
    }
    const overStream = (after: number, onEvent: (event: SessionEvent) => void, signal: AbortSignal) =>
      readStream(world.server, sessionId, { lastEventId: after, signal }, onEvent)
    const overSocket = async (after: number, onEvent: (event: SessionEvent) => void, signal: AbortSignal) => {
      const socket = await connected(open())
      await followOver(socket, { sessionId, after }, onEvent)
      await new Promise<void>(resolve => {
        if (signal.aborted) resolve()
        signal.addEventListener('abort', () => resolve())
      })
      socket.disconnect()
      sockets.delete(socket)
    }

    let state = await world.server.state(sessionId)
    const readers = Promise.all([restless(overStream), restless(overSocket), restless(overStream)])
    await world.server.client.call('createPrompt', { params: { sessionId }, body: { text: 'Say much' } })
    state = await world.server.waitUntilQuiet(sessionId)
    isOver = true
    const pages = await world.server.events(sessionId)
    for (const have of await readers) {
      expect(seqs(have)).toEqual(upTo(state.seq))
      expect(have).toEqual(pages)
    }
    expect(breaks).toBeGreaterThan(20)
  })

  it('goes on for a reader over a restart of the server in the middle of it', async () => {
    world.setScript(longTurn)
    const { sessionId } = await world.server.prompt('tiny', 'Say much')
    const have: SessionEvent[] = []
    const first = await connected(open())
    const gone = new Promise(resolve => first.once('disconnect', resolve))
    await followOver(first, { sessionId, after: 0 }, event => have.push(event))
    await until('some text is there', () => have.some(event => event.type === 'step.text'))
    await world.server.kill()
    await gone
    await world.server.restart()
    const second = await connected(open())
    await followOver(second, { sessionId, after: have.at(-1)?.seq ?? 0 }, event => have.push(event))
    const state = await world.server.waitUntilQuiet(sessionId)
    await until('the reader has it all', () => have.length >= state.seq)
    expect(have).toEqual(await world.server.events(sessionId))
    expect(state.prompts[0]?.status).toBe('done')
    expect(have.filter(event => event.type === 'turn.finished')).toHaveLength(1)
  })

  it('as a stream begins behind Last-Event-ID, which goes before after', async () => {
    const { sessionId } = await world.server.client.call('createSession', { body: { projectId: 'tiny' } })
    await world.server.client.call('closeSession', { params: { sessionId } })
    const ending = new AbortController()
    const response = await world.server.request(`/api/sessions/${sessionId}/events?after=0`, {
      headers: { accept: 'text/event-stream', 'last-event-id': '1' },
      signal: ending.signal
    })
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(response.headers.get('cache-control')).toContain('no-store')
    let text = ''
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk
      // A sign of life, so that what stands between does not think the connection dead.
      if (text.includes(': still here')) break
    }
    ending.abort()
    expect(text).toMatch(/^retry: \d+\n\nid: 2\nevent: session\.closed\ndata: \{.*\}\n\n: still here\n\n$/)
  })

  it('is followed for many sessions over one socket, until it is no longer wanted', async () => {
    const create = async () => (await world.server.client.call('createSession', { body: { projectId: 'tiny' } })).sessionId
    const [one, two] = [await create(), await create()]
    const socket = await connected(open())
    const have: SessionEvent[] = []
    await followOver(socket, { sessionId: one, after: 0 }, () => undefined)
    socket.off('events')
    socket.on('events', (batch, acknowledge) => {
      have.push(...batch.events)
      acknowledge()
    })
    await socket.emitWithAck('follow', { sessionId: two, after: 0 })
    socket.emit('unfollow', { sessionId: one })
    await world.server.client.call('closeSession', { params: { sessionId: one } })
    await world.server.client.call('closeSession', { params: { sessionId: two } })
    await until('the end of the second', () => have.some(event => event.type === 'session.closed' && event.sessionId === two))
    expect(have.filter(event => event.type === 'session.closed').map(event => event.sessionId)).toEqual([two])
  })
})

describe('who may follow', () => {
  const refusal = (socket: LogSocket) =>
    connected(socket).then(
      () => 'connected',
      (error: { message: string; data?: unknown }) => error
    )

  it('pages of allowed origins, over every transport; pages of others, not', async () => {
    const allowed = new URL(world.server.url).origin
    for (const transport of ['websocket', 'polling'] as const) {
      const good = open({ transports: [transport], extraHeaders: { origin: allowed } })
      expect(await refusal(good)).toBe('connected')
      for (const origin of ['https://evil.example', 'null', `${allowed}.evil.example`]) {
        const evil = open({ transports: [transport], extraHeaders: { origin } })
        expect(await refusal(evil)).toBeInstanceOf(Error)
      }
    }
    const path = '/socket.io/?EIO=4&transport=polling'
    const rebound = await sendPlain(world.server.url, { path, headers: { host: 'evil.example' } })
    expect([rebound.status, rebound.body]).toEqual([403, expect.stringContaining('host_not_allowed')])
    expect(await refusal(open({ extraHeaders: { host: 'evil.example' } }))).toBeInstanceOf(Error)
    const { sessionId } = await world.server.client.call('createSession', { body: { projectId: 'tiny' } })
    const stream = (origin: string) =>
      sendPlain(world.server.url, {
        path: `/api/sessions/${sessionId}/events?after=1000`,
        headers: { authorization: `Bearer ${world.server.token}`, accept: 'text/event-stream', origin }
      })
    expect(JSON.parse((await stream('https://evil.example')).body)).toMatchObject({ code: 'origin_not_allowed' })
    // Positive control: an allowed origin gets as far as the position, which is wrong here so that the answer ends.
    expect(JSON.parse((await stream(allowed)).body)).toMatchObject({ code: 'seq_ahead' })
    const answer = await sendPlain(world.server.url, {
      path: '/socket.io/?EIO=4&transport=polling',
      headers: { origin: 'https://evil.example' }
    })
    expect([answer.status, answer.body]).toEqual([403, expect.stringContaining('origin_not_allowed')])
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  })

  it.each([
    ['nobody without a token', {}, 'auth_required'],
    ['nobody with an empty token', { token: '', protocolVersion: PROTOCOL_VERSION }, 'token_invalid'],
    ['nobody with a wrong token', { token: `fxp_${'a'.repeat(43)}`, protocolVersion: PROTOCOL_VERSION }, 'token_invalid'],
    ['nobody with more than a token', { token: 'x', protocolVersion: PROTOCOL_VERSION, admin: true }, 'auth_required'],
    ['no client of an older version', { token: 'x', protocolVersion: PROTOCOL_VERSION - 1 }, 'client_too_old'],
    ['no client of a newer version', { token: 'x', protocolVersion: PROTOCOL_VERSION + 1 }, 'protocol_unsupported']
  ])('%s', async (_name, auth, code) => {
    const error = await refusal(open({ auth }))
    expect(error).toMatchObject({ message: code, data: { code } })
    if (typeof error !== 'string') problemSchema.strict().parse(error.data)
  })

  it('nobody whose access was ended, over the connections that are open', async () => {
    const { client } = world.server
    const { sessionId } = await client.call('createSession', { body: { projectId: 'tiny' } })
    const { code } = await client.call('createPairingCode', {})
    const { token } = await client.call('pair', { body: { code, client: 'to be ended' } })
    const socket = await connected(open({ auth: { token, protocolVersion: PROTOCOL_VERSION } }))
    const refused = new Promise(resolve => socket.once('refused', resolve))
    const gone = new Promise(resolve => socket.once('disconnect', resolve))
    const streamed = await fetch(`${world.server.url}/api/sessions/${sessionId}/events`, {
      headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' }
    })
    const own = await fetch(`${world.server.url}/api/clients/current`, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } })
    expect(own.status).toBe(200)
    // Both end by themselves; the stream of somebody who may read goes on for ever.
    expect(await streamed.text()).toContain('event: session.created')
    expect(await refused).toMatchObject({ code: 'token_invalid' })
    await gone
    const other = await world.server.request(`/api/sessions/${sessionId}/events`, { headers: { accept: 'text/event-stream' } })
    expect(other.status).toBe(200)
    await other.body?.cancel()
  })

  it('nobody with an old protocol of the transport', async () => {
    const answer = await sendPlain(world.server.url, { path: '/socket.io/?EIO=3&transport=polling' })
    expect(answer.status).toBe(400)
    expect((await sendPlain(world.server.url, { path: '/socket.io/?EIO=4&transport=carrier-pigeon' })).status).toBe(400)
  })

  it('only so many that have not shown a token, and not for long', async () => {
    const knock = () => sendPlain(world.server.url, { path: '/socket.io/?EIO=4&transport=polling' })
    const answers: number[] = []
    for (let count = 0; count < 30; count++) answers.push((await knock()).status)
    expect(answers.filter(status => status === 200).length).toBeLessThanOrEqual(20)
    expect(answers.at(-1)).toBe(403)
    // Those that said nothing more are put out, and there is room again.
    await until('there is room', async () => (await knock()).status === 200, { everyMs: 1_000 })
    await connected(open())
  })
})

describe('what a client may say', () => {
  it('follow and unfollow, in their form; the rest is refused with a code', async () => {
    const { sessionId } = await world.server.client.call('createSession', { body: { projectId: 'tiny' } })
    const socket = await connected(openLoose())
    const refused: unknown[] = []
    socket.on('refused', problem => refused.push(problem))
    const ask = (name: string, ...args: unknown[]): Promise<unknown> => socket.timeout(20_000).emitWithAck(name, ...args)
    expect(await ask('follow', { sessionId: 'ses_00000000000000000000', after: 0 })).toMatchObject({
      problem: { code: 'session_not_found' }
    })
    expect(await ask('follow', { sessionId: '../etc', after: 0 })).toMatchObject({ problem: { code: 'session_not_found' } })
    expect(await ask('follow', { sessionId, after: 1_000 })).toMatchObject({ problem: { code: 'resync_required' } })
    for (const after of [-1, 0.5, '0', null, 1e300])
      expect(await ask('follow', { sessionId, after })).toMatchObject({ problem: { code: 'invalid_event' } })
    for (const request of [null, 7, [], 'x', { sessionId, after: 0, before: 1 }])
      expect(await ask('follow', request)).toHaveProperty('problem')
    expect(await ask('prompt', { text: 'x' })).toMatchObject({ problem: { code: 'unknown_event' } })
    socket.emit('follow', { sessionId, after: 0 })
    socket.emit('unfollow', 7)
    socket.emit('__proto__', {})
    socket.emit('follow', ...Array.from({ length: 50 }, () => 0), 'no function')
    await until('four refusals', () => refused.length >= 4)
    expect(refused.map(problem => problemSchema.strict().parse(problem).code).toSorted()).toEqual([
      'invalid_event',
      'invalid_event',
      'invalid_event',
      'unknown_event'
    ])
    // After all that it still works.
    expect(await ask('follow', { sessionId, after: 0 })).toMatchObject({ head: 1 })
  })

  const unknownSession = 'ses_00000000000000000000'
  const endings: [string, number, string, unknown][] = [
    ['what is unknown, ten times', 10, 'admin', {}],
    ['a message of 300 kB', 1, 'follow', { sessionId: 'x'.repeat(300_000), after: 0 }],
    ['eleven pictures at once', 1, 'follow', Array.from({ length: 11 }, () => Buffer.alloc(10))],
    ['500 messages at once', 500, 'unfollow', { sessionId: unknownSession }]
  ]
  it.each(endings)('not %s: the connection ends, and others go on', async (_name, times, event, message) => {
    const bystander = await connected(open())
    const socket = await connected(openLoose())
    const ended = new Promise<string>(resolve => socket.once('disconnect', resolve))
    for (let count = 0; count < times; count++) socket.emit(event, message)
    expect(await ended).toMatch(/transport (close|error)|server disconnect/)
    expect(bystander.connected).toBe(true)
    expect((await fetch(`${world.server.url}/healthz`)).ok).toBe(true)
    await connected(open())
  })
})

describe('a reader that does not read', () => {
  /** Memory that the server holds, in bytes, once it has come to rest: what is garbage is collected in its own time. */
  async function heldBytes(): Promise<number> {
    const samples: number[] = []
    for (;;) {
      const metrics = await (await world.server.request('/metrics')).text()
      const read = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1])
      samples.push(read('nodejs_heap_size_used_bytes') + read('nodejs_external_memory_bytes'))
      const last = samples.slice(-4)
      const isAtRest = last.length === 4 && Math.max(...last) - Math.min(...last) < 20_000_000
      if (isAtRest || samples.length === 40) return Math.min(...last)
      await new Promise(resolve => setTimeout(resolve, 1_000))
    }
  }

  /** Adds about 60 kB to the log, without anything being run. */
  async function addMuch(sessionId: string, times: number): Promise<void> {
    for (let count = 0; count < times; count++) {
      const { promptId } = await world.server.client.call('createPrompt', { params: { sessionId }, body: { text: '€'.repeat(20_000) } })
      await world.server.client.call('withdrawPrompt', { params: { sessionId, promptId } })
    }
  }

  it('costs the server no more than a batch, and others nothing; it gets everything when it reads again', async () => {
    world.setScript(() => ({ ...say('At last.'), thinkMs: 3_600_000 }))
    const { sessionId } = await world.server.prompt('tiny', 'Keep busy, so that what follows waits')
    await world.server.waitForEvent(sessionId, event => event.type === 'step.started')
    // What the server itself takes for a log of this size is there before it is measured.
    await addMuch(sessionId, 100)
    const before = await heldBytes()
    const frozen = [
      ...Array.from({ length: 20 }, () => frozenStream(world.server, sessionId)),
      ...Array.from({ length: 15 }, () => frozenSocket(world.server, sessionId))
    ]
    const healthy: SessionEvent[] = []
    // The server is busy with the others for a moment, and may not take a connection in time; it is made again then, as the panel's is.
    const reader = open({ reconnection: true })
    await until('the reader that reads is connected', () => reader.connected)
    await followOver(reader, { sessionId, after: 0 }, event => healthy.push(event))
    // Together with what is there, 12 MB of log for each of 35 readers would be 420 MB.
    await addMuch(sessionId, 100)
    const { seq } = await world.server.client.call('getSession', { params: { sessionId } })
    await until('the reader that reads has everything', () => healthy.length >= seq)
    expect(seqs(healthy.slice(0, seq))).toEqual(upTo(seq))
    expect(frozen.filter(socket => !socket.destroyed).length).toBeGreaterThanOrEqual(20)
    const grown = (await heldBytes()) - before
    expect(grown).toBeLessThan(150_000_000)

    const [late] = frozen
    const ids: number[] = []
    let text = ''
    late?.setEncoding('utf8')
    late?.on('data', (chunk: string) => {
      text += chunk
      const end = text.lastIndexOf('\n')
      for (const [, id] of text.slice(0, end).matchAll(/^id: (\d+)$/gm)) ids.push(Number(id))
      text = text.slice(end)
    })
    late?.resume()
    await until('the late reader has everything', () => ids.length >= seq)
    expect(ids).toEqual(upTo(ids.length))
    for (const socket of frozen) socket.destroy()
    await world.server.client.call('closeSession', { params: { sessionId } })
  })

  it('and does not acknowledge either is told to begin again', async () => {
    const { sessionId } = await world.server.client.call('createSession', { body: { projectId: 'tiny' } })
    const socket = await connected(open())
    const batches: number[] = []
    const refused = new Promise<{ code: string }>(resolve => socket.once('refused', resolve))
    const ended = new Promise<string>(resolve => socket.once('disconnect', resolve))
    socket.on('events', batch => batches.push(batch.events.length))
    await socket.emitWithAck('follow', { sessionId, after: 0 })
    await world.server.client.call('closeSession', { params: { sessionId } })
    expect(await refused).toMatchObject({ code: 'resync_required' })
    expect(await ended).toBe('io server disconnect')
    expect(batches).toEqual([1])
  })
})
