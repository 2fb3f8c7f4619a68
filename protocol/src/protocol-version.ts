import { z } from 'zod'
import { FixpointError } from './errors.ts'

/** Version of HTTP API and sockets; a client and a server whose versions differ refuse each other. */
export const PROTOCOL_VERSION = 1

/** Header in which a client says which version it speaks. A request without it is answered as one of the server's version. */
export const PROTOCOL_HEADER = 'Fixpoint-Protocol'

/** Header in which a client names itself with its version, for the server's log and figures; nothing is decided by it. */
export const CLIENT_HEADER = 'Fixpoint-Client'

/** Name and version of a client, such as `extension/0.1.0`. Over Socket.IO it is `client` in the handshake's query. */
export const clientNameSchema = z.string().regex(/^[a-z]{1,20}\/\d{1,5}(?:\.\d{1,5}){0,3}$/)

/** @throws FixpointError `client_too_old` or `protocol_unsupported`, which say which side is to be updated */
export function requireSameProtocol(client: number, server: number): void {
  const message = `The client speaks version ${client}, the server ${server}.`
  if (client < server) throw new FixpointError('client_too_old', message)
  if (client > server) throw new FixpointError('protocol_unsupported', message, { hint: 'Update the server.' })
}
