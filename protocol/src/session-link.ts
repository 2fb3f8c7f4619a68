import { FixpointError } from './errors.ts'
import { sessionIdSchema } from './ids.ts'

export interface SessionLink {
  /** Origin of the server. */
  serverUrl: string
  sessionId: string
}

/** A link that opens a session in VS Code on the computer where it is followed. There is nothing secret in it. */
export function sessionLink({ serverUrl, sessionId }: SessionLink): string {
  return `vscode://fixpoint.fixpoint/open?${new URLSearchParams({ server: serverUrl, session: sessionId })}`
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
