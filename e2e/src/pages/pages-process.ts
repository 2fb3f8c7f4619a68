/** The pages of `e2e/pages/`, installed and served: by dev servers, or built and then served as files. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { ROOT } from '../server-process.ts'

export const PAGES_FOLDER = join(ROOT, 'e2e', 'pages')

const lineSchema = z.union([
  z.object({ name: z.string(), url: z.string(), ms: z.number() }),
  z.object({ name: z.string(), error: z.string() }),
  z.object({ isComplete: z.literal(true) })
])

export class PagesProcess {
  readonly #child: ChildProcess
  readonly #urls = new Map<string, string>()
  readonly #errors = new Map<string, string>()
  #isComplete = false
  #changed: (() => void)[] = []

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  /**
   * Installs the frameworks where they are missing, and starts to serve. Pages come one after the other; `url` waits for them.
   * @param names those to serve; all where none is given.
   */
  static async start(names: readonly string[] = []): Promise<PagesProcess> {
    await installFrameworks()
    const child = spawn(process.execPath, [join(PAGES_FOLDER, 'serve.mjs'), ...names], {
      cwd: PAGES_FOLDER,
      // Test runners set NODE_ENV, which would make builds others than they are.
      env: { ...process.env, NODE_ENV: undefined, VITEST: undefined },
      stdio: ['pipe', 'pipe', 'inherit']
    })
    const pages = new PagesProcess(child)
    if (child.stdout) createInterface(child.stdout).on('line', line => pages.#hear(line))
    child.on('exit', () => pages.#finish())
    return pages
  }

  #hear(line: string): void {
    if (!line.startsWith('{')) return
    const said = lineSchema.parse(JSON.parse(line))
    if ('isComplete' in said) this.#isComplete = true
    else if ('error' in said) this.#errors.set(said.name, said.error)
    else this.#urls.set(said.name, said.url)
    for (const wake of this.#changed.splice(0)) wake()
  }

  #finish(): void {
    this.#isComplete = true
    for (const wake of this.#changed.splice(0)) wake()
  }

  /** The address of a set of pages, as soon as it is served. */
  async url(name: string): Promise<string> {
    for (;;) {
      const url = this.#urls.get(name)
      if (url !== undefined) return url
      const error = this.#errors.get(name)
      if (error !== undefined) throw new Error(`${name} is not served: ${error}`)
      if (this.#isComplete) throw new Error(`${name} is not among the pages.`)
      await new Promise<void>(resolve => this.#changed.push(resolve))
    }
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.stdin?.end()
    await ended
  }
}

/** Nothing to do where they are there already: pnpm compares the lockfile. */
async function installFrameworks(): Promise<void> {
  const child = spawn('pnpm', ['install', '--frozen-lockfile', '--prefer-offline', '--reporter=append-only'], {
    cwd: PAGES_FOLDER,
    env: { ...process.env, CI: 'true' },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk
    })
  }
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`The frameworks of e2e/pages could not be installed:\n${said.slice(-3_000)}`)
}
