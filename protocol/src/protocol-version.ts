import { z } from 'zod'
import { FixpointError } from './errors.ts'

/** Version of HTTP API and sockets that this code speaks. */
export const PROTOCOL_VERSION = 1

/**
 * The oldest version whose clients a server still answers. A new extension reaches managed browsers ring by ring, over days: so the server
 * is updated first, and answers both versions meanwhile. Raise it when the older one is to be given up.
 */
export const OLDEST_PROTOCOL_VERSION = 1

/** Versions that a server answers, both included. */
export interface AnsweredVersions {
  oldest: number
  newest: number
}

export const ANSWERED_VERSIONS: AnsweredVersions = { oldest: OLDEST_PROTOCOL_VERSION, newest: PROTOCOL_VERSION }

/** Header in which a client says which version it speaks. A request without it is answered as one of the server's version. */
export const PROTOCOL_HEADER = 'Fixpoint-Protocol'

/** Header in which a client names itself with its version, for the server's log and figures; nothing is decided by it. */
export const CLIENT_HEADER = 'Fixpoint-Client'

/** Name and version of a client, such as `extension/0.1.0`. Over Socket.IO it is `client` in the handshake's query. */
export const clientNameSchema = z.string().regex(/^[a-z]{1,20}\/\d{1,5}(?:\.\d{1,5}){0,3}$/)

/** @throws FixpointError `client_too_old` or `protocol_unsupported`, which say which side is to be updated */
export function requireAnsweredProtocol(client: number, { oldest, newest }: AnsweredVersions): void {
  const message = `The client speaks version ${client}, the server ${oldest === newest ? newest : `${oldest} to ${newest}`}.`
  if (client < oldest) throw new FixpointError('client_too_old', message)
  if (client > newest) throw new FixpointError('protocol_unsupported', message, { hint: 'Update the server.' })
}
