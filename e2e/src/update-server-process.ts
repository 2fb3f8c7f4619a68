/** An update server as people run it: a process of its own, worked with by its command line. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from './server-process.ts'

const PROGRAM = join(ROOT, 'update-server', 'src', 'cli', 'main.ts')
const PEOPLE = { ada: ['publisher'], grace: ['approver'] } as const

export interface Outcome {
  status: number
  stdout: string
  stderr: string
}

export class UpdateServerProcess {
  readonly folder: string
  /** Where it listens; browsers may know it by another address. */
  readonly url: string
  readonly #child: ChildProcess

  private constructor(folder: string, url: string, child: ChildProcess) {
    this.folder = folder
    this.url = url
    this.#child = child
  }

  /** @param publicUrl where browsers reach it @param port where it listens */
  static async start(publicUrl: string, port: number, extensionId: string): Promise<UpdateServerProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'fixpoint-updates-'))
    const people = Object.entries(PEOPLE).map(([name, roles]) => ({
      name,
      roles,
      tokenSha256: createHash('sha256').update(`token-of-${name}`).digest('hex')
    }))
    const config = { publicUrl, port, dataFolder: 'data', extensions: [{ id: extensionId, name: 'Sample' }], people }
    const file = join(folder, 'fixpoint-updates.json')
    writeFileSync(file, JSON.stringify(config))
    const child = spawn(process.execPath, [PROGRAM, 'serve', '--config', file], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, FIXPOINT_LOG_LEVEL: 'error' }
    })
    const [line] = await Promise.race([
      once(child.stdout, 'data'),
      once(child, 'exit').then(([status]) => {
        throw new Error(`The update server has ended with status ${status}.`)
      })
    ])
    return new UpdateServerProcess(folder, String(line).trim(), child)
  }

  /** Of the server's process. */
  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('The update server does not run.')
    return this.#child.pid
  }

  /** Runs `fixpoint-updates` as one of the people. */
  run(person: keyof typeof PEOPLE, ...args: string[]): Promise<Outcome> {
    const env = {
      ...process.env,
      FIXPOINT_UPDATES_SERVER: this.url,
      FIXPOINT_UPDATES_TOKEN: `token-of-${person}`,
      NO_COLOR: '1',
      INIT_CWD: this.folder
    }
    return new Promise(resolve => {
      const child = execFile(process.execPath, [PROGRAM, ...args], { env }, (_error, stdout, stderr) =>
        resolve({ status: child.exitCode ?? -1, stdout, stderr })
      )
    })
  }

  /** Runs it, and throws with what it has said where it does not end well. */
  async succeed(person: keyof typeof PEOPLE, ...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await this.run(person, ...args)
    if (status !== 0) throw new Error(`fixpoint-updates ${args.join(' ')} has ended with ${status}:\n${stderr}`)
    return stdout
  }

  /** A file that a command can be given. */
  write(name: string, bytes: Buffer): string {
    const path = join(this.folder, name)
    writeFileSync(path, bytes)
    return path
  }

  async close(): Promise<void> {
    if (this.#child.exitCode === null) {
      this.#child.kill('SIGTERM')
      await once(this.#child, 'exit')
    }
    rmSync(this.folder, { recursive: true, force: true })
  }
}
