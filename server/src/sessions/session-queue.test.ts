import { setTimeout as delay } from 'node:timers/promises'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type OpenDatabase, openDatabase } from '../store/database.ts'
import { createSessionQueue, type SessionQueue } from './session-queue.ts'

/** What each run waits for before it ends, and how many run at once. */
function runner() {
  const started: string[] = []
  const ends: (() => void)[] = []
  let now = 0
  let most = 0
  return {
    started,
    endNext: () => ends.shift()?.(),
    mostAtOnce: () => most,
    async run(sessionId: string) {
      started.push(sessionId)
      most = Math.max(most, ++now)
      await new Promise<void>(resolve => ends.push(resolve))
      now--
    }
  }
}

describe('the queue of sessions', () => {
  let database: OpenDatabase
  let queue: SessionQueue

  beforeEach(async () => {
    database = await openDatabase()
    queue = createSessionQueue({ db: database.db, pglite: database.pglite, concurrency: 4, logger: pino({ enabled: false }) })
  })
  afterEach(async () => {
    await queue.stop()
    await database.close()
  })

  const enqueue = (sessionId: string) => database.db.transaction().execute(transaction => queue.enqueue(transaction, sessionId))
  const waitFor = (isTrue: () => boolean) => vi.waitUntil(isTrue, { timeout: 15_000, interval: 20 })

  it('runs a session that is enqueued while it runs again, and never beside itself', async () => {
    const work = runner()
    await queue.start(work.run)
    await enqueue('a')
    await waitFor(() => work.started.length === 1)
    await enqueue('a')
    await enqueue('a')
    await delay(1_500) // longer than the queue needs to hand it out
    expect(work.started).toEqual(['a'])
    work.endNext()
    await waitFor(() => work.started.length === 2)
    work.endNext()
    expect(work.mostAtOnce()).toBe(1)
  })

  it('does not let a session that runs take the place of others', async () => {
    const work = runner()
    await queue.start(work.run)
    for (const sessionId of ['a', 'b', 'a', 'c', 'b', 'd']) {
      await enqueue(sessionId)
      await waitFor(() => work.started.includes(sessionId))
    }
    expect(work.started.toSorted()).toEqual(['a', 'b', 'c', 'd'])
    for (let end = 0; end < 6; end++) work.endNext()
    await waitFor(() => work.started.length === 6)
    work.endNext()
    work.endNext()
  })
})
