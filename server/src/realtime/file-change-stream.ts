import type { FileChanges } from '@fixpoint/protocol/sandbox'
import type { Response } from 'express'
import { watchAccess } from '../auth/watch-access.ts'
import type { Logger } from '../observe/logger.ts'

const HEARTBEAT_MS = 10_000

export interface FileChangeStream {
  /** Starts watching; ends when the signal does. */
  watch: (signal: AbortSignal) => AsyncIterable<FileChanges>
  response: Response
  /** Aborted when the client has gone. */
  signal: AbortSignal
  /** Throws once the client may no longer look. */
  checkAccess: () => Promise<unknown>
  logger: Logger
}

/** Sends changes to files as server-sent events until the client goes, its access ends, or the sandbox does. */
export async function sendFileChanges({ watch, response, signal, checkAccess, logger }: FileChangeStream): Promise<void> {
  const over = new AbortController()
  const stopWatching = watchAccess(checkAccess, logger, () => over.abort())
  let heartbeat: NodeJS.Timeout | undefined
  let hasMissed = false
  const send = (changes: FileChanges) => response.write(`data: ${JSON.stringify(changes)}\n\n`)
  try {
    for await (const changes of watch(AbortSignal.any([signal, over.signal]))) {
      // The headers go with the first of them: until then an error can still be answered.
      if (!response.headersSent) {
        response.writeHead(200, {
          'Content-Type': 'text/event-stream; charset=utf-8',
          'Cache-Control': 'no-store, no-transform',
          'X-Accel-Buffering': 'no',
          Connection: 'keep-alive'
        })
        heartbeat = setInterval(() => {
          if (!response.writableNeedDrain) response.write(': still here\n\n')
        }, HEARTBEAT_MS)
        response.on('drain', () => {
          if (hasMissed) send({ kind: 'lost' })
          hasMissed = false
        })
      }
      // Whoever does not read is told later that they have missed something; nothing is kept for them.
      if (response.writableNeedDrain) hasMissed = true
      else send(changes)
    }
  } catch (error) {
    if (!response.headersSent) throw error
    logger.debug({ err: error }, 'watching files ended')
  } finally {
    stopWatching()
    clearInterval(heartbeat)
    if (response.headersSent) response.end()
  }
}
