/** A typed client of the HTTP API. Where requests go and how they travel is passed in, so it serves the panel, the CLI and tests. */
import { z } from 'zod'
import { errorFromProblem, FixpointError, problemSchema } from './errors.ts'
import { type Route, type RouteInput, type RouteName, type RouteResponse, routes } from './http-api.ts'
import { CLIENT_HEADER, PROTOCOL_HEADER, PROTOCOL_VERSION } from './protocol-version.ts'

export interface ApiClientOptions {
  /** Origin of the server, such as `http://127.0.0.1:4700`. */
  serverUrl: string
  token?: string
  /** Name and version of the client, such as `extension/0.1.0`; shown to whoever runs the server. */
  client?: string
  fetch: typeof globalThis.fetch
}

interface CallOptions {
  signal?: AbortSignal
  /** Makes a repeated call have one effect; give the same key when trying again. */
  idempotencyKey?: string
}

export interface ApiClient {
  /**
   * Calls one route and gives its parsed answer (bytes where the answer is not JSON).
   * @throws FixpointError with the server's code, or `server_unreachable` when nothing answered.
   */
  call<K extends RouteName>(name: K, input: RouteInput<K>, options?: CallOptions): Promise<RouteResponse<K>>
  /** Opens a stream of a session's events; the caller reads the body. Same errors as `call`. */
  openEventStream(sessionId: string, after: number, signal: AbortSignal): Promise<Response>
  /** Opens a stream of changes to a session's files; the same. */
  openFileChanges(sessionId: string, signal: AbortSignal): Promise<Response>
}

/** Parts of an input as the generic code sees them; the types of `call` guard what goes in. */
const looseInputSchema = z.object({
  params: z.record(z.string(), z.string()).optional(),
  query: z.record(z.string(), z.union([z.string(), z.number()]).optional()).optional(),
  body: z.unknown().optional()
})
const bytesSchema = z.object({ bytes: z.instanceof(Uint8Array<ArrayBuffer>), mediaType: z.string() })

export function createApiClient({ serverUrl, token, client, fetch }: ApiClientOptions): ApiClient {
  const common: Record<string, string> = {
    [PROTOCOL_HEADER]: String(PROTOCOL_VERSION),
    ...(client === undefined ? {} : { [CLIENT_HEADER]: client }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` })
  }

  async function send(url: string, init: RequestInit): Promise<Response> {
    let response: Response
    try {
      response = await fetch(url, init)
    } catch (cause) {
      if (init.signal?.aborted) throw cause
      throw new FixpointError('server_unreachable', `Nothing answers at ${serverUrl}.`, { cause })
    }
    if (!response.ok) throw await errorOf(response)
    return response
  }

  return {
    async call<K extends RouteName>(name: K, input: RouteInput<K>, options: CallOptions = {}): Promise<RouteResponse<K>> {
      const route: Route = routes[name]
      const { params = {}, query = {}, body } = looseInputSchema.parse(input)
      const headers = { ...common, ...(options.idempotencyKey ? { 'idempotency-key': options.idempotencyKey } : {}) }
      const init: RequestInit = { method: route.method.toUpperCase(), headers, signal: options.signal ?? null }
      if (typeof route.body === 'string') {
        const { bytes, mediaType } = bytesSchema.parse(body)
        init.headers = { ...headers, 'content-type': mediaType }
        init.body = bytes
      } else if (route.body !== undefined) {
        init.headers = { ...headers, 'content-type': 'application/json' }
        init.body = JSON.stringify(body)
      }
      const response = await send(serverUrl + fillPath(route.path, params) + queryString(query), init)
      const answer: unknown =
        typeof route.response === 'string'
          ? new Uint8Array(await response.arrayBuffer())
          : parseAnswer(route.response, await response.json())
      return answer as RouteResponse<K> // parsed with the route's own schema in the line above
    },

    openEventStream(sessionId, after, signal) {
      const path = fillPath(routes.listEvents.path, { sessionId })
      return send(`${serverUrl}${path}?after=${after}`, { headers: { ...common, accept: 'text/event-stream' }, signal })
    },

    openFileChanges(sessionId, signal) {
      const path = fillPath(routes.watchWorkspace.path, { sessionId })
      return send(serverUrl + path, { headers: { ...common, accept: 'text/event-stream' }, signal })
    }
  }
}

function fillPath(path: string, params: Record<string, string>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
}

function queryString(query: Record<string, string | number | undefined>): string {
  const pairs = Object.entries(query).flatMap<[string, string]>(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`
}

function parseAnswer(schema: z.ZodType, answer: unknown): unknown {
  const parsed = schema.safeParse(answer)
  if (parsed.success) return parsed.data
  throw new FixpointError('protocol_unsupported', 'The server’s answer does not have the expected form.', {
    hint: 'Bring the client and the server to the same version.',
    cause: parsed.error
  })
}

async function errorOf(response: Response): Promise<FixpointError> {
  const problem = problemSchema.safeParse(await response.json().catch(() => null))
  if (problem.success) return errorFromProblem(problem.data)
  return new FixpointError('server_unreachable', `The address answered with status ${response.status}, but not as a Fixpoint server does.`)
}
