import type { WriteStream } from 'node:fs'
import { stripControls } from '@fixpoint/protocol'
import { z } from 'zod'

/** One line of what the engine says while it pulls, imports or builds. */
const messageSchema = z.object({
  stream: z.string().optional(),
  status: z.string().optional(),
  id: z.string().optional(),
  error: z.string().optional()
})

interface ProgressOptions {
  log: WriteStream
  /** Gives up when nothing comes for this long. */
  silenceMs?: number
  signal?: AbortSignal | undefined
  /** Hears each line of a build, without control characters. */
  onLine?(line: string): void
}

/**
 * Reads what the engine says about an image until it has finished, and writes it to the log.
 * @throws Error with the engine's own words where it failed; the signal's reason.
 */
export async function followImageProgress(
  stream: NodeJS.ReadableStream,
  { log, silenceMs, signal, onLine }: ProgressOptions
): Promise<void> {
  const over = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const heard = () => {
    clearTimeout(timer)
    if (silenceMs !== undefined) timer = setTimeout(() => over.abort(new Error('it does not answer')), silenceMs)
  }
  const stop = () => over.abort(signal?.reason)
  signal?.addEventListener('abort', stop, { once: true })
  heard()
  try {
    const givenUp = new Promise<never>((_, reject) =>
      over.signal.addEventListener('abort', () => reject(over.signal.reason), { once: true })
    )
    await Promise.race([readMessages(stream, log, heard, onLine), givenUp])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
    if (over.signal.aborted && 'destroy' in stream && typeof stream.destroy === 'function') stream.destroy()
  }
}

async function readMessages(
  stream: NodeJS.ReadableStream,
  log: WriteStream,
  heard: () => void,
  onLine: ((line: string) => void) | undefined
): Promise<void> {
  let rest = ''
  for await (const chunk of stream) {
    heard()
    const lines = (rest + chunk.toString()).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) readMessage(line, log, onLine)
  }
  readMessage(rest, log, onLine)
}

function readMessage(line: string, log: WriteStream, onLine: ((line: string) => void) | undefined): void {
  if (line.trim() === '') return
  const { stream, status, id, error } = messageSchema.parse(JSON.parse(line))
  const text = stream ?? (status === undefined ? undefined : `${id === undefined ? '' : `${id}: `}${status}\n`)
  if (text !== undefined) {
    log.write(stripControls(text))
    onLine?.(stripControls(text).trim())
  }
  if (error !== undefined) {
    log.write(`${stripControls(error)}\n`)
    throw new Error(stripControls(error))
  }
}
