import { FixpointError } from '@fixpoint/protocol'
import type { Request, Response } from 'express'
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

/** Sends the log as server-sent events (WHATWG HTML, 9.2) until the client goes. */
export async function sendEventStream(
  log: SessionLog,
  sessionId: string,
  after: number,
  request: Request,
  response: Response,
  signal: AbortSignal
): Promise<void> {
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
