import type { EgressDecision } from '@fixpoint/protocol/sandbox'

type Reason = EgressDecision['reason']

const REASONS: Record<Reason, string> = {
  on_list: 'the connection was let through',
  not_on_list: 'the host is not on the project’s list of allowed hosts',
  host_syntax: 'this is not a host name with a port',
  port_not_allowed: 'the port is not on the project’s list of allowed hosts',
  private_address: 'the host resolves to a private address',
  unresolvable: 'the host has no address',
  not_connect: 'only connections asked for with CONNECT lead out, as for HTTPS',
  byte_budget: 'the sandbox has used up what it may transfer',
  too_many: 'the sandbox has too many connections open',
  tls_name_mismatch: 'the connection asks for another host than the proxy was asked for',
  connect_failed: 'the host does not answer'
}

/**
 * One sentence for the body of the proxy's answer, which tools such as curl and npm print.
 * @param reason the server's word for it, from the `fixpoint-reason` header.
 */
export function refusalSentence(target: string, reason: unknown): string {
  const shown = target.length > 200 ? `${target.slice(0, 200)}…` : target
  return `Fixpoint did not connect to ${shown}: ${isReason(reason) ? REASONS[reason] : 'the server refused'}.`
}

function isReason(value: unknown): value is Reason {
  return typeof value === 'string' && Object.hasOwn(REASONS, value)
}
