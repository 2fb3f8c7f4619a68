import type { ProjectConfig } from '../projects/project-config.ts'
import { allowListFrom } from '../sandbox/egress-policy.ts'
import { type DoorAddress, doorLabel } from './door-address.ts'

/** Names and values in turns, as `rawHeaders` has them: what comes twice stays twice. */
export type RawHeaders = readonly string[]

export interface DoorOrigin extends DoorAddress {
  /** The door's own origin. */
  origin: string
  /** The origin that the thing behind the door thinks it has. */
  innerOrigin: string
  /** Whether other doors have the same host, and so get the same cookies. */
  sharesHost: boolean
}

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade'
])

/** What would tell the app under work who is in front of it, or make it believe that somebody else is. */
const NOT_PASSED_IN = /^(?:x-forwarded-.*|x-real-ip|forwarded|via|fixpoint-.*|x-remote-user|x-auth-.*)$/

/** What an app may not say about an origin that is not its own. */
const NOT_PASSED_OUT = new Set(['strict-transport-security', 'alt-svc', 'clear-site-data', 'public-key-pins', 'nel', 'report-to'])

const COOKIE = 'fixpoint-door'

/** The cookie of a door. The prefix lets browsers take it from the door's host alone, also where sister hosts could set others. */
export function cookieName(at: DoorOrigin): string {
  const name = at.origin.startsWith('https:') ? `__Host-${COOKIE}` : COOKIE
  return at.sharesHost ? `${name}-${doorLabel(at)}` : name
}

const isOurs = (name: string, at: DoorOrigin) => (at.sharesHost ? /^(__host-)?fixpoint-door/i.test(name) : name === cookieName(at))

/**
 * Where doors share a host, the app's cookies that no script may see have names of their door, so that no other app is sent them. Those that
 * scripts see keep their names, because the scripts look for them.
 */
const appPrefix = (at: DoorOrigin) => `fixpoint-app-${doorLabel(at)}-`

export function cookieOf(header: string | undefined, name: string): string | undefined {
  const found = (header ?? '').split(';').flatMap(part => {
    const [key = '', ...value] = part.split('=')
    return key.trim() === name ? [value.join('=').trim()] : []
  })
  // Two of them are a trick: nobody can say which one is ours.
  return found.length === 1 ? found[0] : undefined
}

function pairs(raw: RawHeaders): [name: string, value: string][] {
  const result: [string, string][] = []
  for (let index = 0; index + 1 < raw.length; index += 2) result.push([raw[index] ?? '', raw[index + 1] ?? ''])
  return result
}

/** The request's headers as the thing behind the door gets them: nothing of ours, nothing about who the person is. */
export function headersInwards(raw: RawHeaders, at: DoorOrigin, isUpgrade: boolean): string[] {
  const result: string[] = ['Host', new URL(at.innerOrigin).host]
  for (const [name, value] of pairs(raw)) {
    const lower = name.toLowerCase()
    if (lower === 'host' || NOT_PASSED_IN.test(lower)) continue
    if (HOP_BY_HOP.has(lower)) continue
    // Tokens of ours begin like this; others are the app's own affair.
    if (lower === 'authorization' && /\bfxp_/.test(value)) continue
    if (lower === 'cookie') {
      const rest = cookiesInwards(value, at)
      if (rest !== '') result.push(name, rest)
    } else if (lower === 'origin' || lower === 'referer') result.push(name, inner(value, at))
    else result.push(name, value)
  }
  if (isUpgrade) result.push('Connection', 'Upgrade', 'Upgrade', 'websocket')
  else result.push('Connection', 'close')
  // A body of unknown length stays one; its framing is this connection's own.
  if (pairs(raw).some(([name]) => name.toLowerCase() === 'transfer-encoding')) result.push('Transfer-Encoding', 'chunked')
  return result
}

/** The answer's headers as the browser gets them. */
export function headersOutwards(raw: RawHeaders, at: DoorOrigin, policy: string): string[] {
  const result: string[] = []
  for (const [name, value] of pairs(raw)) {
    const lower = name.toLowerCase()
    if (HOP_BY_HOP.has(lower) || NOT_PASSED_OUT.has(lower)) continue
    if (lower === 'set-cookie') {
      for (const cookie of setCookieForThisHost(value, at)) result.push(name, cookie)
    } else if (lower === 'location') result.push(name, outer(value, at))
    else result.push(name, value)
  }
  // Policies add up: what the app forbids itself stays forbidden.
  result.push(
    'Content-Security-Policy',
    policy,
    'Cross-Origin-Opener-Policy',
    'same-origin-allow-popups',
    'X-Content-Type-Options',
    'nosniff'
  )
  return result
}

/** The app's own cookies, under the names that it gave them. */
function cookiesInwards(header: string, at: DoorOrigin): string {
  const kept = header.split(';').flatMap(part => {
    const name = part.split('=')[0]?.trim() ?? ''
    if (isOurs(name, at)) return []
    if (!at.sharesHost || !name.startsWith('fixpoint-app-')) return [part]
    return name.startsWith(appPrefix(at)) ? [part.replace(appPrefix(at), '')] : []
  })
  return kept.join(';').trim()
}

/** A cookie of the app for its own host; none where it would take the place of ours. */
function setCookieForThisHost(value: string, at: DoorOrigin): string[] {
  const [first = '', ...attributes] = value.split(';')
  const name = first.split('=')[0]?.trim() ?? ''
  if (isOurs(name, at) || (at.sharesHost && name.startsWith('fixpoint-app-'))) return []
  const cookie = [first, ...attributes.filter(attribute => !/^\s*domain\s*=/i.test(attribute))].join(';')
  if (!at.sharesHost) return [cookie]
  const hidden = `${appPrefix(at)}${cookie.trimStart()}`
  if (attributes.some(attribute => /^\s*httponly\s*$/i.test(attribute))) return [hidden]
  // Whoever takes a cookie back does not always say again that it was hidden.
  return isTakenBack(attributes) ? [cookie, hidden] : [cookie]
}

function isTakenBack(attributes: readonly string[]): boolean {
  return attributes.some(attribute => {
    const [key = '', value = ''] = attribute.split('=').map(part => part.trim())
    if (key.toLowerCase() === 'max-age') return Number(value) <= 0
    return key.toLowerCase() === 'expires' && Date.parse(value) <= Date.now()
  })
}

function inner(value: string, at: DoorOrigin): string {
  return value === at.origin || value.startsWith(`${at.origin}/`) ? at.innerOrigin + value.slice(at.origin.length) : value
}

function outer(value: string, at: DoorOrigin): string {
  return value === at.innerOrigin || value.startsWith(`${at.innerOrigin}/`) ? at.origin + value.slice(at.innerOrigin.length) : value
}

/**
 * What a page behind a door may load and talk to. The sandbox lets nothing out but to the project's list of hosts, and neither
 * shall a page from the sandbox in a person's browser: VS Code to nobody, the preview to the hosts on the list.
 */
export function contentPolicy(at: DoorOrigin, project: ProjectConfig): string {
  const { host, protocol } = new URL(at.origin)
  const socket = `${protocol === 'https:' ? 'wss' : 'ws'}://${host}`
  const listed = at.door === 'preview' ? allowListFrom(project.allowedHosts).map(entry => `https://${entry.host}:${entry.port}`) : []
  const own = ["'self'", socket, 'data:', 'blob:', ...listed].join(' ')
  // By this name VS Code’s pages ask for their own files; a worker of theirs answers, and nothing is there to be reached.
  const files = at.door === 'vscode' ? ' https://*.vscode-resource.vscode-cdn.net' : ''
  return [
    `default-src ${own}${files} 'unsafe-inline' 'unsafe-eval'`,
    `connect-src ${own}`,
    `form-action 'self' ${listed.join(' ')}`.trim(),
    "frame-ancestors 'self'",
    "object-src 'none'",
    "base-uri 'self'"
  ].join('; ')
}

export interface Manners {
  method: string
  origin: string | undefined
  fetchSite: string | undefined
  fetchMode: string | undefined
  fetchDest: string | undefined
  isUpgrade: boolean
}

/**
 * Whether a request comes from the door's own pages, or from the person. Cookies are no proof of that: a sister host (another
 * session's preview) is the same site to a browser, and sends them along.
 * @see https://www.w3.org/TR/fetch-metadata/
 */
export function comesFromOutside({ method, origin, fetchSite, fetchMode, fetchDest, isUpgrade }: Manners, at: DoorOrigin): boolean {
  if (origin !== undefined) return origin !== at.origin
  // Browsers always name the origin of a WebSocket and of what changes something.
  if (isUpgrade) return true
  if (fetchSite === undefined || fetchSite === 'same-origin' || fetchSite === 'none') return false
  const isVisit = fetchMode === 'navigate' && fetchDest === 'document' && (method === 'GET' || method === 'HEAD')
  // Links to the app are links; VS Code takes orders in its address, such as which file to open, and is only entered by its door.
  return !(at.door === 'preview' && isVisit)
}
