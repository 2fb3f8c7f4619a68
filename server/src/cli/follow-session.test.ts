import { type ApiClient, FixpointError, makeId, type NewEvent } from '@fixpoint/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createdEvent, fixedEdges, queuedEvent } from '../testing/fixtures.ts'
import { followSession } from './follow-session.ts'

const edges = fixedEdges()
const sessionId = makeId('session', edges.randomBytes)
const events: NewEvent[] = [createdEvent(), queuedEvent(edges, 'one'), queuedEvent(edges, 'two')]
const MINUTE = 60_000

/** One attempt to connect: refused, or a stream of so many events that goes on in silence for a time before it ends or breaks. */
type Attempt = 'refused' | { events: number; silentMs: number; ends: 'breaks' | 'ends' }

const unused = () => Promise.reject(new Error('is not asked for here'))

/** @param attempts what becomes of each; the last is repeated. */
function clientOf(...attempts: Attempt[]): ApiClient {
  let count = 0
  return {
    call: unused,
    openFileChanges: unused,
    async openEventStream(_sessionId, after) {
      const attempt = attempts[Math.min(count++, attempts.length - 1)]
      if (attempt === undefined || attempt === 'refused') throw new FixpointError('server_unreachable', 'Nothing answers.')
      const encoder = new TextEncoder()
      let timer: NodeJS.Timeout | undefined
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          for (const [index, event] of events.entries()) {
            const seq = index + 1
            if (seq <= after || seq > after + attempt.events) continue
            const data = JSON.stringify({ sessionId, seq, at: '2026-01-01T00:00:00.000Z', ...event })
            controller.enqueue(encoder.encode(`id: ${seq}\ndata: ${data}\n\n`))
          }
          // As undici says it.
          const end = () => (attempt.ends === 'ends' ? controller.close() : controller.error(new TypeError('terminated')))
          timer = setTimeout(end, attempt.silentMs)
        },
        cancel: () => clearTimeout(timer)
      })
      return new Response(body)
    }
  }
}

/** What following came to, and after how long. */
async function follow(client: ApiClient): Promise<{ outcome: unknown; afterMs: number }> {
  const startedAt = performance.now()
  const outcome = followSession(
    { client },
    sessionId,
    () => undefined,
    state => state.prompts.length === 2,
    new AbortController().signal
  ).then(
    state => state.seq,
    (error: unknown) => error
  )
  const settled = outcome.then(value => ({ outcome: value, afterMs: performance.now() - startedAt }))
  await vi.advanceTimersByTimeAsync(30 * MINUTE)
  return await settled
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('following a session', () => {
  it.each(['breaks', 'ends'] as const)(
    'goes on after a restart, also when nothing had happened for long before the stream %s',
    async ends => {
      const client = clientOf({ events: 2, silentMs: 10 * MINUTE, ends }, ...Array.from({ length: 30 }, (): Attempt => 'refused'), {
        events: 1,
        silentMs: MINUTE,
        ends
      })
      expect((await follow(client)).outcome).toBe(3)
    }
  )

  it.each(['breaks', 'ends'] as const)('says that the server is not there when it does not come back after the stream %s', async ends => {
    const { outcome, afterMs } = await follow(clientOf({ events: 2, silentMs: 10 * MINUTE, ends }, 'refused'))
    expect(outcome).toMatchObject({ code: 'server_unreachable' })
    expect(afterMs).toBeGreaterThanOrEqual(11 * MINUTE)
    expect(afterMs).toBeLessThan(12 * MINUTE)
  })

  it('gives every break the whole patience', async () => {
    const outage = Array.from({ length: 50 }, (): Attempt => 'refused')
    const nothing: Attempt = { events: 0, silentMs: 1_000, ends: 'breaks' }
    const client = clientOf(nothing, ...outage, nothing, ...outage, { events: 3, silentMs: MINUTE, ends: 'ends' })
    expect((await follow(client)).outcome).toBe(3)
  })

  it('does not wait for what the server refuses', async () => {
    const client = { ...clientOf('refused'), openEventStream: () => Promise.reject(new FixpointError('session_not_found', 'None.')) }
    expect(await follow(client)).toMatchObject({ outcome: { code: 'session_not_found' }, afterMs: 0 })
  })
})
