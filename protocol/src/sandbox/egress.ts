import { z } from 'zod'

/**
 * The second connection of a sandbox: `sandboxd egress` offers an HTTP proxy on the sandbox's loopback address and carries each
 * CONNECT as a CONNECT stream of HTTP/2 to the server, which decides. Anything else than CONNECT is answered 403 inside the
 * sandbox and reported by a `POST /v1/refused` stream, so that every attempt is in the log.
 */
export const SANDBOX_PROXY_PORT = 3_128

/**
 * A host that a project's sandboxes may connect to: a full lower-case DNS name or an IPv4 address, never a pattern. A plain
 * string means port 443. `resolvesPrivately` admits a host whose name leads to a private address, such as a company's package
 * registry; loopback and cloud metadata addresses stay closed to it.
 */
export const allowedHostSchema = z
  .union([
    z.string().min(1).max(253),
    z.strictObject({
      host: z.string().min(1).max(253),
      port: z.number().int().min(1).max(65_535).default(443),
      resolvesPrivately: z.boolean().default(false)
    })
  ])
  .meta({ id: 'AllowedHost' })
export type AllowedHost = z.input<typeof allowedHostSchema>

/**
 * What became of one attempt to reach the outside. A connection that was let through is reported when it is made; where the
 * program then asked for another host in its TLS handshake, that is reported as an attempt of its own.
 */
export const egressDecisionSchema = z
  .object({
    host: z.string().max(300),
    port: z.number().int().nullable(),
    isAllowed: z.boolean(),
    reason: z.enum([
      'on_list',
      'not_on_list',
      'host_syntax',
      'port_not_allowed',
      'private_address',
      'unresolvable',
      'not_connect',
      'byte_budget',
      'too_many',
      'tls_name_mismatch',
      'connect_failed'
    ])
  })
  .meta({ id: 'EgressDecision' })
export type EgressDecision = z.infer<typeof egressDecisionSchema>

export const egressRefusedReportSchema = z.object({ method: z.string().max(20), target: z.string().max(2_000) })
