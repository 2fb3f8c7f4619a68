import { FixpointError, personSchema, type SessionSummary } from '@fixpoint/protocol'
import type { Selectable } from 'kysely'
import { z } from 'zod'
import type { Database } from '../store/database.ts'
import type { SessionsTable } from '../store/tables.ts'

/** Where the next page begins: behind the session with this change time and id. */
const cursorSchema = z.tuple([z.iso.datetime(), z.string()])

export async function listSessions(
  db: Database,
  { projectId, limit, cursor }: { projectId?: string | undefined; limit: number; cursor?: string | undefined }
): Promise<{ sessions: SessionSummary[]; nextCursor: string | null }> {
  let query = db
    .selectFrom('sessions')
    .selectAll()
    .orderBy('updated_at', 'desc')
    .orderBy('session_id')
    .limit(limit + 1)
  if (projectId !== undefined) query = query.where('project_id', '=', projectId)
  if (cursor !== undefined) {
    const [updatedAt, sessionId] = decodeCursor(cursor)
    query = query.where(expression =>
      expression.or([
        expression('updated_at', '<', new Date(updatedAt)),
        expression.and([expression('updated_at', '=', new Date(updatedAt)), expression('session_id', '>', sessionId)])
      ])
    )
  }
  const rows = await query.execute()
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const nextCursor = rows.length > limit && last ? encodeCursor(last.updated_at.toISOString(), last.session_id) : null
  return { sessions: page.map(summarise), nextCursor }
}

export async function getSession(db: Database, sessionId: string): Promise<SessionSummary> {
  const row = await db.selectFrom('sessions').selectAll().where('session_id', '=', sessionId).executeTakeFirst()
  if (!row) throw new FixpointError('session_not_found', 'There is no such session.')
  return summarise(row)
}

function summarise(row: Selectable<SessionsTable>): SessionSummary {
  return {
    sessionId: row.session_id,
    projectId: row.project_id,
    title: row.title,
    status: row.status,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    createdBy: personSchema.parse(row.created_by),
    seq: row.head_seq,
    verdict: row.verdict
  }
}

function encodeCursor(updatedAt: string, sessionId: string): string {
  return Buffer.from(JSON.stringify([updatedAt, sessionId])).toString('base64url')
}

function decodeCursor(cursor: string): [string, string] {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
  } catch (cause) {
    throw new FixpointError('invalid_cursor', 'The cursor is not one that this server gave.', { field: 'cursor', cause })
  }
}
