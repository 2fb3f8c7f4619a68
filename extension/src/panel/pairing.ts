import { FixpointError } from '@fixpoint/protocol'

/** Which server to connect to, and the code that lets us. */
export interface PairingInvitation {
  /** Origin, such as `http://127.0.0.1:4700`. */
  serverUrl: string
  code: string
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** Whether the server runs on this machine. */
export function isOnThisMachine(serverUrl: string): boolean {
  return URL.canParse(serverUrl) && LOOPBACK.test(new URL(serverUrl).hostname)
}

/**
 * The origin of a server from what a person typed: with or without scheme, path left out. Without a scheme it is http on this
 * machine and https elsewhere.
 * @throws FixpointError `server_url_invalid`; http to another machine is refused, because the token would travel in the clear.
 */
export function parseServerUrl(text: string): string {
  const typed = text.trim()
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed)
  const isLocal = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:|\/|$)/i.test(typed)
  const address = hasScheme ? typed : `${isLocal ? 'http' : 'https'}://${typed}`
  if (typed === '' || !URL.canParse(address)) throw invalidUrl(typed === '' ? 'The address is missing.' : `“${typed}” is not an address.`)
  const url = new URL(address)
  if (url.username !== '' || url.password !== '') throw invalidUrl('The address must not contain a user name or password.')
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw invalidUrl(`${url.protocol} addresses cannot be used.`)
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) throw invalidUrl(`${url.host} must be reached over https.`)
  return url.origin
}

/**
 * The invitation in a pairing link, such as `http://127.0.0.1:4700/pair#ABCD-EFGH`; null where the text is no such link.
 * @throws FixpointError `server_url_invalid` when it is one, to a server that may not be used.
 */
export function parsePairingLink(text: string): PairingInvitation | null {
  const typed = text.trim()
  if (!URL.canParse(typed)) return null
  const url = new URL(typed)
  const code = decode(url.hash.slice(1))
  if (!/\/pair\/?$/.test(url.pathname) || code === '') return null
  return { serverUrl: parseServerUrl(typed), code: parseCode(code) }
}

/** The link in a page's address (`#pair=<encoded link>`), if there is one. */
export function pairingLinkInHash(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, '')).get('pair')
}

/** @throws FixpointError `pairing_code_invalid` for what cannot be a code. */
export function parseCode(text: string): string {
  const code = text.trim().toUpperCase()
  if (!/^[0-9A-Z]{4}[\s-]?[0-9A-Z]{4}$/.test(code)) {
    throw new FixpointError(
      'pairing_code_invalid',
      code === '' ? 'The code is missing.' : 'A code has eight letters and digits, such as ABCD-EFGH.'
    )
  }
  return code
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // a stray percent sign; the server will say that the code is wrong
  }
}

function invalidUrl(message: string): FixpointError {
  return new FixpointError('server_url_invalid', message)
}
