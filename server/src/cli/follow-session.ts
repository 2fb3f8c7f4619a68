import { emptySession, FixpointError, reduceSession, type SessionEvent, type SessionState, sessionEventSchema } from '@fixpoint/protocol'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { pause } from '../abortable.ts'
import type { Connection } from './connection.ts'

const RECONNECT_MS = 1_000
/** A server that is restarted is waited for this long. */
const PATIENCE_MS = 60_000

/**
 * Follows a session's log until `isOver` says so, over breaks of the connection and restarts of the server.
 * @returns the state at the end.
 */
export async function followSession(
  { client }: Connection,
  sessionId: string,
  onEvent: (event: SessionEvent, state: SessionState) => void,
  isOver: (state: SessionState) => boolean,
  signal: AbortSignal
): Promise<SessionState> {
  let state = emptySession(sessionId)
  let lastHeard = performance.now()
  for (;;) {
    try {
      const response = await client.openEventStream(sessionId, state.seq, signal)
      const events = response.body?.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())
      for await (const message of events ?? []) {
        lastHeard = performance.now()
        const event = sessionEventSchema.parse(JSON.parse(message.data))
        state = reduceSession(state, event)
        onEvent(event, state)
        if (isOver(state)) return state
      }
    } catch (error) {
      signal.throwIfAborted()
      const isRefused = error instanceof FixpointError && error.code !== 'server_unreachable'
      if (isRefused || performance.now() - lastHeard > PATIENCE_MS) throw error
    }
    await pause(RECONNECT_MS, signal)
  }
}
