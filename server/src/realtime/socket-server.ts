import type { Server as HttpServer, IncomingMessage } from 'node:http'
import {
  ANSWERED_VERSIONS,
  type ClientToServerEvents,
  clientNameSchema,
  type ErrorCode,
  FixpointError,
  type FollowAnswer,
  followRequestSchema,
  handshakeAuthSchema,
  requireAnsweredProtocol,
  type ServerToClientEvents,
  type TextDelta,
  unfollowRequestSchema
} from '@fixpoint/protocol'
import { type Socket, Server as SocketServer } from 'socket.io'
import type { z } from 'zod'
import { asFixpointError } from '../as-fixpoint-error.ts'
import type { Caller } from '../auth/tokens.ts'
import { watchAccess } from '../auth/watch-access.ts'
import { type Edges, newId } from '../edges.ts'
import type { AccessRules } from '../http/security.ts'
import type { ConnectedClients } from '../observe/connected-clients.ts'
import type { Logger } from '../observe/logger.ts'
import type { SessionLog } from '../sessions/session-log.ts'
import { followLog } from './log-follower.ts'

/** Text that the model is writing, on its way to those who watch. */
export interface TextDeltas {
  subscribe(listener: (delta: TextDelta) => void): () => void
}

export interface SocketServerOptions {
  httpServer: HttpServer
  log: SessionLog
  deltas: TextDeltas
  verifyToken: (token: string) => Promise<Caller>
  rules: () => AccessRules
  epoch: string
  clients: ConnectedClients
  edges: Edges
  logger: Logger
}

/** Messages are small; everything large goes over HTTP (threats.md V5). */
const MAX_MESSAGE_BYTES = 256_000
const CONNECT_TIMEOUT_MS = 5_000
/** A batch that is not acknowledged for this long means that the client does not read; it comes back with `after`. */
const ACKNOWLEDGE_MS = 30_000
const MAX_FOLLOWED = 50
/** Messages of one client in ten seconds; ten unknown ones end the connection. */
const MAX_MESSAGES = 400
const MAX_UNKNOWN = 10
const RATE_WINDOW_MS = 10_000
const MAX_UNAUTHENTICATED_PER_ADDRESS = 20

type Connection = Socket<ClientToServerEvents, ServerToClientEvents, Record<string, never>, { caller: Caller; token: string }>

interface RawConnection {
  request: IncomingMessage
  once(event: 'close', listener: () => void): void
}

function once(action: () => void): () => void {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    action()
  }
}

/** Lets clients follow session logs over Socket.IO; see `realtime.ts` of the protocol for the conversation. */
export function createSocketServer(options: SocketServerOptions): SocketServer {
  const { httpServer, rules, logger } = options
  /** Connections of an address that have not shown a token. */
  const waiting = new Map<string, number>()
  const releases = new WeakMap<IncomingMessage, () => void>()
  const server = new SocketServer<ClientToServerEvents, ServerToClientEvents, Record<string, never>, { caller: Caller; token: string }>(
    httpServer,
    {
      maxHttpBufferSize: MAX_MESSAGE_BYTES,
      connectTimeout: CONNECT_TIMEOUT_MS,
      pingInterval: 10_000,
      pingTimeout: 10_000,
      serveClient: false,
      // The `cors` option decides what pages may read, not who may connect, so the origin is checked here for every transport.
      allowRequest: (request, decide) => {
        const refusal = refuseConnection(request, rules(), waiting.get(addressOf(request)) ?? 0)
        decide(refusal, refusal === null)
      },
      cors: { origin: (origin, decide) => decide(null, origin !== undefined && rules().origins.has(origin)) }
    }
  )

  server.engine.on('connection', (raw: RawConnection) => {
    const address = addressOf(raw.request)
    waiting.set(address, (waiting.get(address) ?? 0) + 1)
    // Once for each connection: when it has shown a token, or when it ends without.
    const release = once(() => {
      const count = (waiting.get(address) ?? 1) - 1
      if (count > 0) waiting.set(address, count)
      else waiting.delete(address)
    })
    releases.set(raw.request, release)
    raw.once('close', release)
  })

  server.use((socket, next) => {
    authenticate(socket, options).then(
      () => {
        // Connections that have shown a token no longer count against their address.
        releases.get(socket.request)?.()
        next()
      },
      (thrown: unknown) => next(connectError(thrown, options.edges))
    )
  })

  server.on('connection', socket => serveConnection(socket, options))
  server.engine.on('connection_error', (error: { code: number; message: string }) =>
    logger.debug({ code: error.code }, `socket refused: ${error.message}`)
  )
  return server
}

/** Engine.IO answers the text of a refusal with status 403. */
function refuseConnection(request: IncomingMessage, rules: AccessRules, unauthenticated: number): string | null {
  const { origin, host } = request.headers
  if (!rules.hostNames.has(host?.toLowerCase() ?? '')) return 'host_not_allowed'
  if (origin !== undefined && !rules.origins.has(origin)) return 'origin_not_allowed'
  if (unauthenticated >= MAX_UNAUTHENTICATED_PER_ADDRESS) return 'rate_limited'
  return null
}

function addressOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? 'unknown'
}

async function authenticate(socket: Connection, { verifyToken, logger }: SocketServerOptions): Promise<void> {
  const auth = handshakeAuthSchema.safeParse(socket.handshake.auth)
  if (!auth.success)
    throw new FixpointError('auth_required', 'The handshake has no token.', { hint: 'Connect with auth: { token, protocolVersion }.' })
  const { token, protocolVersion } = auth.data
  try {
    requireAnsweredProtocol(protocolVersion, ANSWERED_VERSIONS)
  } catch (error) {
    logger.warn({ client: clientNameOf(socket), protocolVersion }, 'a client of another version of the protocol was refused')
    throw error
  }
  socket.data = { caller: await verifyToken(token), token }
}

function clientNameOf(socket: Connection): string {
  return clientNameSchema.safeParse(socket.handshake.query['client']).data ?? 'unknown'
}

/** Socket.IO hands `data` of a connect error to the client. */
function connectError(thrown: unknown, edges: Edges): Error {
  const error = asFixpointError(thrown)
  return Object.assign(new Error(error.code), { data: error.toProblem(newId(edges, 'request')) })
}

function serveConnection(socket: Connection, options: SocketServerOptions): void {
  const { log, deltas, edges, logger, epoch, verifyToken } = options
  const followed = new Map<string, AbortController>()
  const limits = { messages: 0, unknown: 0 }
  const client = clientNameOf(socket)
  logger.debug({ client }, 'a client has connected')
  socket.once('disconnect', options.clients.add(client))

  const refuse = (error: FixpointError) => socket.emit('refused', error.toProblem(newId(edges, 'request')))
  const disconnectWith = (code: ErrorCode, message: string) => {
    refuse(new FixpointError(code, message))
    socket.disconnect(true)
  }

  const resetLimits = setInterval(() => {
    limits.messages = 0
  }, RATE_WINDOW_MS)
  const stopWatching = watchAccess(
    () => verifyToken(socket.data.token),
    logger,
    error => disconnectWith(error.code, error.message)
  )
  const stopDeltas = deltas.subscribe(delta => {
    // Deltas may be lost: a client that is behind gets the text with the event.
    if (followed.has(delta.sessionId)) socket.volatile.emit('delta', delta)
  })

  socket.use((message: unknown[], next) => {
    limits.messages++
    if (limits.messages > MAX_MESSAGES) {
      disconnectWith('rate_limited', `More than ${MAX_MESSAGES} messages came in ${RATE_WINDOW_MS / 1_000} s.`)
      return
    }
    const [name] = message
    const acknowledge = message.at(-1)
    if (name === 'follow' || name === 'unfollow') {
      next()
      return
    }
    limits.unknown++
    const error = new FixpointError('unknown_event', `“${String(name).slice(0, 60)}” is not an event of this server.`)
    if (typeof acknowledge === 'function') acknowledge({ problem: error.toProblem(newId(edges, 'request')) })
    else refuse(error)
    if (limits.unknown >= MAX_UNKNOWN) socket.disconnect(true)
  })

  async function follow(request: unknown): Promise<FollowAnswer> {
    const { sessionId, after } = parseMessage(followRequestSchema, request)
    if (!followed.has(sessionId) && followed.size >= MAX_FOLLOWED) {
      throw new FixpointError('rate_limited', `One connection follows at most ${MAX_FOLLOWED} sessions.`, { limit: MAX_FOLLOWED })
    }
    const { head } = await readHead(log, sessionId, after)
    followed.get(sessionId)?.abort()
    const ending = new AbortController()
    followed.set(sessionId, ending)
    // The answer goes out first; the events follow it on the same connection.
    setImmediate(() => {
      void followLog({
        log,
        sessionId,
        after,
        signal: ending.signal,
        deliver: async events => {
          await socket.timeout(ACKNOWLEDGE_MS).emitWithAck('events', { sessionId, events })
        }
      }).catch((thrown: unknown) => {
        if (ending.signal.aborted || !socket.connected) return
        logger.info({ err: thrown, sessionId }, 'a client no longer takes events')
        disconnectWith('resync_required', 'Events were not acknowledged in time.')
      })
    })
    return { head, epoch }
  }

  socket.on('follow', (request: unknown, acknowledge: unknown) => {
    const answer = typeof acknowledge === 'function' ? (value: FollowAnswer) => acknowledge(value) : () => undefined
    if (typeof acknowledge !== 'function') {
      refuse(new FixpointError('invalid_event', 'follow needs an acknowledgement function.'))
      return
    }
    follow(request).then(answer, (thrown: unknown) => {
      const error = asFixpointError(thrown)
      if (error.code === 'internal') logger.error({ err: thrown }, 'follow failed')
      answer({ problem: error.toProblem(newId(edges, 'request')) })
    })
  })

  socket.on('unfollow', (request: unknown) => {
    const parsed = unfollowRequestSchema.safeParse(request)
    if (!parsed.success) {
      refuse(new FixpointError('invalid_event', 'unfollow names a session.'))
      return
    }
    followed.get(parsed.data.sessionId)?.abort()
    followed.delete(parsed.data.sessionId)
  })

  socket.once('disconnect', () => {
    clearInterval(resetLimits)
    stopWatching()
    stopDeltas()
    for (const ending of followed.values()) ending.abort()
    followed.clear()
  })
}

function parseMessage<T extends z.ZodType>(schema: T, message: unknown): z.output<T> {
  const parsed = schema.safeParse(message)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  if (issue?.path[0] === 'sessionId') throw new FixpointError('session_not_found', 'There is no such session.')
  throw new FixpointError('invalid_event', `${issue?.path.join('.') || 'The message'}: ${issue?.message ?? 'is not well formed'}.`)
}

/** Where the log ends. A client that is ahead of it has another log in mind and must begin again. */
async function readHead(log: SessionLog, sessionId: string, after: number): Promise<{ head: number }> {
  try {
    return await log.read(sessionId, after, 1)
  } catch (error) {
    if (error instanceof FixpointError && error.code === 'seq_ahead') {
      throw new FixpointError('resync_required', error.message, { limit: error.limit })
    }
    throw error
  }
}
