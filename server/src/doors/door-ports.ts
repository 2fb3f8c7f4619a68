import { FixpointError } from '@fixpoint/protocol'
import type { Edges } from '../edges.ts'
import type { Logger } from '../observe/logger.ts'
import type { Database } from '../store/database.ts'
import { type DoorAddress, type DoorPlaces, doorLabel } from './door-address.ts'
import { COOKIE_LIFETIME_MS } from './door-keys.ts'

export interface DoorPortsOptions {
  db: Database
  edges: Edges
  logger: Logger
  /** Where people reach the server: doors have its scheme and host. */
  publicUrl: string
  /** The ports that lead here, both ends among them. */
  range: { from: number; to: number }
}

interface Tenant extends DoorAddress {
  /** Who keeps it there: requests under way and open sockets. */
  holds: number
  /** When somebody last came to it, in ms since 1970. */
  usedAt: number
}

/** A use that was not written down for so long (ms) is. */
const WRITE_DOWN_MS = 3_600_000

/**
 * A port for each door, where no domain's subdomains lead to this server. A door keeps its port, over restarts too. When all are given, the
 * one goes to another door that was used longest ago, but none that anybody may still be admitted to: a tab with the earlier app could
 * be open somewhere, and is of the same origin then.
 */
export async function createDoorPorts({ db, edges, logger, publicUrl, range }: DoorPortsOptions): Promise<DoorPlaces> {
  const { protocol, hostname } = new URL(publicUrl)
  /** The one that was used longest ago comes first. */
  const tenants = new Map<number, Tenant>()
  const ports = new Map<string, number>()

  function seat(port: number, tenant: Tenant): void {
    const former = tenants.get(port)
    if (former !== undefined) ports.delete(doorLabel(former))
    tenants.delete(port)
    tenants.set(port, tenant)
    ports.set(doorLabel(tenant), port)
  }

  function portFor(address: DoorAddress): number {
    const own = ports.get(doorLabel(address))
    if (own !== undefined) return own
    for (let port = range.from; port <= range.to; port++) if (!tenants.has(port)) return port
    const longAgo = edges.now().getTime() - COOKIE_LIFETIME_MS - WRITE_DOWN_MS
    for (const [port, { holds, usedAt }] of tenants) if (holds === 0 && usedAt < longAgo) return port
    throw new FixpointError('door_unavailable', `All ${tenants.size} ports for VS Code and previews were used within a week.`, {
      limit: tenants.size,
      hint: 'Have sessionPorts in fixpoint.config widened, or a sessionDomain set.'
    })
  }

  const originOf = (port: number) => `${protocol}//${hostname}:${port}`
  const rows = await db.selectFrom('door_ports').selectAll().orderBy('used_at').execute()
  for (const { port, door, session_id, used_at } of rows) {
    if (port >= range.from && port <= range.to) seat(port, { door, sessionId: session_id, holds: 0, usedAt: used_at.getTime() })
  }

  /** It is the one that was used last now. What is not written down is at worst an hour. */
  function use(port: number, tenant: Tenant): void {
    tenants.delete(port)
    tenants.set(port, tenant)
    const now = edges.now().getTime()
    if (now - tenant.usedAt < WRITE_DOWN_MS) return
    tenant.usedAt = now
    db.updateTable('door_ports')
      .set({ used_at: new Date(now) })
      .where('port', '=', port)
      .execute()
      .catch((error: unknown) => logger.warn({ err: error }, 'when a port was used could not be written down'))
  }

  return {
    sharesHost: true,

    async assign(address) {
      const port = portFor(address)
      const tenant = tenants.get(port)
      const isThere = tenant !== undefined && doorLabel(tenant) === doorLabel(address)
      const usedAt = edges.now()
      if (isThere) tenant.usedAt = usedAt.getTime()
      seat(port, isThere ? tenant : { ...address, holds: 0, usedAt: usedAt.getTime() })
      // Nobody who was admitted to the door that was here before is any more.
      if (tenant !== undefined && !isThere) {
        await db.deleteFrom('door_keys').where('door', '=', tenant.door).where('session_id', '=', tenant.sessionId).execute()
      }
      const row = { door: address.door, session_id: address.sessionId, used_at: usedAt }
      await db
        .insertInto('door_ports')
        .values({ port, ...row })
        .onConflict(conflict => conflict.column('port').doUpdateSet(row))
        .execute()
      return originOf(port)
    },

    origin(address) {
      const port = ports.get(doorLabel(address))
      return port === undefined ? undefined : originOf(port)
    },

    find(host) {
      const [, name, port] = /^(.+):(\d{1,5})$/.exec(host?.toLowerCase() ?? '') ?? []
      if (name !== hostname) return undefined
      const tenant = tenants.get(Number(port))
      if (tenant === undefined) return undefined
      use(Number(port), tenant)
      return { door: tenant.door, sessionId: tenant.sessionId }
    },

    hold(address) {
      const tenant = tenants.get(ports.get(doorLabel(address)) ?? 0)
      if (tenant === undefined) return () => undefined
      tenant.holds += 1
      let isHeld = true
      return () => {
        if (isHeld) tenant.holds -= 1
        isHeld = false
      }
    }
  }
}
