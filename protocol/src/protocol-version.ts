import { FixpointError } from './errors.ts'

/** Version of HTTP API and sockets; a client and a server whose versions differ refuse each other. */
export const PROTOCOL_VERSION = 1

/** Header in which a client says which version it speaks. A request without it is answered as one of the server's version. */
export const PROTOCOL_HEADER = 'Fixpoint-Protocol'

/** @throws FixpointError `client_too_old` or `protocol_unsupported`, which say which side is to be updated */
export function requireSameProtocol(client: number, server: number): void {
  const message = `The client speaks version ${client}, the server ${server}.`
  if (client < server) throw new FixpointError('client_too_old', message)
  if (client > server) throw new FixpointError('protocol_unsupported', message, { hint: 'Update the server.' })
}
