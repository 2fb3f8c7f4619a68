import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { get } from 'node:http'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { FixpointError } from '@fixpoint/protocol'
import type { vsCodeStart } from '@fixpoint/protocol/sandbox'
import type { z } from 'zod'
import type { ProcessGroup, ProcessGroups } from '../processes/process-groups.ts'
import { Turns } from '../turns.ts'
import { writeSettings } from './settings.ts'

const START_LIMIT = 30_000
const POLL_PAUSE = 25
const KEPT_OUTPUT_CHARACTERS = 2_000

interface VsCodeOptions {
  /** The folder of code-server. */
  codeServer: string
  /** The folder that is opened. */
  folder: string
  groups: ProcessGroups
  /** Where its settings and its state are; gone with the container. */
  home: string
}

/**
 * VS Code for the browser. It listens on a socket in the file system and asks for no password: the one door to it is the server's,
 * which asks who comes (docs/decisions/0019-a-host-name-for-each-door.md).
 */
export class VsCode {
  readonly #options: VsCodeOptions
  readonly #turns = new Turns()
  #run: { group: ProcessGroup; socket: string; hasEnded: boolean; output: string } | undefined

  constructor(options: VsCodeOptions) {
    this.#options = options
  }

  /**
   * Starts it unless it runs.
   * @throws FixpointError vscode_not_ready
   */
  async start({ theme }: z.output<typeof vsCodeStart.input>): Promise<z.output<typeof vsCodeStart.output>> {
    return await this.#turns.take(async () => {
      await writeSettings(join(this.#dataFolder, 'User'), theme)
      const startedAt = performance.now()
      if (this.#run && !this.#run.hasEnded && (await isHealthy(this.#run.socket))) {
        return { alreadyRunning: true, readyMs: performance.now() - startedAt }
      }
      await this.#run?.group.end()
      await this.#startAnew()
      return { alreadyRunning: false, readyMs: performance.now() - startedAt }
    })
  }

  /**
   * Opens a connection to it.
   * @throws FixpointError vscode_not_ready
   */
  async connect(): Promise<Socket> {
    const run = this.#run
    if (run === undefined || run.hasEnded) throw new FixpointError('vscode_not_ready', 'VS Code does not run in the sandbox.')
    const socket = connect(run.socket)
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve)
        socket.once('error', reject)
      })
      return socket
    } catch (cause) {
      throw new FixpointError('vscode_not_ready', 'VS Code does not answer in the sandbox.', { cause })
    }
  }

  get #dataFolder(): string {
    return join(this.#options.home, '.local', 'share', 'code-server')
  }

  async #startAnew(): Promise<void> {
    const { codeServer, folder, groups } = this.#options
    const data = this.#dataFolder
    const socket = join('/tmp', `fixpoint-vscode-${randomBytes(8).toString('hex')}.sock`)
    const command = [
      // What commands of the agent are told about terminals is not true of those in the editor.
      ...['exec', 'env', '-u', 'NO_COLOR', '-u', 'PAGER', '-u', 'GIT_PAGER', '-u', 'GIT_EDITOR', '-u', 'TERM'],
      // No marketplace is reached from here; without an address it is not offered either.
      `EXTENSIONS_GALLERY='{}'`,
      'node',
      `'${join(codeServer, 'out', 'node', 'entry.js')}'`,
      ...['--auth', 'none', '--socket', socket, '--socket-mode', '600'],
      ...['--user-data-dir', data, '--extensions-dir', join(data, 'extensions')],
      ...['--app-name', 'Fixpoint', '--disable-telemetry', '--disable-update-check', '--disable-workspace-trust'],
      ...['--disable-getting-started-override', '--disable-proxy', '--ignore-last-opened'],
      `'${folder}'`
    ].join(' ')
    const group = groups.start(command, { folder, environment: {} })
    const run = { group, socket, hasEnded: false, output: '' }
    this.#run = run
    for (const readable of [group.stdout, group.stderr]) {
      readable.on('data', (bytes: Buffer) => {
        run.output = (run.output + bytes).slice(-KEPT_OUTPUT_CHARACTERS)
      })
    }
    void group.exited.then(() => {
      run.hasEnded = true
      void rm(socket, { force: true })
    })
    const giveUpAt = performance.now() + START_LIMIT
    while (!run.hasEnded && performance.now() < giveUpAt) {
      if (await isHealthy(socket)) return
      await delay(POLL_PAUSE)
    }
    await group.end()
    throw new FixpointError(
      'vscode_not_ready',
      `VS Code did not start in the sandbox. Its last output:\n${run.output.toWellFormed().trim()}`
    )
  }
}

function isHealthy(socketPath: string): Promise<boolean> {
  return new Promise(resolve => {
    const request = get({ socketPath, path: '/healthz', agent: false, timeout: 5_000 }, response => {
      response.destroy()
      resolve(response.statusCode === 200)
    })
    request.once('timeout', () => request.destroy())
    request.once('error', () => resolve(false))
  })
}
