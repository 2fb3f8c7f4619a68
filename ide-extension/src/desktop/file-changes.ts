import { type ApiClient, type FileChanges, FixpointError, watchedChangesSchema } from '@fixpoint/protocol'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import type * as vscode from 'vscode'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 15_000
/** The server says something at least this often; a connection that is silent for longer is dead. */
const SILENCE_MS = 45_000

export interface FileChangesOptions {
  client: ApiClient
  sessionId: string
  signal: AbortSignal
  log: vscode.LogOutputChannel
  tell: (changes: FileChanges | { kind: 'not_watching' }) => void
}

/** Hears of changes to a session’s files, over breaks of the connection, until the signal or the session ends. */
export async function followFileChanges({ client, sessionId, signal, log, tell }: FileChangesOptions): Promise<void> {
  for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      await readOnce(client, sessionId, signal, changes => {
        pause = FIRST_PAUSE_MS
        tell(changes)
      })
    } catch (error) {
      if (signal.aborted) return
      log.warn(`changes to files are not heard of: ${error instanceof FixpointError ? `${error.code}: ${error.message}` : String(error)}`)
      // A session that is closed, or a token that is not taken, does not become another by asking again.
      if (error instanceof FixpointError && (error.status < 500 || error.code === 'session_closed')) return tell({ kind: 'not_watching' })
    }
    tell({ kind: 'not_watching' })
    await new Promise(resolve => setTimeout(resolve, pause))
  }
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
