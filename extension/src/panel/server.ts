import {
  type ApiClient,
  createApiClient,
  FixpointError,
  problemSchema,
  type RouteInput,
  type RouteName,
  type RouteResponse
} from '@fixpoint/protocol'
import type { ArtifactSource } from '@fixpoint/ui'

export interface Server {
  readonly serverUrl: string
  /** Calls a route. @throws FixpointError, also when the server takes longer than it may. */
  call: ApiClient['call']
  artifacts: ArtifactSource
  /** Frees the pictures. */
  dispose(): void
}

interface ServerOptions {
  serverUrl: string
  token?: string
  /** As the server is told who asks. */
  client: string
  fetch: typeof globalThis.fetch
}

const ANSWER_MS = 30_000
/** Pictures kept at the same time; a page of a long session shows fewer. */
const MAX_PICTURES = 150

const requestIds = new WeakMap<object, string>()

/** The request id of the answer that an error came from, as the server's log has it. */
export function requestIdOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null ? requestIds.get(error) : undefined
}

/** The server as the panel uses it. */
export function connectServer({ serverUrl, token, client: clientName, fetch }: ServerOptions): Server {
  async function call<K extends RouteName>(
    name: K,
    input: RouteInput<K>,
    options: { signal?: AbortSignal; idempotencyKey?: string } = {}
  ): Promise<RouteResponse<K>> {
    let requestId: string | undefined
    const timeout = AbortSignal.timeout(ANSWER_MS)
    const client = createApiClient({
      serverUrl,
      token,
      client: clientName,
      fetch: async (address, init) => {
        const response = await fetch(address, init)
        if (!response.ok) requestId = await readRequestId(response.clone())
        return response
      }
    })
    try {
      return await client.call(name, input, { ...options, signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout })
    } catch (thrown) {
      const error = timeout.aborted
        ? new FixpointError('server_unreachable', `${serverUrl} has not answered for ${ANSWER_MS / 1_000} s.`, { cause: thrown })
        : thrown
      if (requestId !== undefined && error instanceof FixpointError) requestIds.set(error, requestId)
      throw error
    }
  }

  const pictures = new Map<string, Promise<string>>()

  async function load(sessionId: string, artifactId: string): Promise<Uint8Array<ArrayBuffer>> {
    return Uint8Array.from(await call('getArtifact', { params: { sessionId, artifactId } }))
  }

  function forget(artifactId: string) {
    const picture = pictures.get(artifactId)
    pictures.delete(artifactId)
    picture?.then(
      url => URL.revokeObjectURL(url),
      () => undefined // it never became one
    )
  }

  return {
    serverUrl,
    call,
    artifacts: {
      url(sessionId, artifactId) {
        const known = pictures.get(artifactId)
        if (known !== undefined) {
          // The last used stays longest.
          pictures.delete(artifactId)
          pictures.set(artifactId, known)
          return known
        }
        // Without a type the browser recognises PNG, JPEG and WebP by their bytes, and never takes them for SVG or HTML.
        const picture = load(sessionId, artifactId).then(bytes => URL.createObjectURL(new Blob([bytes])))
        pictures.set(artifactId, picture)
        picture.catch(() => pictures.delete(artifactId))
        const [oldest] = pictures.keys()
        if (pictures.size > MAX_PICTURES && oldest !== undefined) forget(oldest)
        return picture
      },
      text: async (sessionId, artifactId) => new TextDecoder().decode(await load(sessionId, artifactId))
    },
    dispose() {
      for (const artifactId of [...pictures.keys()]) forget(artifactId)
    }
  }
}

async function readRequestId(response: Response): Promise<string | undefined> {
  const header = response.headers.get('x-request-id')
  if (header !== null) return header
  const problem = problemSchema.safeParse(await response.json().catch(() => null))
  return problem.success ? problem.data.instance : undefined
}
