import { FixpointError, type Person } from '@fixpoint/protocol'
import type { Edges } from '../edges.ts'
import type { Database } from '../store/database.ts'
import { hashSecret, type Tokens } from './tokens.ts'

/** Connecting a further client by a short code that a person carries over. */
export interface Pairing {
  createCode(person: Person): Promise<{ code: string; expiresAt: Date }>
  /** @throws FixpointError `pairing_code_invalid`; the same for unknown, used and expired codes. */
  redeem(code: string, client: string): Promise<{ token: string; person: Person }>
}

const CODE_LIFETIME_MS = 10 * 60 * 1_000

// Without 0 and O, 1, I and L, and U: 30 characters that can be read aloud. Eight of them are 39 bits, which ten minutes, one
// use and the rate limit of the address make unguessable.
const CODE_ALPHABET = '23456789ABCDEFGHJKMNPQRSTVWXYZ'
const CODE_LENGTH = 8

export function createPairing(db: Database, tokens: Tokens, edges: Edges): Pairing {
  return {
    async createCode(person) {
      const expiresAt = new Date(edges.now().getTime() + CODE_LIFETIME_MS)
      const code = makeCode(edges)
      await db
        .insertInto('pairing_codes')
        .values({
          code_hash: hashSecret(normalise(code)),
          person_id: person.personId,
          created_at: edges.now(),
          expires_at: expiresAt,
          used_at: null
        })
        .execute()
      return { code, expiresAt }
    },

    async redeem(code, client) {
      // One statement takes the code, so two clients cannot both use it.
      const taken = await db
        .updateTable('pairing_codes')
        .set({ used_at: edges.now() })
        .where('code_hash', '=', hashSecret(normalise(code)))
        .where('used_at', 'is', null)
        .where('expires_at', '>', edges.now())
        .returning('person_id')
        .executeTakeFirst()
      if (!taken) throw new FixpointError('pairing_code_invalid', 'The code is wrong, used or older than ten minutes.')
      const row = await db.selectFrom('people').selectAll().where('person_id', '=', taken.person_id).executeTakeFirstOrThrow()
      const person: Person = { personId: row.person_id, name: row.name, email: row.email }
      return { token: await tokens.issue(person, client), person }
    }
  }
}

function makeCode(edges: Edges): string {
  let text = ''
  while (text.length < CODE_LENGTH) {
    // Bytes beyond the largest multiple of the alphabet's length are left out, so that each character is as likely.
    const [byte = 255] = edges.randomBytes(1)
    if (byte < 256 - (256 % CODE_ALPHABET.length)) text += CODE_ALPHABET[byte % CODE_ALPHABET.length]
  }
  return `${text.slice(0, 4)}-${text.slice(4)}`
}

/** Case, spaces and dashes do not matter. */
function normalise(code: string): string {
  return code.toUpperCase().replace(/[^0-9A-Z]/g, '')
}
