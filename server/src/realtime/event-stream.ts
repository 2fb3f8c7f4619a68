import { FixpointError } from '@fixpoint/protocol'
import type { Request, Response } from 'express'
import type { Logger } from 'pino'
import { watchAccess } from '../auth/watch-access.ts'
import type { SessionLog } from '../sessions/session-log.ts'
import { followLog } from './log-follower.ts'

const HEARTBEAT_MS = 10_000

/** Where to begin: Last-Event-ID goes before `after`, as the browser sets it when it reconnects. @throws `invalid_cursor`. */
export function startOfStream(lastEventId: string | undefined, after: number): number {
  if (lastEventId === undefined || lastEventId === '') return after
  if (!/^\d{1,15}$/.test(lastEventId)) {
    throw new FixpointError('invalid_cursor', `Last-Event-ID “${lastEventId.slice(0, 40)}” is not the id of an event.`, {
      field: 'Last-Event-ID'
    })
  }
  return Number(lastEventId)
}

export interface EventStream {
  log: SessionLog
  sessionId: string
  after: number
  request: Request
  response: Response
  /** Aborted when the client has gone. */
  signal: AbortSignal
  /** Throws once the client may no longer read. */
  checkAccess: () => Promise<unknown>
  logger: Logger
}

/** Sends the log as server-sent events (WHATWG HTML, 9.2) until the client goes or its access ends. */
export async function sendEventStream(stream: EventStream): Promise<void> {
  const { log, sessionId, after, request, response, checkAccess, logger } = stream
  await log.read(sessionId, after, 1) // refuses an unknown session or position while an error can still be answered
  request.socket.setNoDelay(true)
  response.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
    Connection: 'keep-alive'
  })
  response.write('retry: 1000\n\n')
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(': still here\n\n')
  }, HEARTBEAT_MS)
  // The end alone says it: whoever connects again is told why that is refused.
  const accessOver = new AbortController()
  const stopWatching = watchAccess(checkAccess, logger, () => accessOver.abort())
  const signal = AbortSignal.any([stream.signal, accessOver.signal])
  try {
    await followLog({
      log,
      sessionId,
      after,
      signal,
      async deliver(events) {
        const text = events.map(event => `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('')
        if (!response.write(text)) await drained(response, signal)
      }
    })
  } finally {
    stopWatching()
    clearInterval(heartbeat)
    response.end()
  }
}

function drained(response: Response, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    response.once('drain', resolve)
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
