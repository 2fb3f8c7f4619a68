import { z } from 'zod'

/**
 * The second connection of a sandbox: `sandboxd egress` offers an HTTP proxy on the sandbox's loopback address and carries each
 * CONNECT as a CONNECT stream of HTTP/2 to the server, which decides. Anything else than CONNECT is answered 403 inside the
 * sandbox and reported by a `POST /v1/refused` stream, so that every attempt is in the log.
 */
export const SANDBOX_PROXY_PORT = 3_128

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
      'connect_failed'
    ])
  })
  .meta({ id: 'EgressDecision' })
export type EgressDecision = z.infer<typeof egressDecisionSchema>

export const egressRefusedReportSchema = z.object({ method: z.string().max(20), target: z.string().max(2_000) })
