import { Agent, get } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { FixpointError } from '@fixpoint/protocol'
import type { devServerStart, devServerStateSchema, devServerStop } from '@fixpoint/protocol/sandbox'
import type { z } from 'zod'
import type { WorkspaceRoot } from '../files/workspace-root.ts'
import { Turns } from '../turns.ts'
import { CleanTextStream } from './clean-text-stream.ts'
import type { ProcessGroup, ProcessGroups } from './process-groups.ts'

type StartInput = z.output<typeof devServerStart.input>
type StartOutput = z.output<typeof devServerStart.output>
type State = z.output<typeof devServerStateSchema>

const KEPT_OUTPUT_CHARACTERS = 8_000
/** As much of the output as an error message holds. */
const MESSAGE_OUTPUT_CHARACTERS = 1_500
/** Between two questions whether it is ready; milliseconds. */
const POLL_PAUSE = 50
/** Some dev servers build the page when it is first asked for, and answer only then. */
const POLL_LIMIT = 30_000

/** Dev servers listen on either, depending on how they resolve `localhost`. */
const LOOPBACK_ADDRESSES = ['127.0.0.1', '::1']

/** The one dev server of the sandbox. */
export class DevServer {
  readonly #root: WorkspaceRoot
  readonly #groups: ProcessGroups
  readonly #onReady: () => void
  #run: Run | undefined
  readonly #turns = new Turns()

  /** @param onReady is told each time that a server got ready */
  constructor(root: WorkspaceRoot, groups: ProcessGroups, onReady: () => void) {
    this.#root = root
    this.#groups = groups
    this.#onReady = onReady
  }

  /**
   * Starts the server and waits until it is ready; at once when it runs already with the same values.
   * @throws FixpointError dev_server_not_ready, path_outside_workspace, invalid_parameter (folder)
   */
  async start(input: StartInput): Promise<StartOutput> {
    return await this.#turns.take(async () => {
      const startedAt = performance.now()
      const key = JSON.stringify([input.command, input.cwd, input.port, Object.entries(input.environment).sort()])
      if (this.#run?.key === key && this.#run.state === 'ready') return { alreadyRunning: true, readyMs: performance.now() - startedAt }

      const folder = await this.#root.folderFor(input.cwd)
      await this.#run?.stop()
      if (await isTaken(input.port)) {
        // Its answers would be taken for those of the server that is started now.
        throw new FixpointError('dev_server_not_ready', `Port ${input.port} is taken by another program in the sandbox.`, { field: 'port' })
      }
      const run = new Run(key, this.#groups, folder, input)
      this.#run = run
      await run.untilReady()
      this.#onReady()
      return { alreadyRunning: false, readyMs: performance.now() - startedAt }
    })
  }

  /**
   * Opens a connection to the server that runs.
   * @throws FixpointError dev_server_not_ready
   */
  async connect(): Promise<Socket> {
    const run = this.#run
    if (run?.state !== 'ready') throw new FixpointError('dev_server_not_ready', 'The dev server does not run.')
    return await connectLoopback(run.port)
  }

  status(): State {
    return this.#run?.status() ?? { state: 'stopped', exitCode: null, output: '' }
  }

  async stop(): Promise<z.output<typeof devServerStop.output>> {
    // A server that does not get ready is not waited for.
    this.#run?.giveUp()
    return await this.#turns.take(async () => {
      const wasRunning = this.#run?.state === 'ready' || this.#run?.state === 'starting'
      await this.#run?.stop()
      return { wasRunning }
    })
  }
}

/** One process of the server, from its start to its end. */
class Run {
  readonly key: string
  state: State['state'] = 'starting'
  readonly #input: StartInput
  readonly #group: ProcessGroup
  readonly #givenUp = new AbortController()
  #exitCode: number | null = null
  #output = ''

  constructor(key: string, groups: ProcessGroups, folder: string, input: StartInput) {
    this.key = key
    this.#input = input
    this.#group = groups.start(input.command, {
      folder,
      environment: { PORT: String(input.port), HOST: '127.0.0.1', BROWSER: 'none', ...input.environment }
    })
    for (const readable of [this.#group.stdout, this.#group.stderr]) {
      const text = new CleanTextStream()
      readable.on('data', (bytes: Buffer) => this.#keep(text.push(bytes)))
      readable.on('end', () => this.#keep(text.end()))
    }
    void this.#group.exited.then(({ exitCode }) => {
      this.#exitCode = exitCode
      if (this.state !== 'stopped') this.state = 'exited'
      this.#givenUp.abort()
    })
  }

  /** @throws FixpointError dev_server_not_ready; nothing of the server runs any more then */
  async untilReady(): Promise<void> {
    const { port, readyPath, timeoutMs } = this.#input
    const limit = AbortSignal.timeout(timeoutMs)
    const signal = AbortSignal.any([limit, this.#givenUp.signal])
    while (!signal.aborted) {
      if (await answersBelow500(port, readyPath, signal)) {
        this.state = 'ready'
        return
      }
      await Promise.race([this.#group.exited, delay(POLL_PAUSE)])
    }
    const reason =
      this.state === 'exited'
        ? `It ended with status ${this.#exitCode ?? 'unknown'}.`
        : limit.aborted
          ? `Port ${port} did not answer ${readyPath} within ${timeoutMs / 1_000} s.`
          : 'It was stopped.'
    await this.#end('exited')
    const output = this.#output.slice(-MESSAGE_OUTPUT_CHARACTERS).toWellFormed().trim()
    const shown = output === '' ? 'It printed nothing.' : `Its last output:\n${output}`
    throw new FixpointError('dev_server_not_ready', `The dev server is not ready. ${reason} ${shown}`, { field: 'command' })
  }

  get port(): number {
    return this.#input.port
  }

  giveUp(): void {
    if (this.state === 'starting') this.#givenUp.abort()
  }

  async stop(): Promise<void> {
    await this.#end('stopped')
  }

  status(): State {
    return { state: this.state, exitCode: this.#exitCode, output: this.#output.toWellFormed() }
  }

  async #end(state: 'stopped' | 'exited'): Promise<void> {
    this.state = state
    await this.#group.end()
    this.#group.stdout.destroy()
    this.#group.stderr.destroy()
  }

  #keep(text: string): void {
    this.#output = (this.#output + text).slice(-KEPT_OUTPUT_CHARACTERS)
  }
}

/** True when something listens on the port of a loopback address. */
async function isTaken(port: number): Promise<boolean> {
  const taken = await Promise.all(
    LOOPBACK_ADDRESSES.map(
      host =>
        new Promise<boolean>(resolve => {
          const socket = connect({ host, port })
          socket.once('connect', () => {
            socket.destroy()
            resolve(true)
          })
          socket.once('error', () => resolve(false))
        })
    )
  )
  return taken.includes(true)
}

/** Takes the loopback address that answers. */
async function connectLoopback(port: number): Promise<Socket> {
  const sockets = LOOPBACK_ADDRESSES.map(host => connect({ host, port }))
  const opened = sockets.map(
    socket =>
      new Promise<Socket>((resolve, reject) => {
        socket.once('connect', () => resolve(socket))
        socket.once('error', reject)
      })
  )
  try {
    const chosen = await Promise.any(opened)
    for (const socket of sockets) if (socket !== chosen) socket.destroy()
    return chosen
  } catch (cause) {
    throw new FixpointError('dev_server_not_ready', `Nothing listens on port ${port} of the sandbox.`, { cause })
  }
}

/** Asks all loopback addresses at once. */
async function answersBelow500(port: number, path: string, signal: AbortSignal): Promise<boolean> {
  const found = new AbortController()
  const limit = AbortSignal.any([signal, found.signal, AbortSignal.timeout(POLL_LIMIT)])
  try {
    await Promise.any(LOOPBACK_ADDRESSES.map(address => askOnce(address, port, path, limit)))
    return true
  } catch (error) {
    if (error instanceof AggregateError) return false
    throw error
  } finally {
    found.abort()
  }
}

/** Rejects unless the server answers with a status below 500. */
function askOnce(host: string, port: number, path: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    // An agent of its own: the global one would go through the sandbox's proxy.
    const request = get({ host, port, path, signal, agent: new Agent(), headers: { host: `localhost:${port}` } }, response => {
      response.destroy()
      const status = response.statusCode ?? 500
      if (status < 500) resolve()
      else reject(new FixpointError('dev_server_not_ready', `It answers with status ${status}.`))
    })
    request.on('error', reject)
  })
}
