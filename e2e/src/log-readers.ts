/** Clients that follow a session's log as the panel, a script and a page would: over Socket.IO, as server-sent events, page by page. */
import { connect, type Socket as TcpSocket } from 'node:net'
import {
  type ClientToServerEvents,
  eventBatchSchema,
  type FollowAnswer,
  followAnswerSchema,
  PROTOCOL_VERSION,
  type ServerToClientEvents,
  type SessionEvent,
  sessionEventSchema
} from '@fixpoint/protocol'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client'
import type { ServerProcess } from './server-process.ts'

export type LogSocket = Socket<ServerToClientEvents, ClientToServerEvents>

/** A socket that does not connect again by itself, so that a test sees each refusal. It may emit whatever it likes. */
export function openLooseSocket(server: ServerProcess, options: Partial<ManagerOptions & SocketOptions> = {}): Socket {
  return io(server.url, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    auth: { token: server.token, protocolVersion: PROTOCOL_VERSION },
    ...options
  })
}

/** The same, for clients that keep to the protocol. */
export function openSocket(server: ServerProcess, options: Partial<ManagerOptions & SocketOptions> = {}): LogSocket {
  return openLooseSocket(server, options)
}

/** What of a socket is about its connection. */
interface Connection {
  connected: boolean
  once(event: 'connect', listener: () => void): unknown
  once(event: 'connect_error', listener: (error: Error) => void): unknown
  once(event: 'disconnect', listener: (reason: string) => void): unknown
}

/** Resolves when the socket is connected. @throws the connect error, or that the connection ended before: a busy server says no more. */
export async function connected<T extends Connection>(socket: T): Promise<T> {
  if (socket.connected) return socket
  return await new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(socket))
    socket.once('connect_error', reject)
    socket.once('disconnect', reason => reject(new Error(`The connection ended before it was made: ${reason}.`)))
  })
}

/** Follows over a socket and acknowledges each batch when it has been handed over. */
export async function followOver(
  socket: LogSocket,
  request: { sessionId: string; after: number },
  onEvent: (event: SessionEvent) => void
): Promise<FollowAnswer> {
  socket.on('events', (batch, acknowledge) => {
    const { sessionId, events } = eventBatchSchema.parse(batch)
    if (sessionId === request.sessionId) for (const event of events) onEvent(event)
    acknowledge()
  })
  return followAnswerSchema.parse(await socket.timeout(20_000).emitWithAck('follow', request))
}

/** Reads server-sent events until the stream or the signal ends; the events' ids must be their seq. */
export async function readStream(
  server: ServerProcess,
  sessionId: string,
  { lastEventId, signal }: { lastEventId?: number; signal: AbortSignal },
  onEvent: (event: SessionEvent) => void
): Promise<void> {
  const response = await server.request(`/api/sessions/${sessionId}/events`, {
    headers: { accept: 'text/event-stream', ...(lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) }) },
    signal
  })
  if (!response.ok) throw new Error(`the stream was refused: ${await response.text()}`)
  const messages = response.body?.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())
  for await (const message of messages ?? []) {
    const event = sessionEventSchema.parse(JSON.parse(message.data))
    if (message.id !== String(event.seq) || message.event !== event.type)
      throw new Error(`event ${event.seq} is sent as ${message.id} ${message.event}`)
    onEvent(event)
  }
}

/** Asks for an event stream over a connection that nothing is ever read from. */
export function frozenStream(server: ServerProcess, sessionId: string): TcpSocket {
  return frozen(server, [
    `GET /api/sessions/${sessionId}/events HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nAuthorization: Bearer ${server.token}\r\nAccept: text/event-stream\r\n\r\n`
  ])
}

/** Follows over a WebSocket (RFC 6455) that nothing is ever read from. */
export function frozenSocket(server: ServerProcess, sessionId: string): TcpSocket {
  const auth = JSON.stringify({ token: server.token, protocolVersion: PROTOCOL_VERSION })
  const follow = JSON.stringify(['follow', { sessionId, after: 0 }])
  return frozen(server, [
    `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
    textFrame(`40${auth}`),
    textFrame(`420${follow}`)
  ])
}

/** Sends one part after the other; the socket is never switched to reading. */
function frozen(server: ServerProcess, parts: readonly (string | Buffer)[]): TcpSocket {
  const socket = connect(server.port, '127.0.0.1', () => {
    for (const [index, part] of parts.entries()) setTimeout(() => socket.destroyed || socket.write(part), index * 300)
  })
  socket.pause()
  // That the server ends such a connection is what is wanted.
  socket.on('error', () => socket.destroy())
  return socket
}

/** A text frame of a client, masked with zeros. */
function textFrame(text: string): Buffer {
  const payload = Buffer.from(text)
  const header =
    payload.length < 126
      ? Buffer.from([0x81, 0x80 | payload.length])
      : Buffer.from([0x81, 0x80 | 126, payload.length >> 8, payload.length & 255])
  return Buffer.concat([header, Buffer.alloc(4), payload])
}
