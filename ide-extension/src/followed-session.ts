import {
  type ApiClient,
  emptySession,
  FixpointError,
  reduceSession,
  type SessionEvent,
  type SessionState,
  sessionEventSchema
} from '@fixpoint/protocol'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import * as vscode from 'vscode'

export type LinkStatus = 'connecting' | 'connected' | 'offline' | 'refused'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 15_000
/** The server says something at least this often; a connection that is silent for longer is dead. */
const SILENCE_MS = 45_000
/** Changes within this time are told once. */
const GATHER_MS = 40

/** What a surface shows of a session. */
export interface ShownSession {
  readonly client: ApiClient
  readonly sessionId: string
  readonly state: SessionState
  readonly status: LinkStatus
  readonly problem: FixpointError | null
}

/** A session’s log as it grows: read from the last event that is known, over breaks of the connection. */
export class FollowedSession implements ShownSession, vscode.Disposable {
  readonly client: ApiClient
  readonly sessionId: string
  state: SessionState
  status: LinkStatus = 'connecting'
  /** Why it is refused or offline. */
  problem: FixpointError | null = null
  readonly events: SessionEvent[] = []
  readonly #changed = new vscode.EventEmitter<void>()
  readonly onDidChange = this.#changed.event
  readonly #over = new AbortController()
  readonly #log: vscode.LogOutputChannel
  #timer: ReturnType<typeof setTimeout> | null = null

  constructor(client: ApiClient, sessionId: string, log: vscode.LogOutputChannel) {
    this.client = client
    this.sessionId = sessionId
    this.state = emptySession(sessionId)
    this.#log = log
    void this.#follow()
  }

  dispose(): void {
    this.#over.abort()
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#changed.dispose()
  }

  async #follow(): Promise<void> {
    for (let pause = FIRST_PAUSE_MS; !this.#over.signal.aborted; ) {
      try {
        const hadHead = this.state.seq
        await this.#readStream()
        if (this.state.seq > hadHead) pause = FIRST_PAUSE_MS
      } catch (error) {
        if (this.#over.signal.aborted) return
        this.problem = error instanceof FixpointError ? error : new FixpointError('server_unreachable', String(error))
        this.#log.warn(`the session’s log broke off: ${this.problem.code}: ${this.problem.message}`)
        const isFinal = this.problem.status === 401 || this.problem.status === 403 || this.problem.status === 404
        this.#tell(isFinal ? 'refused' : 'offline')
        if (isFinal) pause = LONGEST_PAUSE_MS
      }
      await new Promise(resolve => setTimeout(resolve, pause))
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
    }
  }

  async #readStream(): Promise<void> {
    const silence = new AbortController()
    const stopped = AbortSignal.any([this.#over.signal, silence.signal])
    let timer = setTimeout(() => silence.abort(), SILENCE_MS)
    try {
      const response = await this.client.openEventStream(this.sessionId, this.state.seq, stopped)
      this.problem = null
      this.#tell('connected')
      const bytes = (response.body ?? new ReadableStream<Uint8Array<ArrayBuffer>>()).pipeThrough(
        new TransformStream<Uint8Array<ArrayBuffer>, BufferSource>({
          transform(chunk, controller) {
            clearTimeout(timer)
            timer = setTimeout(() => silence.abort(), SILENCE_MS)
            controller.enqueue(chunk)
          }
        })
      )
      const decoder = new TextDecoderStream()
      void bytes.pipeTo(decoder.writable).catch(() => undefined) // the reader below is told
      for await (const message of decoder.readable.pipeThrough(new EventSourceParserStream())) {
        const event = sessionEventSchema.parse(JSON.parse(message.data))
        if (event.seq <= this.state.seq) continue
        this.state = reduceSession(this.state, event)
        this.events.push(event)
        this.#tell(this.status)
      }
    } finally {
      clearTimeout(timer)
    }
    this.#tell('offline')
  }

  #tell(status: LinkStatus): void {
    this.status = status
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      this.#changed.fire()
    }, GATHER_MS)
  }
}
