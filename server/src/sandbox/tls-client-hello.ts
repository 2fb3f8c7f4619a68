/**
 * What the first bytes that a program sends say about the host it wants: a TLS ClientHello with its server name (lower case;
 * absent where there is none), something else than TLS, or `incomplete` while more bytes are needed to tell.
 */
export type FirstBytes = { kind: 'tls'; serverName: string | undefined } | { kind: 'other' } | { kind: 'incomplete' }

/** A ClientHello is rarely above 2 KiB; with post-quantum keys and session tickets it stays below 16 KiB. */
export const MAX_CLIENT_HELLO_BYTES = 32 * 1024

const HANDSHAKE_RECORD = 22
const CLIENT_HELLO = 1
const SERVER_NAME_EXTENSION = 0
const HOST_NAME_TYPE = 0

/** Reads RFC 8446 §4.1.2 and RFC 6066 §3. A malformed handshake is `other`. */
export function readFirstBytes(bytes: Buffer): FirstBytes {
  if (bytes.length === 0) return { kind: 'incomplete' }
  if (bytes[0] !== HANDSHAKE_RECORD) return { kind: 'other' }
  const handshake = joinRecords(bytes)
  if (handshake === undefined) return { kind: 'other' }
  try {
    return { kind: 'tls', serverName: serverNameOf(handshake.message, handshake.isWhole) }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return handshake.isWhole || bytes.length > MAX_CLIENT_HELLO_BYTES ? { kind: 'other' } : { kind: 'incomplete' }
  }
}

/** The first handshake message, which may be spread over records, as far as it has arrived; undefined where it is not one. */
function joinRecords(bytes: Buffer): { message: Buffer; isWhole: boolean } | undefined {
  let message = Buffer.alloc(0)
  let at = 0
  while (at + 5 <= bytes.length) {
    if (bytes[at] !== HANDSHAKE_RECORD || bytes[at + 1] !== 3) return undefined
    const end = at + 5 + bytes.readUInt16BE(at + 3)
    message = Buffer.concat([message, bytes.subarray(at + 5, end)])
    if (message.length >= 4 && message.length >= 4 + message.readUIntBE(1, 3)) return { message, isWhole: true }
    at = end
  }
  return { message, isWhole: false }
}

/** @throws RangeError when the message ends before the name was reached, or is no ClientHello. */
function serverNameOf(message: Buffer, isWhole: boolean): string | undefined {
  if (message.readUInt8(0) !== CLIENT_HELLO) throw new RangeError('not a ClientHello')
  if (!isWhole) throw new RangeError('the ClientHello goes on')
  let at = 4 + 2 + 32 // message header, version, random
  at += 1 + message.readUInt8(at) // session id
  at += 2 + message.readUInt16BE(at) // cipher suites
  at += 1 + message.readUInt8(at) // compression methods
  const end = at + 2 + message.readUInt16BE(at)
  at += 2
  while (at < end) {
    const type = message.readUInt16BE(at)
    const length = message.readUInt16BE(at + 2)
    if (type === SERVER_NAME_EXTENSION) {
      if (message.readUInt8(at + 6) !== HOST_NAME_TYPE) throw new RangeError('not a host name')
      const nameLength = message.readUInt16BE(at + 7)
      if (at + 9 + nameLength > message.length) throw new RangeError('the name goes on')
      return message.toString('latin1', at + 9, at + 9 + nameLength).toLowerCase()
    }
    at += 4 + length
  }
  return undefined
}
