/**
 * VS Code on this machine and outside of any sandbox: code-server, with our extension from its VSIX in a host of Node as VS Code on
 * a desktop has it. What code-server itself does on the same machine is what benchmarks compare with.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { initialSettings } from '../../sandbox/src/vscode/settings.ts'
import { freePort, ROOT } from './server-process.ts'

const CODE_SERVER = join(ROOT, '.fixpoint', 'vscode', 'node_modules', 'code-server')
const COMPANION = join(ROOT, 'ide-extension')

export interface HostCodeServerOptions {
  /** With our extension. */
  hasCompanion: boolean
  /** On top of those that a session's own VS Code starts with. */
  settings?: Record<string, unknown>
}

export class HostCodeServer {
  readonly url: string
  /** Where its settings and its state are. */
  readonly folder: string
  readonly #child: ChildProcess

  private constructor(url: string, folder: string, child: ChildProcess) {
    this.url = url
    this.folder = folder
    this.#child = child
  }

  static async start({ hasCompanion, settings = {} }: HostCodeServerOptions): Promise<HostCodeServer> {
    const entry = join(CODE_SERVER, 'out', 'node', 'entry.js')
    if (!existsSync(entry)) throw new Error('VS Code is not set up on this machine; `npm test` and `npm run bench` do it.')
    const folder = mkdtempSync(join(tmpdir(), 'fixpoint-desktop-'))
    const data = join(folder, 'data')
    mkdirSync(join(data, 'User'), { recursive: true })
    const all = { ...initialSettings('system'), 'remote.extensionKind': { 'fixpoint.fixpoint': ['workspace'] }, ...settings }
    writeFileSync(join(data, 'User', 'settings.json'), JSON.stringify(all))
    const env = { PATH: process.env['PATH'], HOME: folder, EXTENSIONS_GALLERY: '{}', SHELL: '/bin/bash', LANG: 'C.UTF-8' }
    const places = ['--user-data-dir', data, '--extensions-dir', join(folder, 'extensions')]
    if (hasCompanion) {
      const vsix = packCompanion()
      execFileSync(process.execPath, [entry, ...places, '--install-extension', vsix], { env, stdio: ['ignore', 'ignore', 'inherit'] })
    }
    const port = await freePort()
    const child = spawn(
      process.execPath,
      [
        entry,
        ...['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, ...places],
        ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override', '--ignore-last-opened']
      ],
      { env, cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] }
    )
    const server = new HostCodeServer(`http://127.0.0.1:${port}`, folder, child)
    for (let attempt = 0; attempt < 600; attempt++) {
      if (child.exitCode !== null) throw new Error(`code-server ended with ${child.exitCode}`)
      const answer = await fetch(`${server.url}/healthz`).catch(() => null)
      if (answer?.ok) return server
      await delay(50)
    }
    await server.remove()
    throw new Error('code-server did not get ready')
  }

  async remove(): Promise<void> {
    if (this.#child.exitCode === null) {
      const ended = once(this.#child, 'exit')
      this.#child.kill()
      await ended
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
}

/** @returns the VSIX, made of the sources that are there. */
function packCompanion(): string {
  execFileSync(process.execPath, [join(COMPANION, 'build.ts'), '--pack'], { cwd: COMPANION, stdio: ['ignore', 'ignore', 'inherit'] })
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(join(COMPANION, 'package.json'), 'utf8')))
  return join(COMPANION, 'dist', `fixpoint-${version}.vsix`)
}
