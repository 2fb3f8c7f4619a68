import { createHash, timingSafeEqual } from 'node:crypto'
import { FixpointError, type Person, personSchema } from '@fixpoint/protocol'
import { type Edges, newId } from '../edges.ts'
import type { Database } from '../store/database.ts'

/** Who asks, by a valid token. */
export interface Caller {
  tokenId: string
  person: Person
}

/** Access tokens: 256 random bits, of which the server keeps the SHA-256 alone. */
export interface Tokens {
  /** Makes a token for a person. @returns the token, which is shown once. */
  issue(person: Person, client: string): Promise<string>
  /** @throws FixpointError `token_invalid`, `token_expired`. */
  verify(token: string): Promise<Caller>
  /** One person per name and e-mail address. */
  findOrCreatePerson(name: string, email: string): Promise<Person>
}

const TOKEN_PREFIX = 'fxp_'

export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

export function makeToken(edges: Edges): string {
  return TOKEN_PREFIX + Buffer.from(edges.randomBytes(32)).toString('base64url')
}

export function createTokens(db: Database, edges: Edges): Tokens {
  return {
    async issue(person, client) {
      const token = makeToken(edges)
      await storeToken(db, edges, token, person, client)
      return token
    },

    async verify(token) {
      const hash = hashSecret(token)
      const row = await db
        .selectFrom('tokens')
        .innerJoin('people', 'people.person_id', 'tokens.person_id')
        .select(['token_id', 'token_hash', 'expires_at', 'revoked_at', 'people.person_id', 'people.name', 'people.email'])
        .where('token_hash', '=', hash)
        .executeTakeFirst()
      // The look-up is by hash, so its timing says nothing of the token; the comparison guards against a look-up that is not exact.
      const isKnown = row !== undefined && timingSafeEqual(Buffer.from(row.token_hash, 'hex'), Buffer.from(hash, 'hex'))
      if (!isKnown || row.revoked_at !== null) throw new FixpointError('token_invalid', 'The token is not valid.')
      if (row.expires_at !== null && row.expires_at <= edges.now()) throw new FixpointError('token_expired', 'The token has expired.')
      return { tokenId: row.token_id, person: { personId: row.person_id, name: row.name, email: row.email } }
    },

    async findOrCreatePerson(name, email) {
      const found = await db.selectFrom('people').selectAll().where('name', '=', name).where('email', '=', email).executeTakeFirst()
      if (found) return { personId: found.person_id, name: found.name, email: found.email }
      const person = personSchema.parse({ personId: newId(edges, 'person'), name, email })
      await db
        .insertInto('people')
        .values({ person_id: person.personId, name: person.name, email: person.email, created_at: edges.now() })
        .execute()
      return person
    }
  }
}

/** Makes a token valid. Used for the token of the first start too, which is in a file that only the server's owner can read. */
export async function storeToken(db: Database, edges: Edges, token: string, person: Person, client: string): Promise<void> {
  await db
    .insertInto('tokens')
    .values({
      token_id: newId(edges, 'token'),
      person_id: person.personId,
      token_hash: hashSecret(token),
      client,
      created_at: edges.now(),
      expires_at: null,
      revoked_at: null
    })
    .onConflict(conflict => conflict.column('token_hash').doNothing())
    .execute()
}
