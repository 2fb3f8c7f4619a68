import { FixpointError, type Proof } from '@fixpoint/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../edges.ts'
import { type OpenDatabase, openDatabase } from '../store/database.ts'
import { createdEvent, fixedEdges, queuedEvent } from '../testing/fixtures.ts'
import { dropAllLeases, takeLease } from './session-leases.ts'
import { createSessionLog, LeaseLostError, sessionsToRun } from './session-log.ts'
import { getSession } from './session-summaries.ts'

describe('the session log', () => {
  const edges = fixedEdges()
  let database: OpenDatabase

  // Opening takes seconds; each test has sessions of its own.
  beforeAll(async () => {
    database = await openDatabase()
  })
  afterAll(() => database.close())

  async function createSession() {
    const log = createSessionLog(database.db, edges)
    const sessionId = newId(edges, 'session')
    await log.create(sessionId, createdEvent())
    return { log, sessionId }
  }

  /** The log as a server has it that has just started: all of it is in the database. */
  const reopened = () => createSessionLog(database.db, edges)

  it('numbers events without gaps, also when many are appended at once', async () => {
    const { log, sessionId } = await createSession()
    await Promise.all(Array.from({ length: 40 }, (_, index) => log.append(sessionId, () => [queuedEvent(edges, `prompt ${index}`)])))
    for (const reader of [log, reopened()]) {
      const { events, head } = await reader.read(sessionId, 0, 500)
      expect(events.map(event => event.seq)).toEqual(Array.from({ length: 41 }, (_, index) => index + 1))
      expect(head).toBe(41)
    }
  })

  it('begins a log once, however often it is asked to', async () => {
    const { log, sessionId } = await createSession()
    await log.append(sessionId, () => [queuedEvent(edges, 'one')])
    const told: number[] = []
    for (const writer of [log, reopened()]) {
      writer.subscribe((_session, events) => told.push(...events.map(event => event.seq)))
      await writer.create(sessionId, createdEvent())
      expect((await writer.read(sessionId, 0, 10)).events.map(event => event.type)).toEqual(['session.created', 'prompt.queued'])
    }
    expect(told).toEqual([])
  })

  it('lets the decision see what earlier appends have added', async () => {
    const { log, sessionId } = await createSession()
    const addFirst = () => log.append(sessionId, state => (state.prompts.length === 0 ? [queuedEvent(edges, 'the only one')] : []))
    await Promise.all([addFirst(), addFirst(), addFirst()])
    expect((await log.state(sessionId)).prompts).toHaveLength(1)
  })

  it('adds nothing when the decision refuses or what goes alongside fails', async () => {
    const { log, sessionId } = await createSession()
    await expect(
      log.append(sessionId, () => {
        throw new FixpointError('queue_full', 'no more')
      })
    ).rejects.toMatchObject({ code: 'queue_full' })
    await expect(
      log.append(sessionId, () => [queuedEvent(edges, 'lost')], {
        alongside: async () => {
          throw new Error('the queue is broken')
        }
      })
    ).rejects.toThrow('the queue is broken')
    expect((await log.read(sessionId, 0, 10)).head).toBe(1)
    expect((await log.state(sessionId)).prompts).toEqual([])
  })

  it('keeps for lists the verdict on all of the work, not that of the last proof', async () => {
    const { log, sessionId } = await createSession()
    const queued = queuedEvent(edges, 'one')
    const [turnId, commit] = [newId(edges, 'turn'), 'c'.repeat(40)]
    const verdictInList = async () => (await getSession(database.db, sessionId)).verdict
    const proof: Proof = {
      proofId: newId(edges, 'proof'),
      path: '/',
      viewport: { width: 800, height: 600, deviceScaleFactor: 1, scrollX: 0, scrollY: 0 },
      colorScheme: 'light',
      picks: [],
      console: { added: [], gone: [] },
      checks: [],
      files: [],
      verdict: { value: 'verified', reasons: [] }
    }
    await log.append(sessionId, () => [
      queued,
      { type: 'turn.started', data: { turnId, promptId: queued.data.promptId } },
      { type: 'checkpoint.saved', data: { turnId, commit, parent: commit, files: [] } },
      { type: 'proof.finished', data: { turnId, proof } },
      { type: 'turn.finished', data: { turnId, promptId: queued.data.promptId, outcome: 'done' } }
    ])
    expect(await verdictInList()).toBe('verified')
    const changed = [{ path: 'a.css', status: 'modified' as const, added: 1, removed: 0 }]
    await log.append(sessionId, () => [
      { type: 'edits.recorded', data: { turnId: undefined, commit: 'd'.repeat(40), parent: commit, changed, files: changed, by: [] } }
    ])
    expect(await verdictInList()).toBe('unverified')
  })

  it('folds the same state from the database as it had in memory', async () => {
    const { log, sessionId } = await createSession()
    await log.append(sessionId, () => [queuedEvent(edges, 'one'), queuedEvent(edges, 'two')])
    expect(await reopened().state(sessionId)).toEqual(await log.state(sessionId))
  })

  it('gives the events after a position and says where the log ends', async () => {
    const { log, sessionId } = await createSession()
    await log.append(sessionId, () => [queuedEvent(edges, 'one'), queuedEvent(edges, 'two'), queuedEvent(edges, 'three')])
    for (const reader of [log, reopened()]) {
      const page = await reader.read(sessionId, 2, 1)
      expect(page.events.map(event => event.seq)).toEqual([3])
      expect(page.head).toBe(4)
      await expect(reader.read(sessionId, 5, 1)).rejects.toMatchObject({ code: 'seq_ahead', limit: 4 })
      await expect(reader.read(newId(edges, 'session'), 0, 1)).rejects.toMatchObject({ code: 'session_not_found' })
    }
    expect(JSON.parse(JSON.stringify(await log.read(sessionId, 0, 10)))).toEqual(await reopened().read(sessionId, 0, 10))
  })

  it('keeps the row that lists show in step with the log', async () => {
    const { log, sessionId } = await createSession()
    await log.append(sessionId, () => [queuedEvent(edges, 'Line this up')])
    const row = await database.db.selectFrom('sessions').selectAll().where('session_id', '=', sessionId).executeTakeFirstOrThrow()
    expect(row).toMatchObject({ title: 'Line this up', status: 'queued', head_seq: 2 })
    expect(await sessionsToRun(database.db)).toContain(sessionId)
  })

  it('gives a session to one runner and refuses what an earlier one still writes', async () => {
    const { log, sessionId } = await createSession()
    const first = await takeLease(database.db, sessionId, 'first')
    expect(await takeLease(database.db, sessionId, 'second')).toBeNull()
    await dropAllLeases(database.db)
    const second = await takeLease(database.db, sessionId, 'second')
    if (!first || !second) throw new Error('no lease')
    await expect(log.append(sessionId, () => [queuedEvent(edges, 'late')], { leaseToken: first.token })).rejects.toThrow(LeaseLostError)
    await log.append(sessionId, () => [queuedEvent(edges, 'in time')], { leaseToken: second.token })
    expect((await log.state(sessionId)).prompts.map(prompt => prompt.text)).toEqual(['in time'])
    await first.release()
    expect(await takeLease(database.db, sessionId, 'third')).toBeNull()
    await second.release()
  })
})

describe('the database', () => {
  it('keeps transactions and single queries that overlap apart', async () => {
    const { db, close } = await openDatabase()
    const people = (name: string) => ({ person_id: name, name, email: `${name}@example.com`, created_at: new Date() })
    const failing = db
      .transaction()
      .execute(async transaction => {
        await transaction.insertInto('people').values(people('rolled back')).execute()
        await new Promise(resolve => setTimeout(resolve, 20))
        throw new Error('undo')
      })
      .catch((error: Error) => error.message)
    const outside = db.insertInto('people').values(people('outside')).execute()
    const other = db.transaction().execute(transaction => transaction.insertInto('people').values(people('other')).execute())
    expect(await failing).toBe('undo')
    await Promise.all([outside, other])
    const rows = await db.selectFrom('people').select('name').orderBy('name').execute()
    expect(rows.map(row => row.name)).toEqual(['other', 'outside'])
    await close()
  })
})
