import { FixpointError } from '@fixpoint/protocol'
import type { Edges } from '../edges.ts'
import type { Database } from '../store/database.ts'
import { type DoorAddress, type DoorPlaces, doorLabel } from './door-address.ts'

export interface DoorPortsOptions {
  db: Database
  edges: Edges
  /** Where people reach the server: doors have its scheme and host. */
  publicUrl: string
  /** The ports that lead here, both ends among them. */
  range: { from: number; to: number }
}

interface Tenant extends DoorAddress {
  /** Who keeps it there: requests under way and open sockets. */
  holds: number
}

/**
 * A port for each door, where no domain's subdomains lead to this server. A door keeps its port, over restarts too, until all are given
 * and it is the one that was used longest ago.
 */
export async function createDoorPorts({ db, edges, publicUrl, range }: DoorPortsOptions): Promise<DoorPlaces> {
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
    for (const [port, { holds }] of tenants) if (holds === 0) return port
    throw new FixpointError('door_unavailable', `All ${tenants.size} ports for VS Code and previews are in use.`, {
      limit: tenants.size,
      hint: 'Close a tab with VS Code or a preview, or have sessionPorts in fixpoint.config widened.'
    })
  }

  const originOf = (port: number) => `${protocol}//${hostname}:${port}`
  const rows = await db.selectFrom('door_ports').selectAll().orderBy('used_at').execute()
  for (const { port, door, session_id } of rows) {
    if (port >= range.from && port <= range.to) seat(port, { door, sessionId: session_id, holds: 0 })
  }

  return {
    sharesHost: true,

    async assign(address) {
      const port = portFor(address)
      const tenant = tenants.get(port)
      const isThere = tenant !== undefined && doorLabel(tenant) === doorLabel(address)
      seat(port, isThere ? tenant : { ...address, holds: 0 })
      const row = { door: address.door, session_id: address.sessionId, used_at: edges.now() }
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
      // Not a new one: whoever holds it has it in the hand.
      tenants.delete(Number(port))
      tenants.set(Number(port), tenant)
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
