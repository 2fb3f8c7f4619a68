import type { SessionEvent } from '@fixpoint/protocol'
import { expect, test } from 'vitest'
import type { SessionLog } from '../sessions/session-log.ts'
import { followLog } from './log-follower.ts'

const SESSION = 'ses_1'
const rest = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

/** A log in memory whose reads take their time, as those of a busy database. */
function memoryLog(readMs: () => number) {
  const events: SessionEvent[] = []
  const listeners = new Set<(sessionId: string, events: SessionEvent[]) => void>()
  const counts = { reads: 0 }
  const log: Pick<SessionLog, 'read' | 'subscribe'> = {
    async read(_sessionId, after, limit) {
      counts.reads++
      const found = { events: events.slice(after, after + limit), head: events.length }
      await rest(readMs())
      return found
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
  }
  const append = (count: number) => {
    const added = Array.from({ length: count }, (_, index): SessionEvent => {
      const seq = events.length + index + 1
      return {
        sessionId: SESSION,
        seq,
        at: new Date(0).toISOString(),
        type: 'files.saved',
        data: { by: { name: 'Ada' }, paths: [`${seq}`] }
      } as SessionEvent
    })
    events.push(...added)
    for (const listener of listeners) {
      listener('ses_other', added)
      listener(SESSION, added)
    }
  }
  return { log: log as SessionLog, append, counts }
}

async function follow(log: SessionLog, last: number, takeMs: () => number): Promise<number[]> {
  const seen: number[] = []
  const ending = new AbortController()
  await followLog({
    log,
    sessionId: SESSION,
    after: 0,
    signal: ending.signal,
    async deliver(events) {
      await rest(takeMs())
      seen.push(...events.map(({ seq }) => seq))
      if (seen.length >= last) ending.abort()
    }
  })
  return seen
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])('every event comes once and in order, however reader, database and writer meet (%i)', async seed => {
  let state = seed
  const random = (below: number) => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
  const { log, append } = memoryLog(() => random(4))
  append(random(30))
  let written = 0
  const following = follow(log, 400, () => random(3))
  while (written < 400) {
    const count = random(5) === 0 ? 25 : 1 + random(3)
    append(count)
    written += count
    await rest(random(3))
  }
  const seen = await following
  expect(seen).toEqual(seen.map((_, index) => index + 1))
  expect(seen.length).toBeGreaterThanOrEqual(400)
})

test('a reader that keeps pace does not wait for the database', async () => {
  const { log, append, counts } = memoryLog(() => 20)
  const following = follow(log, 10, () => 0)
  await rest(50)
  const before = counts.reads
  for (let event = 0; event < 10; event++) {
    append(1)
    await rest(5)
  }
  await following
  expect(counts.reads).toBe(before)
})
