import { type ApiClient, type FileChanges, FixpointError, watchedChangesSchema } from '@fixpoint/protocol'
import { EventSourceParserStream } from 'eventsource-parser/stream'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 15_000
/** The server says something at least this often; a connection that is silent for longer is dead. */
const SILENCE_MS = 45_000

export interface FileChangesOptions {
  client: ApiClient
  sessionId: string
  signal: AbortSignal
  warn: (text: string) => void
  tell: (changes: FileChanges | { kind: 'not_watching' }) => void
}

/** Hears of changes to a session’s files, over breaks of the connection, until the signal or the session ends. */
export async function followFileChanges({ client, sessionId, signal, warn, tell }: FileChangesOptions): Promise<void> {
  for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      await readOnce(client, sessionId, signal, changes => {
        pause = FIRST_PAUSE_MS
        tell(changes)
      })
    } catch (error) {
      if (signal.aborted) return
      warn(`changes to files are not heard of: ${error instanceof FixpointError ? `${error.code}: ${error.message}` : String(error)}`)
      if (isFinal(error)) return tell({ kind: 'not_watching' })
    }
    tell({ kind: 'not_watching' })
    await pauseFor(pause, signal)
  }
}

/** A session that is closed, or a token that is not taken, does not become another by asking again; a server that is busy does. */
function isFinal(error: unknown): boolean {
  return error instanceof FixpointError && (FINAL.has(error.status) || error.code === 'session_closed')
}

const FINAL: ReadonlySet<number> = new Set([401, 403, 404])

function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}

async function readOnce(client: ApiClient, sessionId: string, signal: AbortSignal, tell: (changes: FileChanges) => void): Promise<void> {
  const silence = new AbortController()
  const response = await client.openFileChanges(sessionId, AbortSignal.any([signal, silence.signal]))
  let timer = setTimeout(() => silence.abort(), SILENCE_MS)
  const alive = new TransformStream<Uint8Array<ArrayBuffer>, BufferSource>({
    transform(chunk, controller) {
      clearTimeout(timer)
      timer = setTimeout(() => silence.abort(), SILENCE_MS)
      controller.enqueue(chunk)
    }
  })
  try {
    const bytes = (response.body ?? new ReadableStream<Uint8Array<ArrayBuffer>>()).pipeThrough(alive)
    for await (const message of bytes.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())) {
      tell(watchedChangesSchema.parse(JSON.parse(message.data)))
    }
  } finally {
    clearTimeout(timer)
  }
}
