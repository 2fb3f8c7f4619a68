import { FixpointError, sessionIdSchema } from '@fixpoint/protocol'

export interface SessionLink {
  /** Origin of the server. */
  serverUrl: string
  sessionId: string
}

/**
 * What a link such as `vscode://fixpoint.fixpoint/open?server=…&session=…` leads to. Anybody may have made it.
 * @throws FixpointError `invalid_parameter`
 */
export function readSessionLink(path: string, query: string): SessionLink {
  const parameters = new URLSearchParams(query)
  const server = URL.parse(parameters.get('server') ?? '')
  const sessionId = sessionIdSchema.safeParse(parameters.get('session'))
  const isServer = server !== null && /^https?:$/.test(server.protocol) && server.username === '' && server.password === ''
  if (path !== '/open' || !isServer || !sessionId.success) {
    throw new FixpointError('invalid_parameter', 'This link does not lead to a session of a Fixpoint server.')
  }
  return { serverUrl: server.origin, sessionId: sessionId.data }
}
