import { createHash } from 'node:crypto'

/** 32 letters a to p: Chrome writes the sixteen hexadecimal digits with letters, so that no id looks like an IP address. */
export const EXTENSION_ID_PATTERN = /^[a-p]{32}$/

/** Id of the extension that a public key belongs to: the first 128 bits of the key's SHA-256. @param publicKey DER, SubjectPublicKeyInfo */
export function extensionIdOf(publicKey: Uint8Array): string {
  return lettersOf(createHash('sha256').update(publicKey).digest().subarray(0, 16))
}

/** @param bytes the 16 bytes of an id, as the signed part of a CRX header has them */
export function lettersOf(bytes: Uint8Array): string {
  return Array.from(bytes, byte => String.fromCharCode(97 + (byte >> 4), 97 + (byte & 15))).join('')
}

/** The other way round: the 16 bytes that the letters stand for. */
export function bytesOfId(id: string): Buffer {
  return Buffer.from(Array.from(id, letter => (letter.charCodeAt(0) - 97).toString(16)).join(''), 'hex')
}
