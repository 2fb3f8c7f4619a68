import type { PGlite } from '@electric-sql/pglite'
import type { Transaction } from 'kysely'
import { fromKysely, fromPglite, PgBoss } from 'pg-boss'
import { z } from 'zod'
import type { Logger } from '../observe/logger.ts'
import type { Database } from '../store/database.ts'
import type { Tables } from '../store/tables.ts'
import { sessionsToRun } from './session-log.ts'

/** Which sessions have something to run, handed to as many workers as may run at the same time. */
export interface SessionQueue {
  /** Makes a session run; in the transaction in which its prompt is recorded. */
  enqueue(transaction: Transaction<Tables>, sessionId: string): Promise<void>
  /** Begins to hand sessions to `run`, which works on one turn. A session is enqueued again as long as it has more. */
  start(run: (sessionId: string) => Promise<void>): Promise<void>
  /** Hands out nothing more and waits for what runs. */
  stop(): Promise<void>
}

const QUEUE = 'sessions.waiting'
/** The queue is only a way to hand sessions out; the log is the truth. Whatever it should lose is found by looking there. */
const RECONCILE_MS = 5_000
/** pg-boss gives up a job after this; a turn has a budget of its own below it. */
const JOB_SECONDS = 86_000

const jobSchema = z.object({ sessionId: z.string() })

export interface SessionQueueOptions {
  db: Database
  pglite: PGlite
  concurrency: number
  logger: Logger
}

export function createSessionQueue({ db, pglite, concurrency, logger }: SessionQueueOptions): SessionQueue {
  const boss = new PgBoss({
    db: fromPglite(pglite),
    backend: 'pglite',
    useListenNotify: true,
    schema: 'pgboss',
    supervise: true,
    schedule: false
  })
  boss.on('error', error => logger.error({ err: error }, 'the queue reports an error'))
  /** Sessions that are worked on here. */
  const running = new Set<string>()
  /** Those of them that were handed out once more meanwhile. */
  const asked = new Set<string>()
  let reconciler: NodeJS.Timeout | null = null
  let isStopping = false

  async function reconcile(): Promise<void> {
    for (const sessionId of await sessionsToRun(db)) await boss.send(QUEUE, { sessionId }, { singletonKey: sessionId })
  }

  /** A session that runs already is not run beside itself, but once more when that is over. */
  async function runOnce(sessionId: string, run: (sessionId: string) => Promise<void>): Promise<void> {
    if (running.has(sessionId)) {
      asked.add(sessionId)
      return
    }
    running.add(sessionId)
    try {
      await run(sessionId)
    } finally {
      running.delete(sessionId)
      if (asked.delete(sessionId) && !isStopping) await boss.send(QUEUE, { sessionId }, { singletonKey: sessionId })
    }
  }

  return {
    async enqueue(transaction, sessionId) {
      // With the policy of the queue this does nothing when the session is waiting already.
      await boss.send(QUEUE, { sessionId }, { singletonKey: sessionId, db: fromKysely(transaction) })
    },

    async start(run) {
      await boss.start()
      // At most one job of a session waits. The policy by which at most one is worked on too goes by a list of running keys that is
      // up to two minutes old, and leaves sessions waiting that long after their turn has ended.
      await boss.createQueue(QUEUE, {
        policy: 'short',
        notify: true,
        retryLimit: 0,
        expireInSeconds: JOB_SECONDS,
        deleteAfterSeconds: 3_600
      })
      // The embedded database belongs to this process alone, so every job in it is a left-over of one that no longer lives.
      await boss.deleteAllJobs(QUEUE)
      await reconcile()
      await boss.work(
        QUEUE,
        { batchSize: 1, localConcurrency: concurrency, pollingIntervalSeconds: 1, notifyPollingIntervalSeconds: 1 },
        async jobs => {
          for (const job of jobs) {
            if (isStopping) return
            await runOnce(jobSchema.parse(job.data).sessionId, run)
          }
        }
      )
      reconciler = setInterval(() => {
        reconcile().catch((error: unknown) => logger.error({ err: error }, 'sessions that should run could not be looked for'))
      }, RECONCILE_MS)
    },

    async stop() {
      isStopping = true
      if (reconciler) clearInterval(reconciler)
      await boss.stop({ graceful: true, timeout: 10_000, close: false })
    }
  }
}
