import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { FixpointError } from '@fixpoint/protocol'
import { sql, type Transaction } from 'kysely'
import type { Edges } from '../edges.ts'
import type { Database } from './database.ts'
import { isErrno } from './errno.ts'
import type { Tables } from './tables.ts'

export interface ArtifactInfo {
  artifactId: string
  mediaType: string
  bytes: number
  width: number | null
  height: number | null
}

interface PutOptions {
  mediaType: string
  width?: number
  height?: number
  /** For the server's own use; never given to clients. */
  isPrivate?: boolean
}

/** Big things, kept once by the hash of their bytes; a session sees those that were put for it. */
export interface ArtifactStore {
  put(sessionId: string, bytes: Uint8Array, options: PutOptions): Promise<ArtifactInfo>
  /** @throws FixpointError `artifact_not_found` when the session has no such artifact. */
  get(sessionId: string, artifactId: string): Promise<{ info: ArtifactInfo; bytes: Uint8Array }>
  /** What a client may have of the session; null when there is no such thing. */
  findPublic(sessionId: string, artifactId: string): Promise<(ArtifactInfo & { path: string }) | null>
}

export function createArtifactStore(db: Database, folder: string, edges: Edges): ArtifactStore {
  // Two levels of folders keep each of them small.
  const pathOf = (artifactId: string) => join(folder, artifactId.slice(0, 2), artifactId)

  async function write(artifactId: string, bytes: Uint8Array): Promise<void> {
    const path = pathOf(artifactId)
    if (await exists(path)) return
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const draft = `${path}.${randomUUID()}`
    try {
      const file = await open(draft, 'wx', 0o600)
      try {
        await file.writeFile(bytes)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(draft, path)
    } catch (error) {
      if (isErrno(error, 'ENOSPC', 'EDQUOT')) {
        throw new FixpointError('storage_full', 'There is no space left for pictures and outputs.', { cause: error })
      }
      throw error
    }
  }

  async function find(sessionId: string, artifactId: string) {
    return await db
      .selectFrom('artifacts')
      .selectAll()
      .where('session_id', '=', sessionId)
      .where('artifact_id', '=', artifactId)
      .executeTakeFirst()
  }

  return {
    async put(sessionId, bytes, { mediaType, width, height, isPrivate = false }) {
      const artifactId = createHash('sha256').update(bytes).digest('hex')
      await write(artifactId, bytes)
      const row = {
        session_id: sessionId,
        artifact_id: artifactId,
        media_type: mediaType,
        bytes: bytes.byteLength,
        width: width ?? null,
        height: height ?? null,
        is_private: isPrivate,
        created_at: edges.now()
      }
      await db
        .insertInto('artifacts')
        .values(row)
        // The same bytes may be put twice; what was public once stays so.
        .onConflict(conflict =>
          conflict
            .columns(['session_id', 'artifact_id'])
            .doUpdateSet({ is_private: sql<boolean>`artifacts.is_private and excluded.is_private` })
        )
        .execute()
      return { artifactId, mediaType, bytes: bytes.byteLength, width: row.width, height: row.height }
    },

    async get(sessionId, artifactId) {
      const row = await find(sessionId, artifactId)
      if (!row) throw artifactNotFound(artifactId)
      return { info: toInfo(row), bytes: await readFile(pathOf(artifactId)) }
    },

    async findPublic(sessionId, artifactId) {
      const row = await find(sessionId, artifactId)
      return row && !row.is_private ? { ...toInfo(row), path: pathOf(artifactId) } : null
    }
  }
}

/**
 * Of these artifacts, those that the session does not have.
 * @param executor the transaction in which they are going to be referenced.
 */
export async function missingArtifacts(
  executor: Database | Transaction<Tables>,
  sessionId: string,
  artifactIds: readonly string[]
): Promise<string[]> {
  if (artifactIds.length === 0) return []
  const rows = await executor
    .selectFrom('artifacts')
    .select('artifact_id')
    .where('session_id', '=', sessionId)
    .where('is_private', '=', false)
    .where('artifact_id', 'in', artifactIds)
    .execute()
  const present = new Set(rows.map(row => row.artifact_id))
  return artifactIds.filter(artifactId => !present.has(artifactId))
}

export function artifactNotFound(artifactId: string): FixpointError {
  return new FixpointError('artifact_not_found', `The session has no artifact ${artifactId.slice(0, 12)}….`)
}

function toInfo(row: {
  artifact_id: string
  media_type: string
  bytes: number
  width: number | null
  height: number | null
}): ArtifactInfo {
  return { artifactId: row.artifact_id, mediaType: row.media_type, bytes: row.bytes, width: row.width, height: row.height }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false
    throw error
  }
}
