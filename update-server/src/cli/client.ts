import { errorFromProblem, FixpointError, problemSchema } from '@fixpoint/protocol'
import { statusSchema, type UpdatesStatus } from '../http/status.ts'

/** What a command says of the server and of itself. */
export interface ConnectionOptions {
  server?: string
  token?: string
}

/** Talks to an update server as one person. */
export interface UpdatesClient {
  status(): Promise<UpdatesStatus>
  post(path: string, body: object): Promise<unknown>
  upload(path: string, query: URLSearchParams, crx: Buffer): Promise<unknown>
}

/**
 * Flags go before FIXPOINT_UPDATES_SERVER and FIXPOINT_UPDATES_TOKEN.
 * @throws FixpointError `server_unreachable`, `auth_required` where one of them is missing, `invalid_parameter` for what is no address
 */
export function connect(options: ConnectionOptions, environment: Readonly<Record<string, string | undefined>>): UpdatesClient {
  const server = options.server ?? environment['FIXPOINT_UPDATES_SERVER']
  const token = options.token ?? environment['FIXPOINT_UPDATES_TOKEN']
  if (server === undefined) {
    throw new FixpointError('server_unreachable', 'No update server is known.', {
      hint: 'Name it with --server or FIXPOINT_UPDATES_SERVER.'
    })
  }
  if (!/^https?:$/.test(URL.parse(server)?.protocol ?? '')) {
    throw new FixpointError('invalid_parameter', `“${server}” is not an address of an update server.`, {
      hint: 'It begins with https://, or with http:// on the same machine.'
    })
  }
  if (token === undefined) {
    throw new FixpointError('auth_required', 'No token is known.', { hint: 'Give one with --token or FIXPOINT_UPDATES_TOKEN.' })
  }
  const ask = async (path: string, init: RequestInit): Promise<unknown> => {
    const headers = { ...init.headers, Authorization: `Bearer ${token}` }
    let response: Response
    try {
      response = await fetch(`${server.replace(/\/$/, '')}${path}`, { ...init, headers, redirect: 'error' })
    } catch (error) {
      throw new FixpointError('server_unreachable', `The update server at ${server} does not answer${reasonOf(error)}.`, {
        hint: 'Check that it runs (`fixpoint-updates serve`) and that the address is right.',
        cause: error
      })
    }
    const text = await response.text()
    const value = parseJson(text)
    if (response.ok && value !== undefined) return value
    const problem = problemSchema.safeParse(value)
    if (problem.success) throw errorFromProblem(problem.data)
    throw new FixpointError('server_unreachable', `What answers at ${server} is no update server (status ${response.status}).`)
  }
  return {
    status: async () => {
      const parsed = statusSchema.safeParse(await ask('/api/status', {}))
      if (parsed.success) return parsed.data
      throw new FixpointError('client_too_old', 'The update server’s status cannot be understood.', {
        hint: 'Use the command line of the same version.'
      })
    },
    post: (path, body) => ask(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
    upload: (path, query, crx) =>
      ask(`${path}?${query}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/x-chrome-extension' },
        body: new Uint8Array(crx)
      })
  }
}

/** What is behind “fetch failed”: nobody listens, the name is not known, the certificate is not trusted. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  if (!(cause instanceof Error)) return ''
  const told = 'code' in cause ? String(cause.code) : cause.message
  return told === '' ? '' : ` (${told})`
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
