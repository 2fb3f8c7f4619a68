/** A Fixpoint server as people run it: a process of its own, which can be killed and started again on the same data. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import {
  type ApiClient,
  createApiClient,
  emptySession,
  reduceSession,
  type SessionEvent,
  type SessionState,
  sessionEventSchema
} from '@fixpoint/protocol'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { z } from 'zod'
import { copyEmptyDatabase } from './empty-database.ts'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))
export const SERVER_PROGRAM = join(ROOT, 'server', 'src', 'cli', 'main.ts')

export interface ServerOptions {
  /** Content of fixpoint.config.json. */
  config: Record<string, unknown>
  /** Further environment, such as secrets. */
  environment?: Record<string, string>
  /** Port to listen on; a free one where it is not given. */
  port?: number
  /** Starts from nothing, as on a new machine, and not with the files of an empty database, which is seconds faster. */
  isFirstStart?: boolean
}

/** The image that `npm start` and `npm test` build; they hand its name on. */
export function sandboxImage(): string {
  return process.env['FIXPOINT_SANDBOX_IMAGE'] ?? 'fixpoint-sandbox:current'
}

export class ServerProcess {
  readonly folder: string
  readonly port: number
  readonly url: string
  readonly #options: ServerOptions
  #child: ChildProcess | null = null
  /** Everything that it has printed, over all starts. */
  log = ''

  private constructor(folder: string, port: number, options: ServerOptions) {
    this.folder = folder
    this.port = port
    this.url = `http://127.0.0.1:${port}`
    this.#options = options
  }

  static async start(options: ServerOptions): Promise<ServerProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'fixpoint-e2e-'))
    const server = new ServerProcess(folder, options.port ?? (await freePort()), options)
    writeFileSync(join(folder, 'fixpoint.config.json'), JSON.stringify(options.config))
    if (options.isFirstStart !== true) {
      mkdirSync(join(folder, 'data'), { mode: 0o700 })
      await copyEmptyDatabase(join(ROOT, '.fixpoint', 'tests'), join(folder, 'data', 'database'))
    }
    await server.restart()
    return server
  }

  get environment(): NodeJS.ProcessEnv {
    return {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      FIXPOINT_DATA: join(this.folder, 'data'),
      FIXPOINT_CONFIG: join(this.folder, 'fixpoint.config.json'),
      FIXPOINT_PORT: String(this.port),
      FIXPOINT_SANDBOX_IMAGE: sandboxImage(),
      ...this.#options.environment
    }
  }

  /** Starts the process, on the data that is there. */
  async restart(): Promise<void> {
    const child = spawn(process.execPath, [SERVER_PROGRAM, 'serve'], {
      cwd: ROOT,
      env: this.environment,
      stdio: ['ignore', 'pipe', 'pipe']
    })
    this.#child = child
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        this.log += chunk
      })
    }
    for (let attempt = 0; attempt < 2_400; attempt++) {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${this.log.slice(-3_000)}`)
      if (
        await fetch(`${this.url}/healthz`).then(
          response => response.ok,
          () => false
        )
      )
        return
      await delay(50)
    }
    throw new Error(`the server did not get ready:\n${this.log.slice(-3_000)}`)
  }

  /** What it has logged as warnings and errors. */
  faults(): string {
    const lines = this.log.split('\n').filter(line => /^\{"level":(4|5|6)0/.test(line) || !line.startsWith('{'))
    return lines.join('\n').slice(-6_000)
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  /** Ends the process as a power cut would. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    this.#child = null
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }

  /** Ends it and removes its data. */
  async remove(): Promise<void> {
    await this.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }

  get token(): string {
    return readFileSync(join(this.folder, 'data', 'token'), 'utf8').trim()
  }

  get client(): ApiClient {
    return createApiClient({ serverUrl: this.url, token: this.token, fetch: globalThis.fetch })
  }

  /** A plain request with the token. */
  request(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(this.url + path, { ...init, headers: { authorization: `Bearer ${this.token}`, ...init.headers } })
  }

  async events(sessionId: string): Promise<SessionEvent[]> {
    const all: SessionEvent[] = []
    for (;;) {
      const { events, head } = await this.client.call('listEvents', { params: { sessionId }, query: { after: all.at(-1)?.seq ?? 0 } })
      all.push(...events)
      if ((all.at(-1)?.seq ?? 0) >= head) return all
    }
  }

  async state(sessionId: string): Promise<SessionState> {
    return (await this.events(sessionId)).reduce(reduceSession, emptySession(sessionId))
  }

  /** Waits until the session's log has an event of this kind, over restarts of the server. */
  async waitForEvent(sessionId: string, isWanted: (event: SessionEvent) => boolean, timeoutMs = 120_000): Promise<SessionEvent> {
    const seen: SessionEvent[] = []
    await this.#follow(sessionId, timeoutMs, event => {
      seen.push(event)
      return isWanted(event)
    })
    const found = seen.at(-1)
    if (!found) throw new Error('the log is empty')
    return found
  }

  /** Waits until each prompt that the session has by now has come to its end. */
  async waitUntilQuiet(sessionId: string, timeoutMs = 180_000): Promise<SessionState> {
    const { seq } = await this.client.call('getSession', { params: { sessionId } })
    let state = emptySession(sessionId)
    await this.#follow(sessionId, timeoutMs, event => {
      state = reduceSession(state, event)
      return (
        state.seq >= seq &&
        state.prompts.length > 0 &&
        state.prompts.every(prompt => prompt.status !== 'queued' && prompt.status !== 'running')
      )
    })
    return state
  }

  /** Reads the log as server-sent events until `isOver`; connects again with the last seq when the connection breaks. */
  async #follow(sessionId: string, timeoutMs: number, isOver: (event: SessionEvent) => boolean): Promise<void> {
    const timeout = AbortSignal.timeout(timeoutMs)
    let last: SessionEvent | null = null
    while (!timeout.aborted) {
      const response = await this.client.openEventStream(sessionId, last?.seq ?? 0, timeout).catch(() => null)
      const messages = response?.body?.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())
      try {
        for await (const message of messages ?? []) {
          last = sessionEventSchema.parse(JSON.parse(message.data))
          if (isOver(last)) return
        }
      } catch (error) {
        if (error instanceof z.ZodError) throw error
      }
      await delay(50)
    }
    throw new Error(
      `this did not come within ${timeoutMs} ms; the last event is ${JSON.stringify(last).slice(0, 1_500)}\n${this.log.slice(-2_000)}`
    )
  }

  /** A session with one prompt in it. */
  async prompt(projectId: string, text: string, body: Record<string, unknown> = {}): Promise<{ sessionId: string; promptId: string }> {
    const { sessionId } = await this.client.call('createSession', { body: { projectId } })
    const { promptId } = await this.client.call('createPrompt', { params: { sessionId }, body: { text, ...body } })
    return { sessionId, promptId }
  }
}

export async function freePort(): Promise<number> {
  return await freePorts(1)
}

/** The first of so many free ports in a row. */
export async function freePorts(count: number): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const first = await probePort(0)
    const others = Array.from({ length: count - 1 }, (_, index) => first + 1 + index)
    if ((await Promise.allSettled(others.map(probePort))).every(({ status }) => status === 'fulfilled')) return first
  }
  throw new Error(`no ${count} free ports in a row`)
}

async function probePort(port: number): Promise<number> {
  const probe = createServer()
  probe.listen(port, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
