import { type Door, FixpointError, sessionIdSchema } from '@fixpoint/protocol'

/** One thing of one session that a browser can open: it has a host name, and so an origin, of its own. */
export interface DoorAddress {
  door: Door
  sessionId: string
}

/** How doors are named on this server; null where there are no names for them. */
export interface DoorNames {
  origin(address: DoorAddress): string
  /** The door that a Host header names; undefined where it names none. */
  find(host: string | undefined): DoorAddress | undefined
}

/** `ses_` comes back in front; a label of a host name takes no underscore. */
const LABEL = /^(vscode|preview)-([0-9a-z]{20})$/

/**
 * @param publicUrl where people reach the server
 * @param domain a domain whose subdomains all lead here. A server on loopback needs none: browsers take every name that ends in
 *   `.localhost` for this machine (RFC 6761, 6.3).
 */
export function doorNames(publicUrl: string, domain: string | undefined): DoorNames | null {
  const { protocol, hostname, port } = new URL(publicUrl)
  const suffix = domain?.toLowerCase() ?? (isLoopback(hostname) ? 'localhost' : undefined)
  if (suffix === undefined) return null
  const end = port === '' ? '' : `:${port}`
  return {
    origin: ({ door, sessionId }) => `${protocol}//${door}-${sessionId.slice('ses_'.length)}.${suffix}${end}`,
    find(host) {
      const name = host?.toLowerCase() ?? ''
      if (!name.endsWith(`.${suffix}${end}`)) return undefined
      const [, door, id] = LABEL.exec(name.slice(0, -`.${suffix}${end}`.length)) ?? []
      const sessionId = sessionIdSchema.safeParse(`ses_${id}`)
      return (door === 'vscode' || door === 'preview') && sessionId.success ? { door, sessionId: sessionId.data } : undefined
    }
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}

export function requireDoorNames(names: DoorNames | null): DoorNames {
  if (names !== null) return names
  throw new FixpointError('door_unavailable', 'This server is reached by a name that has no subdomains for sessions.')
}
