import { createHash } from 'node:crypto'
import { FixpointError } from '@fixpoint/protocol'
import type { Caller } from '../auth/tokens.ts'
import type { Edges } from '../edges.ts'
import type { Database } from '../store/database.ts'

interface KeyedRequest {
  caller: Caller
  key: string
  route: string
  input: unknown
}

/**
 * Makes a repeated request with the same key have one effect. The identifier of what the request creates is derived from the key,
 * so whoever repeats it finds what is there, also when the server died after the first attempt.
 */
export interface IdempotencyKeys {
  /**
   * Binds the key to this request.
   * @returns bytes to derive identifiers from, the same at each repetition.
   * @throws FixpointError `idempotency_conflict` when the key went with another request.
   */
  claim(request: KeyedRequest): Promise<Uint8Array>
}

const MAX_KEY_LENGTH = 200

export function createIdempotencyKeys(db: Database, edges: Edges): IdempotencyKeys {
  return {
    async claim({ caller, key, route, input }) {
      if (key.length > MAX_KEY_LENGTH || !/^[\x21-\x7e]+$/.test(key)) {
        throw new FixpointError('invalid_parameter', `Idempotency-Key: must be 1 to ${MAX_KEY_LENGTH} visible ASCII characters.`, {
          field: 'Idempotency-Key',
          limit: MAX_KEY_LENGTH
        })
      }
      const requestHash = createHash('sha256')
        .update(JSON.stringify([route, input]))
        .digest('hex')
      const row = await db
        .insertInto('idempotency_keys')
        .values({ token_id: caller.tokenId, idempotency_key: key, request_hash: requestHash, created_at: edges.now() })
        // Changes nothing; a row that is only left alone is not returned.
        .onConflict(conflict =>
          conflict
            .columns(['token_id', 'idempotency_key'])
            .doUpdateSet(({ ref }) => ({ request_hash: ref('idempotency_keys.request_hash') }))
        )
        .returning('request_hash')
        .executeTakeFirstOrThrow()
      if (row.request_hash !== requestHash)
        throw new FixpointError('idempotency_conflict', 'The Idempotency-Key was used for another request.')
      return createHash('sha256')
        .update(JSON.stringify([caller.tokenId, key]))
        .digest()
    }
  }
}
