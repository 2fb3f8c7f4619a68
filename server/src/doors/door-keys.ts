import { FixpointError, type Person } from '@fixpoint/protocol'
import { hashSecret } from '../auth/tokens.ts'
import type { Edges } from '../edges.ts'
import type { Database } from '../store/database.ts'
import type { DoorAddress } from './door-address.ts'

/** Somebody who may go through a door. */
export interface DoorGuest {
  person: Person
  /** The token that the ticket was asked for with; when it is revoked, the door is shut. */
  tokenId: string
}

/** Tickets, which open a door once, and cookies, which keep it open for one browser. The server keeps hashes of both. */
export interface DoorKeys {
  issueTicket(address: DoorAddress, guest: DoorGuest): Promise<{ ticket: string; expiresAt: Date }>
  /** Takes the ticket for a cookie. @throws FixpointError `ticket_invalid`; the same for unknown, used, expired and foreign ones. */
  redeem(address: DoorAddress, ticket: string): Promise<{ cookie: string; guest: DoorGuest }>
  /** Who has this cookie of this door; null where it is none, not this door's, expired, or its token is no longer valid. */
  guest(address: DoorAddress, cookie: string): Promise<DoorGuest | null>
}

const TICKET_LIFETIME_MS = 60_000
/** A person comes back to the same tab after days; a session is kept as long (threats.md M11). */
export const COOKIE_LIFETIME_MS = 7 * 24 * 3_600_000
/** An editor asks for hundreds of files at once. What was looked up this long ago is believed, so a revoked token ends that soon. */
const BELIEVED_MS = 1_000
const MOST_BELIEVED = 1_000

export function createDoorKeys(db: Database, edges: Edges): DoorKeys {
  const believed = new Map<string, { guest: DoorGuest; at: number }>()
  const secret = () => Buffer.from(edges.randomBytes(32)).toString('base64url')
  const nowMs = () => edges.now().getTime()

  async function store(kind: 'ticket' | 'cookie', address: DoorAddress, tokenId: string, lifetimeMs: number) {
    const key = secret()
    const expiresAt = new Date(nowMs() + lifetimeMs)
    await db
      .insertInto('door_keys')
      .values({
        key_hash: hashSecret(key),
        kind,
        door: address.door,
        session_id: address.sessionId,
        token_id: tokenId,
        expires_at: expiresAt,
        used_at: null
      })
      .execute()
    return { key, expiresAt }
  }

  async function personOf(tokenId: string): Promise<Person | null> {
    const row = await db
      .selectFrom('tokens')
      .innerJoin('people', 'people.person_id', 'tokens.person_id')
      .select(['expires_at', 'revoked_at', 'people.person_id', 'people.name', 'people.email'])
      .where('token_id', '=', tokenId)
      .executeTakeFirst()
    const isValid = row !== undefined && row.revoked_at === null && (row.expires_at === null || row.expires_at > edges.now())
    return isValid ? { personId: row.person_id, name: row.name, email: row.email } : null
  }

  return {
    async issueTicket(address, guest) {
      await db.deleteFrom('door_keys').where('expires_at', '<', edges.now()).execute()
      const { key, expiresAt } = await store('ticket', address, guest.tokenId, TICKET_LIFETIME_MS)
      return { ticket: key, expiresAt }
    },

    async redeem(address, ticket) {
      // One statement takes the ticket, so that two who have it cannot both use it.
      const taken = await db
        .updateTable('door_keys')
        .set({ used_at: edges.now() })
        .where('key_hash', '=', hashSecret(ticket))
        .where('kind', '=', 'ticket')
        .where('door', '=', address.door)
        .where('session_id', '=', address.sessionId)
        .where('used_at', 'is', null)
        .where('expires_at', '>', edges.now())
        .returning('token_id')
        .executeTakeFirst()
      const person = taken === undefined ? null : await personOf(taken.token_id)
      if (taken === undefined || person === null) {
        throw new FixpointError('ticket_invalid', 'The ticket is wrong, used, older than a minute or for another address.')
      }
      const { key } = await store('cookie', address, taken.token_id, COOKIE_LIFETIME_MS)
      return { cookie: key, guest: { person, tokenId: taken.token_id } }
    },

    async guest(address, cookie) {
      const hash = hashSecret(cookie)
      const place = `${hash} ${address.door} ${address.sessionId}`
      const known = believed.get(place)
      if (known && nowMs() - known.at < BELIEVED_MS) return known.guest
      believed.delete(place)
      const row = await db
        .selectFrom('door_keys')
        .select('token_id')
        .where('key_hash', '=', hash)
        .where('kind', '=', 'cookie')
        .where('door', '=', address.door)
        .where('session_id', '=', address.sessionId)
        .where('expires_at', '>', edges.now())
        .executeTakeFirst()
      const person = row === undefined ? null : await personOf(row.token_id)
      if (row === undefined || person === null) return null
      const guest = { person, tokenId: row.token_id }
      if (believed.size >= MOST_BELIEVED) believed.clear()
      believed.set(place, { guest, at: nowMs() })
      return guest
    }
  }
}
