import { type Client, FixpointError } from '@fixpoint/protocol'
import type { Edges } from '../edges.ts'
import type { Database } from '../store/database.ts'
import type { Caller } from './tokens.ts'

/** What a person has connected: each has a token of its own, which can be taken back without touching the others. */
export interface Clients {
  list(caller: Caller): Promise<Client[]>
  /** @throws FixpointError `client_not_found`, also for what another person has connected. */
  disconnect(caller: Caller, clientId: string): Promise<void>
}

export function createClients(db: Database, edges: Edges): Clients {
  return {
    async list({ tokenId, person }) {
      const rows = await db
        .selectFrom('tokens')
        .select(['token_id', 'client', 'created_at'])
        .where('person_id', '=', person.personId)
        .where('revoked_at', 'is', null)
        .where(({ or, eb }) => or([eb('expires_at', 'is', null), eb('expires_at', '>', edges.now())]))
        .orderBy('created_at', 'desc')
        .execute()
      return rows.map(row => ({
        clientId: row.token_id,
        name: row.client,
        connectedAt: row.created_at.toISOString(),
        isCurrent: row.token_id === tokenId
      }))
    },

    async disconnect({ person }, clientId) {
      const revoked = await db
        .updateTable('tokens')
        .set({ revoked_at: edges.now() })
        .where('token_id', '=', clientId)
        .where('person_id', '=', person.personId)
        .where('revoked_at', 'is', null)
        .returning('token_id')
        .executeTakeFirst()
      if (!revoked) throw new FixpointError('client_not_found', 'You have connected no such client, or it is disconnected already.')
    }
  }
}
