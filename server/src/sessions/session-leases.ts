import { sql } from 'kysely'
import type { Database } from '../store/database.ts'

/** The right of one runner to work on a session. Its token goes with every write, so that a runner that was given up cannot write. */
export interface Lease {
  sessionId: string
  token: number
  /** Aborted when the lease could not be kept. */
  lost: AbortSignal
  release(): Promise<void>
}

/** A runner that has not been heard of for this long is taken for dead (threats.md: lease 15 s, heartbeat 5 s). */
const LEASE_SECONDS = 15
const HEARTBEAT_MS = 5_000

const expiry = sql<Date>`now() + make_interval(secs => ${LEASE_SECONDS})`

/** @returns null when another runner works on the session. */
export async function takeLease(db: Database, sessionId: string, holder: string): Promise<Lease | null> {
  const row = await db
    .updateTable('sessions')
    .set(expression => ({ lease_holder: holder, lease_expires_at: expiry, lease_token: expression('lease_token', '+', 1) }))
    .where('session_id', '=', sessionId)
    .where(expression => expression.or([expression('lease_expires_at', 'is', null), expression('lease_expires_at', '<', sql<Date>`now()`)]))
    .returning('lease_token')
    .executeTakeFirst()
  if (!row) return null
  const token = row.lease_token
  const lost = new AbortController()
  // Counted by the monotonic clock: what the wall clock does must not make a lease look younger than it is.
  let renewedAt = performance.now()
  const heartbeat = setInterval(() => {
    renewLease(db, sessionId, token).then(
      isRenewed => {
        if (isRenewed) renewedAt = performance.now()
        else lost.abort()
      },
      () => {
        // The database does not answer; the lease is only given up when it has run out for the others too.
        if (performance.now() - renewedAt > LEASE_SECONDS * 1_000) lost.abort()
      }
    )
  }, HEARTBEAT_MS)
  heartbeat.unref()
  return {
    sessionId,
    token,
    lost: lost.signal,
    async release() {
      clearInterval(heartbeat)
      await db
        .updateTable('sessions')
        .set({ lease_holder: null, lease_expires_at: null })
        .where('session_id', '=', sessionId)
        .where('lease_token', '=', token)
        .execute()
    }
  }
}

async function renewLease(db: Database, sessionId: string, token: number): Promise<boolean> {
  const result = await db
    .updateTable('sessions')
    .set({ lease_expires_at: expiry })
    .where('session_id', '=', sessionId)
    .where('lease_token', '=', token)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** For the embedded database, which one process alone can have open: every lease is of a process that no longer lives. */
export async function dropAllLeases(db: Database): Promise<void> {
  await db.updateTable('sessions').set({ lease_holder: null, lease_expires_at: null }).where('lease_holder', 'is not', null).execute()
}
