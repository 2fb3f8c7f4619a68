import { isIPv4 } from 'node:net'
import { FixpointError } from '@fixpoint/protocol'
import { type AllowedHost, allowedHostSchema, type EgressDecision } from '@fixpoint/protocol/sandbox'
import { addressKind } from './address.ts'

/** Where a program in the sandbox wants to go, as it said it in its CONNECT. */
export interface Target {
  host: string
  port: number
}

export interface ResolvedAddress {
  address: string
  family: 4 | 6
}

export interface AllowListEntry {
  host: string
  port: number
  resolvesPrivately: boolean
}

export type RefusalReason = Exclude<EgressDecision['reason'], 'on_list'>

// Letters, digits, hyphens and underscores in labels of 1 to 63, at least one label; the last one not a number in any spelling,
// because resolvers read 2130706433, 0177.0.0.1 and 0x7f.1 as addresses. No trailing dot: it names the same host by another text.
const HOST_NAME =
  /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*(?!(?:\d+|0x[0-9a-f]*)$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/
const PORT = /^[1-9]\d{0,4}$/

/**
 * Reads `host:port` as it stands in a CONNECT request. Nothing is decoded, trimmed or guessed: what is not plainly a lower- or
 * upper-case ASCII name (or a dotted IPv4 address) and a decimal port is no target.
 */
export function parseTarget(authority: string): Target | undefined {
  const colon = authority.lastIndexOf(':')
  if (colon < 0) return undefined
  const host = authority.slice(0, colon).replace(/[A-Z]/g, letter => letter.toLowerCase())
  const port = authority.slice(colon + 1)
  if (!PORT.test(port) || Number(port) > 65_535) return undefined
  return isHost(host) ? { host, port: Number(port) } : undefined
}

function isHost(host: string): boolean {
  return HOST_NAME.test(host) || isIPv4(host)
}

/**
 * The allow-list of a sandbox from the project's configuration.
 * @throws FixpointError `config_invalid`, naming the entry that is no exact host.
 */
export function allowListFrom(hosts: readonly AllowedHost[]): AllowListEntry[] {
  return hosts.map(value => {
    const parsed = allowedHostSchema.parse(value)
    const entry = typeof parsed === 'string' ? { host: parsed, port: 443, resolvesPrivately: false } : parsed
    const host = entry.host.toLowerCase()
    if (!isHost(host)) {
      throw new FixpointError('config_invalid', `“${entry.host}” in allowedHosts is not the full name of one host.`, {
        field: 'allowedHosts'
      })
    }
    return { ...entry, host }
  })
}

/** The entry that admits the target, or why none does. */
export function findEntry(target: Target, list: readonly AllowListEntry[]): AllowListEntry | RefusalReason {
  const entries = list.filter(entry => entry.host === target.host)
  if (entries.length === 0) return 'not_on_list'
  return entries.find(entry => entry.port === target.port) ?? 'port_not_allowed'
}

/** The addresses of those a name was resolved to that the entry may be connected to. */
export function usableAddresses(addresses: readonly ResolvedAddress[], entry: AllowListEntry): ResolvedAddress[] {
  return addresses.filter(({ address }) => {
    const kind = addressKind(address)
    return kind === 'public' || (kind === 'private' && entry.resolvesPrivately)
  })
}
