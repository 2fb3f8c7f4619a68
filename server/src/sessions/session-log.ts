import {
  emptySession,
  FixpointError,
  type NewEvent,
  provenSteps,
  queuedPrompts,
  reduceSession,
  runningTurn,
  runningUndo,
  type SessionEvent,
  type SessionState,
  sessionEventSchema,
  verdictOfWork
} from '@fixpoint/protocol'
import { sql, type Transaction } from 'kysely'
import type { Edges } from '../edges.ts'
import type { Database } from '../store/database.ts'
import type { Tables } from '../store/tables.ts'
import { createRecentEvents } from './recent-events.ts'

/** Decides, from what the log says now, what is added to it. Throws a FixpointError to refuse; must not have effects. */
export type Decision = (state: SessionState) => NewEvent[]

export interface AppendOptions {
  /** Lease token of a runner; the append is refused when another runner has taken the session over. */
  leaseToken?: number
  /** Written in the same transaction, so that what an event implies is there exactly when the event is. */
  alongside?: (transaction: Transaction<Tables>, events: SessionEvent[], state: SessionState) => Promise<void>
}

/** The runner's lease is gone: somebody else goes on with the session, so this runner must let go without a trace. */
export class LeaseLostError extends Error {
  constructor(sessionId: string) {
    super(`the lease on ${sessionId} was lost`)
    this.name = 'LeaseLostError'
  }
}

/** The append-only logs of all sessions, and the state that folding them gives. */
export interface SessionLog {
  /** Begins a log. Does nothing where it has begun already: whoever repeats a request gets what is there. */
  create(sessionId: string, event: Extract<NewEvent, { type: 'session.created' }>): Promise<void>
  /**
   * Adds events in one transaction under the session's row lock. `decide` sees the state that they will follow.
   * @returns the events with their seq; empty when `decide` gave none.
   */
  append(sessionId: string, decide: Decision, options?: AppendOptions): Promise<SessionEvent[]>
  /** Events after `after`, in order, at most `limit`. @throws FixpointError `session_not_found`, `seq_ahead`. */
  read(sessionId: string, after: number, limit: number): Promise<{ events: SessionEvent[]; head: number }>
  state(sessionId: string): Promise<SessionState>
  /** Calls back after each append, once it is durable. @returns a function that ends it. */
  subscribe(listener: (sessionId: string, events: SessionEvent[]) => void): () => void
}

/** States kept in memory; the least recently used are folded again when needed. */
const STATES_KEPT = 200

const FOLD_PAGE = 1_000

export function createSessionLog(db: Database, edges: Edges): SessionLog {
  const states = new Map<string, SessionState>()
  const recent = createRecentEvents()
  const listeners = new Set<(sessionId: string, events: SessionEvent[]) => void>()

  /** Keeps the newest state: what two appends give may come here in the other order. */
  function remember(state: SessionState): void {
    if (state.seq < (states.get(state.sessionId)?.seq ?? 0)) return
    states.delete(state.sessionId)
    states.set(state.sessionId, state)
    if (states.size > STATES_KEPT) {
      const oldest = states.keys().next().value
      if (oldest !== undefined) states.delete(oldest)
    }
  }

  function publish(sessionId: string, events: SessionEvent[]): void {
    recent.add(sessionId, events)
    for (const listener of listeners) listener(sessionId, events)
  }

  /** The state at `head`, from the kept one and the events since. */
  async function foldTo(executor: Database | Transaction<Tables>, sessionId: string, head: number): Promise<SessionState> {
    let state = states.get(sessionId) ?? emptySession(sessionId)
    while (state.seq < head) {
      const events = await readEvents(executor, sessionId, state.seq, FOLD_PAGE)
      if (events.length === 0) throw new Error(`the log of ${sessionId} ends at ${state.seq}, not at ${head}`)
      for (const event of events) state = reduceSession(state, event)
    }
    return state
  }

  return {
    async create(sessionId, event) {
      const at = edges.now()
      const first: SessionEvent = { sessionId, seq: 1, at: at.toISOString(), ...event }
      const state = reduceSession(emptySession(sessionId), first)
      const isNew = await db.transaction().execute(async transaction => {
        const inserted = await transaction
          .insertInto('sessions')
          .values({
            session_id: sessionId,
            project_id: state.projectId,
            title: state.title,
            status: 'idle',
            verdict: null,
            created_by: JSON.stringify(event.data.by),
            created_at: at,
            updated_at: at,
            head_seq: 1,
            lease_holder: null,
            lease_expires_at: null
          })
          .onConflict(conflict => conflict.column('session_id').doNothing())
          .returning('session_id')
          .executeTakeFirst()
        if (inserted !== undefined) await insertEvents(transaction, [first])
        return inserted !== undefined
      })
      if (!isNew) return
      remember(state)
      publish(sessionId, [first])
    },

    async append(sessionId, decide, options = {}) {
      const { events, state } = await db.transaction().execute(async transaction => {
        const row = await transaction
          .selectFrom('sessions')
          .select(['head_seq', 'lease_token'])
          .where('session_id', '=', sessionId)
          .forUpdate()
          .executeTakeFirst()
        if (!row) throw sessionNotFound()
        if (options.leaseToken !== undefined && options.leaseToken !== row.lease_token) throw new LeaseLostError(sessionId)
        let state = await foldTo(transaction, sessionId, row.head_seq)
        const at = edges.now().toISOString()
        const events = decide(state).map((event, index): SessionEvent => ({ sessionId, seq: row.head_seq + 1 + index, at, ...event }))
        if (events.length === 0) return { events, state }
        for (const event of events) state = reduceSession(state, event)
        await insertEvents(transaction, events)
        await transaction
          .updateTable('sessions')
          .set({
            head_seq: state.seq,
            updated_at: at,
            title: state.title,
            status: statusOf(state),
            verdict: verdictOfWork(provenSteps(state))
          })
          .where('session_id', '=', sessionId)
          .execute()
        await options.alongside?.(transaction, events, state)
        return { events, state }
      })
      remember(state)
      if (events.length > 0) publish(sessionId, events)
      return events
    },

    async read(sessionId, after, limit) {
      const known = recent.after(sessionId, after, limit)
      if (known !== null) return known
      // One question, because each waits behind everything else that is asked of the database.
      const rows = await db
        .selectFrom('sessions')
        .leftJoin('events', join => join.onRef('events.session_id', '=', 'sessions.session_id').on('events.seq', '>', after))
        .select(['head_seq', 'seq', 'at', 'type', 'data'])
        .where('sessions.session_id', '=', sessionId)
        .orderBy('seq')
        .limit(limit)
        .execute()
      const head = rows[0]?.head_seq
      if (head === undefined) throw sessionNotFound()
      if (after > head) {
        throw new FixpointError('seq_ahead', `The log ends at ${head}; events after ${after} were asked for.`, {
          field: 'after',
          limit: head
        })
      }
      const events = rows.flatMap(({ seq, at, type, data }) =>
        seq === null || at === null ? [] : [eventOf(sessionId, { seq, at, type, data })]
      )
      return { events, head }
    },

    async state(sessionId) {
      const kept = states.get(sessionId)
      // Where the end of the log is known, what was kept is all of it or it is not.
      if (kept !== undefined && recent.after(sessionId, kept.seq, 1)?.head === kept.seq) return kept
      const row = await db.selectFrom('sessions').select('head_seq').where('session_id', '=', sessionId).executeTakeFirst()
      if (!row) throw sessionNotFound()
      const state = await foldTo(db, sessionId, row.head_seq)
      remember(state)
      return state
    },

    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
  }
}

function sessionNotFound(): FixpointError {
  return new FixpointError('session_not_found', 'There is no such session.')
}

async function insertEvents(transaction: Transaction<Tables>, events: SessionEvent[]): Promise<void> {
  await transaction
    .insertInto('events')
    .values(
      events.map(event => ({
        session_id: event.sessionId,
        seq: event.seq,
        at: event.at,
        type: event.type,
        data: JSON.stringify(event.data)
      }))
    )
    .execute()
}

async function readEvents(
  executor: Database | Transaction<Tables>,
  sessionId: string,
  after: number,
  limit: number
): Promise<SessionEvent[]> {
  const rows = await executor
    .selectFrom('events')
    .select(['seq', 'at', 'type', 'data'])
    .where('session_id', '=', sessionId)
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(limit)
    .execute()
  return rows.map(row => eventOf(sessionId, row))
}

function eventOf(sessionId: string, { seq, at, type, data }: { seq: number; at: Date; type: unknown; data: unknown }): SessionEvent {
  return sessionEventSchema.parse({ sessionId, seq, at: at.toISOString(), type, data })
}

function statusOf(state: SessionState): 'idle' | 'queued' | 'running' | 'closed' {
  if (runningTurn(state) || runningUndo(state)) return 'running'
  if (state.isClosed) return 'closed'
  return queuedPrompts(state).length > 0 ? 'queued' : 'idle'
}

/** Sessions that have something to run, the longest waiting first. */
export async function sessionsToRun(db: Database): Promise<string[]> {
  const rows = await db
    .selectFrom('sessions')
    .select('session_id')
    .where('status', 'in', ['queued', 'running'])
    .where(expression => expression.or([expression('lease_expires_at', 'is', null), expression('lease_expires_at', '<', sql<Date>`now()`)]))
    .orderBy('updated_at')
    .execute()
  return rows.map(row => row.session_id)
}
