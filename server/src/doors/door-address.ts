import { type Door, FixpointError, sessionIdSchema } from '@fixpoint/protocol'

/** One thing of one session that a browser can open: it has an origin of its own. */
export interface DoorAddress {
  door: Door
  sessionId: string
}

/** Where doors are on this server. */
export interface DoorPlaces {
  /**
   * Whether doors have the host in common and differ in the port alone. Browsers then send the cookies of one to all, and a port that had
   * another door before may still have its pages' storage.
   */
  readonly sharesHost: boolean
  /** Gives the door its place, if it has none. @returns its origin. @throws FixpointError `door_unavailable` where there is no place left. */
  assign(address: DoorAddress): Promise<string>
  /** The origin of a door that has a place. */
  origin(address: DoorAddress): string | undefined
  /** The door that a Host header names; undefined where it names none. */
  find(host: string | undefined): DoorAddress | undefined
  /** Keeps the door's place from being given to another until the function that is returned is called. */
  hold(address: DoorAddress): () => void
}

/** The door's name in host names and cookies. `ses_` comes back in front; a label of a host name takes no underscore. */
export function doorLabel({ door, sessionId }: DoorAddress): string {
  return `${door}-${sessionId.slice('ses_'.length)}`
}

const LABEL = /^(vscode|preview)-([0-9a-z]{20})$/

/**
 * A host name for each door.
 * @param publicUrl where people reach the server
 * @param domain a domain whose subdomains all lead here. A server on loopback needs none: browsers take every name that ends in
 *   `.localhost` for this machine (RFC 6761, 6.3).
 * @returns null where there are no such names.
 */
export function doorNames(publicUrl: string, domain: string | undefined): DoorPlaces | null {
  const { protocol, hostname, port } = new URL(publicUrl)
  const suffix = domain?.toLowerCase() ?? (isLoopback(hostname) ? 'localhost' : undefined)
  if (suffix === undefined) return null
  const end = port === '' ? '' : `:${port}`
  const origin = (address: DoorAddress) => `${protocol}//${doorLabel(address)}.${suffix}${end}`
  return {
    sharesHost: false,
    assign: async address => origin(address),
    origin,
    find(host) {
      const name = host?.toLowerCase() ?? ''
      if (!name.endsWith(`.${suffix}${end}`)) return undefined
      const [, door, id] = LABEL.exec(name.slice(0, -`.${suffix}${end}`.length)) ?? []
      const sessionId = sessionIdSchema.safeParse(`ses_${id}`)
      return (door === 'vscode' || door === 'preview') && sessionId.success ? { door, sessionId: sessionId.data } : undefined
    },
    hold: () => () => undefined
  }
}

export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}

export function requireDoorPlaces(places: DoorPlaces | null): DoorPlaces {
  if (places !== null) return places
  throw new FixpointError('door_unavailable', 'This server is reached by a name that has no subdomains and no ports for sessions.')
}
