import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import {
  ANSWERED_VERSIONS,
  FixpointError,
  type FromTerminal,
  requireAnsweredProtocol,
  TERMINAL_LIMITS,
  TERMINAL_PATH,
  terminalOpenSchema,
  toTerminalSchema
} from '@fixpoint/protocol'
import { encodeTerminalBytes, encodeTerminalControl, TerminalFrames } from '@fixpoint/protocol/sandbox'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import { asFixpointError } from '../as-fixpoint-error.ts'
import type { Caller } from '../auth/tokens.ts'
import { watchAccess } from '../auth/watch-access.ts'
import type { Visits } from '../doors/visits.ts'
import { type Edges, newId } from '../edges.ts'
import type { AccessRules } from '../http/security.ts'
import type { Logger } from '../observe/logger.ts'
import { parseJson } from '../parse-json.ts'

/** People's terminals: a WebSocket on one side, a shell in the session's sandbox on the other (`terminal.ts` of the protocol). */
export interface TerminalSockets {
  /** @returns whether the request was for a terminal. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean
  close(): void
}

export interface TerminalSocketsOptions {
  visits: Pick<Visits, 'sandbox' | 'stay'>
  verifyToken: (token: string) => Promise<Caller>
  rules: () => AccessRules
  edges: Edges
  logger: Logger
}

/** Time to say who one is. */
const GREETING_MS = 5_000
/** Opening a sandbox may be part of it. */
const START_MS = 120_000
const MAX_WAITING_PER_ADDRESS = 20
/** Kept in memory for a side that does not read; then the other side waits. */
const MOST_UNREAD_BYTES = 1_000_000
/** A client that does not answer for so long has gone, and its shell ends. */
const PING_MS = 20_000

export function createTerminalSockets(options: TerminalSocketsOptions): TerminalSockets {
  const { rules, logger } = options
  const server = new WebSocketServer({ noServer: true, maxPayload: TERMINAL_LIMITS.inputBytes * 2, perMessageDeflate: false })
  const waiting = new Map<string, number>()

  const pinging = setInterval(() => {
    for (const socket of server.clients) {
      if (silent.has(socket)) socket.terminate()
      silent.add(socket)
      socket.ping()
    }
  }, PING_MS)
  const silent = new WeakSet<WebSocket>()

  function serve(socket: WebSocket, address: string): void {
    socket.on('pong', () => silent.delete(socket))
    socket.on('error', error => logger.debug({ err: error }, 'a terminal’s connection broke'))
    const release = () => {
      const count = (waiting.get(address) ?? 1) - 1
      if (count > 0) waiting.set(address, count)
      else waiting.delete(address)
    }
    const greeting = setTimeout(() => refuse(socket, new FixpointError('auth_required', 'Nobody said who is there.')), GREETING_MS)
    const onClose = () => {
      clearTimeout(greeting)
      release()
    }
    socket.once('close', onClose)
    socket.once('message', (data, isBinary) => {
      clearTimeout(greeting)
      // Not before the shell is there; what is typed meanwhile waits on the way.
      socket.pause()
      open(socket, isBinary ? undefined : parseJson(textOf(data)), () => {
        socket.off('close', onClose)
        release()
      }).catch((thrown: unknown) => {
        const error = asFixpointError(thrown)
        if (error.code === 'internal') logger.error({ err: thrown }, 'a terminal could not be opened')
        refuse(socket, error)
      })
    })
  }

  async function open(socket: WebSocket, greeting: unknown, onAdmitted: () => void): Promise<void> {
    const parsed = terminalOpenSchema.safeParse(greeting)
    if (!parsed.success) {
      const [place] = parsed.error.issues[0]?.path ?? []
      if (place === 'sessionId') throw new FixpointError('session_not_found', 'There is no such session.')
      throw new FixpointError('invalid_event', 'The first message is not a well formed “open”.')
    }
    const { token, protocolVersion, sessionId, columns, rows } = parsed.data
    requireAnsweredProtocol(protocolVersion, ANSWERED_VERSIONS)
    const { person } = await options.verifyToken(token)
    onAdmitted()
    const gone = new AbortController()
    const leave = options.visits.stay(sessionId)
    const stopWatching = watchAccess(
      () => options.verifyToken(token),
      logger,
      error => refuse(socket, error)
    )
    socket.once('close', () => {
      stopWatching()
      leave()
      gone.abort()
    })
    if (socket.readyState !== socket.OPEN) return
    const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(START_MS)])
    const sandbox = await options.visits.sandbox(sessionId, person, signal)
    const shell = await sandbox.connect('terminal', signal)
    join(socket, shell, error => refuse(socket, error))
    shell.write(encodeTerminalControl({ kind: 'start', columns, rows }))
    say(socket, { kind: 'opened' })
    socket.resume()
  }

  function refuse(socket: WebSocket, error: FixpointError): void {
    say(socket, { kind: 'refused', problem: error.toProblem(newId(options.edges, 'request')) })
    socket.close(1008, error.code)
    // A socket that is paused would not hear the other side’s goodbye.
    socket.resume()
  }

  return {
    upgrade(request, socket, head) {
      if (request.url?.split('?')[0] !== TERMINAL_PATH) return false
      const address = request.socket.remoteAddress ?? 'unknown'
      const { origin, host } = request.headers
      const isElsewhere = !rules().hostNames.has(host?.toLowerCase() ?? '') || (origin !== undefined && !rules().origins.has(origin))
      const count = waiting.get(address) ?? 0
      if (isElsewhere || count >= MAX_WAITING_PER_ADDRESS) {
        socket.end(`HTTP/1.1 ${isElsewhere ? '403 Forbidden' : '429 Too Many Requests'}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
        return true
      }
      waiting.set(address, count + 1)
      server.handleUpgrade(request, socket, head, webSocket => serve(webSocket, address))
      return true
    },
    close() {
      clearInterval(pinging)
      for (const socket of server.clients) socket.terminate()
      server.close()
    }
  }
}

function say(socket: WebSocket, message: FromTerminal): void {
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message))
}

/** Carries what is typed and printed both ways until either side ends. Neither side can make the server keep much for the other. */
function join(socket: WebSocket, shell: Duplex, refuse: (error: FixpointError) => void): void {
  const frames = new TerminalFrames()
  let isOver = false
  const fail = (thrown: unknown) => {
    if (isOver) return
    isOver = true
    refuse(thrown instanceof FixpointError ? thrown : new FixpointError('sandbox_lost', 'The shell ended with its sandbox.'))
    shell.destroy()
  }
  shell.on('data', (chunk: Buffer) => {
    try {
      for (const frame of frames.read(chunk)) {
        if (frame.kind === 'bytes') {
          socket.send(frame.bytes, () => {
            if (shell.isPaused() && socket.bufferedAmount < MOST_UNREAD_BYTES) shell.resume()
          })
        } else if (frame.control.kind === 'exited') {
          isOver = true
          say(socket, frame.control)
          socket.close(1000)
        }
      }
      if (socket.bufferedAmount >= MOST_UNREAD_BYTES) shell.pause()
    } catch (cause) {
      fail(new FixpointError('outcome_unknown', 'The sandbox sent what is no terminal’s output.', { cause }))
    }
  })
  shell.once('error', fail)
  shell.once('close', () => fail(undefined))
  shell.once('end', () => fail(undefined))
  shell.on('drain', () => socket.resume())

  socket.on('message', (data, isBinary) => {
    if (isOver) return
    const frame = isBinary ? typed(data) : said(data)
    if (frame instanceof FixpointError) return fail(frame)
    shell.write(frame)
    if (shell.writableLength > MOST_UNREAD_BYTES) socket.pause()
  })
  socket.once('close', () => {
    isOver = true
    shell.destroy()
  })
}

function typed(data: RawData): Uint8Array | FixpointError {
  const bytes = bytesOf(data)
  if (bytes.length <= TERMINAL_LIMITS.inputBytes) return encodeTerminalBytes(bytes)
  return new FixpointError('message_too_large', `${bytes.length} bytes were typed at once.`, { limit: TERMINAL_LIMITS.inputBytes })
}

function said(data: RawData): Uint8Array | FixpointError {
  const message = toTerminalSchema.safeParse(parseJson(textOf(data)))
  return message.success ? encodeTerminalControl(message.data) : new FixpointError('invalid_event', 'The message is not well formed.')
}

function bytesOf(data: RawData): Buffer {
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data instanceof ArrayBuffer ? new Uint8Array(data) : data)
}

function textOf(data: RawData): string {
  return bytesOf(data).toString('utf8')
}
