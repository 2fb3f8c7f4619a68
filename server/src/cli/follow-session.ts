import { emptySession, FixpointError, reduceSession, type SessionEvent, type SessionState, sessionEventSchema } from '@fixpoint/protocol'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { pause } from '../abortable.ts'
import type { Connection } from './connection.ts'

const RECONNECT_MS = 1_000
/** A server that is restarted is waited for this long from the moment at which the connection broke, however long nothing had happened. */
const PATIENCE_MS = 60_000

/**
 * Follows a session's log until `isOver` says so, over breaks of the connection and restarts of the server.
 * @returns the state at the end.
 * @throws FixpointError `server_unreachable` when the server does not come back, what else it answers; the signal's reason.
 */
export async function followSession(
  { client }: Pick<Connection, 'client'>,
  sessionId: string,
  onEvent: (event: SessionEvent, state: SessionState) => void,
  isOver: (state: SessionState) => boolean,
  signal: AbortSignal
): Promise<SessionState> {
  let state = emptySession(sessionId)
  let giveUpAt = performance.now() + PATIENCE_MS
  let isConnected = false
  for (;;) {
    try {
      const response = await client.openEventStream(sessionId, state.seq, signal)
      isConnected = true
      for await (const data of messagesOf(response)) {
        const event = sessionEventSchema.parse(JSON.parse(data))
        state = reduceSession(state, event)
        onEvent(event, state)
        if (isOver(state)) return state
      }
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof FixpointError) || error.code !== 'server_unreachable') throw error
      if (!isConnected && performance.now() > giveUpAt) throw error
    }
    if (isConnected) giveUpAt = performance.now() + PATIENCE_MS
    isConnected = false
    await pause(RECONNECT_MS, signal)
  }
}

/** What the stream brings until it ends. @throws FixpointError `server_unreachable` when the connection breaks. */
async function* messagesOf(response: Response): AsyncGenerator<string> {
  const events = response.body?.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())
  try {
    for await (const message of events ?? []) yield message.data
  } catch (cause) {
    throw new FixpointError('server_unreachable', 'The connection to the server broke.', { cause })
  }
}
