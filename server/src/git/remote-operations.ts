import type { Failure, NewEvent, SessionState } from '@fixpoint/protocol'
import type { Transaction } from 'kysely'
import type { z } from 'zod'
import { pause } from '../abortable.ts'
import { asFixpointError } from '../as-fixpoint-error.ts'
import type { Edges } from '../edges.ts'
import type { Logger } from '../observe/logger.ts'
import type { SessionLog } from '../sessions/session-log.ts'
import type { Database } from '../store/database.ts'
import type { OperationsTable, Tables } from '../store/tables.ts'
import { TransientHostError } from './code-host.ts'

interface Operation<D> {
  operationId: string
  sessionId: string
  data: D
}

/** Effects on a code host: recorded before they begin, and carried out once, however often the server dies on the way. */
export interface RemoteOperations<D> {
  /** Records one, in the transaction in which the log says that it is wanted. */
  record(transaction: Transaction<Tables>, operation: Operation<D>): Promise<void>
  /** Begins what was recorded; asking again while it runs has no effect. */
  begin(operationId: string): void
  /** Takes up what was recorded and not finished before the server stopped. */
  resume(): Promise<void>
  shutDown(): void
}

export interface RemoteOperationsOptions<D> {
  kind: OperationsTable['kind']
  schema: z.ZodType<D>
  /** Does it, or finds that it was done. @returns what the log says of it then */
  carryOut: (operation: Operation<D>, signal: AbortSignal) => Promise<NewEvent>
  failed: (operation: Operation<D>, failure: Failure) => NewEvent
  /** Whether the log has no end of it yet. */
  isOpen: (state: SessionState, operationId: string) => boolean
  db: Database
  log: SessionLog
  edges: Edges
  logger: Logger
}

const MAX_ATTEMPTS = 6
const MAX_PAUSE_MS = 30_000
/** A code host that wants to be left alone for longer is asked again by the person. */
const MAX_WAIT_MS = 120_000

export function createRemoteOperations<D>(options: RemoteOperationsOptions<D>): RemoteOperations<D> {
  const { kind, schema, carryOut, failed, isOpen, db, log, edges, logger } = options
  const shuttingDown = new AbortController()
  const underWay = new Set<string>()

  async function run(operationId: string): Promise<void> {
    const row = await db.selectFrom('operations').selectAll().where('operation_id', '=', operationId).executeTakeFirstOrThrow()
    const operation = { operationId, sessionId: row.session_id, data: schema.parse(row.data) }
    for (let attempt = 1; ; attempt++) {
      try {
        await settle(operation, 'done', await carryOut(operation, shuttingDown.signal))
        return
      } catch (error) {
        shuttingDown.signal.throwIfAborted()
        const failure = asFixpointError(error)
        const mayPass = error instanceof TransientHostError || failure.code === 'git_failed'
        logger.warn({ err: error, operationId, kind, attempt }, 'an operation on the code host failed')
        const wantedMs = error instanceof TransientHostError ? error.waitMs : 0
        const pauseMs = Math.max(wantedMs, Math.min(1_000 * 2 ** (attempt - 1), MAX_PAUSE_MS))
        if (mayPass && attempt < MAX_ATTEMPTS && wantedMs <= MAX_WAIT_MS) await pause(pauseMs, shuttingDown.signal)
        else {
          await settle(operation, 'failed', failed(operation, failure.toFailure()))
          return
        }
      }
    }
  }

  async function settle({ operationId, sessionId }: Operation<D>, status: 'done' | 'failed', event: NewEvent): Promise<void> {
    await log.append(sessionId, state => (isOpen(state, operationId) ? [event] : []), {
      alongside: async transaction => {
        await transaction
          .updateTable('operations')
          .set({ status, updated_at: edges.now() })
          .where('operation_id', '=', operationId)
          .execute()
      }
    })
  }

  function begin(operationId: string): void {
    if (underWay.has(operationId)) return
    underWay.add(operationId)
    run(operationId)
      .catch((error: unknown) => {
        if (!shuttingDown.signal.aborted)
          logger.error(
            { err: error, operationId, kind },
            'an operation on the code host could not be carried out; it is taken up again at the next start'
          )
      })
      .finally(() => underWay.delete(operationId))
  }

  return {
    async record(transaction, { operationId, sessionId, data }) {
      const now = edges.now()
      await transaction
        .insertInto('operations')
        .values({
          operation_id: operationId,
          session_id: sessionId,
          kind,
          status: 'pending',
          data: JSON.stringify(data),
          created_at: now,
          updated_at: now
        })
        .execute()
    },
    begin,
    async resume() {
      const rows = await db
        .selectFrom('operations')
        .select('operation_id')
        .where('status', '=', 'pending')
        .where('kind', '=', kind)
        .orderBy('created_at')
        .execute()
      for (const row of rows) begin(row.operation_id)
    },
    shutDown() {
      shuttingDown.abort(new Error('the server is shutting down'))
    }
  }
}
