import { z } from 'zod'

/**
 * Identifiers are a three-letter kind, an underscore and 20 characters of Crockford base32 (100 random bits), for example
 * `ses_01k8r5t9m3c6v2x7b4na`. They carry no meaning and no order; the kind is there for people who read logs.
 */
const ID_KINDS = {
  session: 'ses',
  prompt: 'prm',
  turn: 'trn',
  step: 'stp',
  toolCall: 'cal',
  proof: 'prf',
  operation: 'opn',
  sandbox: 'sbx',
  token: 'tok',
  person: 'per',
  request: 'req'
} as const

export type IdKind = keyof typeof ID_KINDS

const ID_ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const ID_LENGTH = 20

function idSchema(kind: IdKind) {
  return z
    .string()
    .regex(new RegExp(`^${ID_KINDS[kind]}_[${ID_ALPHABET}]{${ID_LENGTH}}$`), `is not a ${kind} id`)
    .meta({
      description: `Identifier of the ${kind.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`)}`,
      examples: [`${ID_KINDS[kind]}_01k8r5t9m3c6v2x7b4na`]
    })
}

/**
 * Makes an id of the given kind.
 * @param randomBytes returns that many random bytes; passed in so that the protocol stays free of I/O.
 */
export function makeId(kind: IdKind, randomBytes: (count: number) => Uint8Array): string {
  const characters = [...randomBytes(ID_LENGTH)].map(byte => ID_ALPHABET[byte % ID_ALPHABET.length])
  return `${ID_KINDS[kind]}_${characters.join('')}`
}

export const sessionIdSchema = idSchema('session')
export const promptIdSchema = idSchema('prompt')
export const turnIdSchema = idSchema('turn')
export const stepIdSchema = idSchema('step')
export const toolCallIdSchema = idSchema('toolCall')
export const proofIdSchema = idSchema('proof')
export const operationIdSchema = idSchema('operation')
export const sandboxIdSchema = idSchema('sandbox')
export const tokenIdSchema = idSchema('token')
export const personIdSchema = idSchema('person')

/** An artifact is named by the SHA-256 of its bytes, in lower-case hex. */
export const artifactIdSchema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'is not an artifact id (64 hex characters)')
  .meta({ description: 'SHA-256 of the artifact’s bytes, lower-case hex' })

/** A full git object id (SHA-1 or SHA-256 repositories). */
export const commitIdSchema = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, 'is not a full commit id')

/** ISO 8601 in UTC with milliseconds, as `Date.prototype.toISOString` writes it. */
export const timestampSchema = z.iso.datetime()
