import { createHash, timingSafeEqual } from 'node:crypto'
import { FixpointError } from '@fixpoint/protocol'
import type { Request } from 'express'
import type { Role, UpdatesConfig } from '../config.ts'

/** Who asks, if the token is known and its person may do this. @throws FixpointError `auth_required`, `token_invalid`, `role_missing` */
export function requirePerson(request: Request, people: UpdatesConfig['people'], roles: readonly Role[]): string {
  const [, token] = /^Bearer ([\x21-\x7e]{1,500})$/i.exec(request.get('authorization') ?? '') ?? []
  if (token === undefined) {
    throw new FixpointError('auth_required', 'This needs a token.', {
      hint: 'Send “Authorization: Bearer <token>”, or set FIXPOINT_UPDATES_TOKEN.'
    })
  }
  const hash = createHash('sha256').update(token).digest()
  const person = people.find(({ tokenSha256 }) => timingSafeEqual(Buffer.from(tokenSha256, 'hex'), hash))
  if (person === undefined) {
    throw new FixpointError('token_invalid', 'The token is not one of this server’s.', {
      hint: 'See people in the update server’s configuration.'
    })
  }
  if (!person.roles.some(role => roles.includes(role))) {
    throw new FixpointError('role_missing', `${person.name} may not do this; it takes ${roles.join(' or ')}.`)
  }
  return person.name
}
