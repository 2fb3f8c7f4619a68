import { randomBytes } from 'node:crypto'
import type { ServerHttp2Stream } from 'node:http2'
import { FixpointError, TERMINAL_LIMITS } from '@fixpoint/protocol'
import { encodeTerminalBytes, encodeTerminalControl, type TerminalControl, TerminalFrames } from '@fixpoint/protocol/sandbox'
import { z } from 'zod'
import { type ProcessGroups, preferForOutOfMemory } from '../processes/process-groups.ts'
import { loadNativeModule } from '../vscode/native-module.ts'

/** What is used of node-pty; see its typings/node-pty.d.ts. */
interface Shell {
  readonly pid: number
  onData(listener: (bytes: Buffer) => void): void
  onExit(listener: (exit: { exitCode: number; signal?: number }) => void): void
  write(bytes: Buffer): void
  resize(columns: number, rows: number): void
  pause(): void
  resume(): void
}
type Spawn = (
  file: string,
  programArguments: string[],
  options: { name: string; cols: number; rows: number; cwd: string; env: Record<string, string>; encoding: null }
) => Shell

const ptySchema = z.object({ spawn: z.custom<Spawn>(value => typeof value === 'function') })

/** What commands of the agent are told about terminals is not true of a person's. */
const NOT_PASSED_ON = new Set(['NO_COLOR', 'PAGER', 'GIT_PAGER', 'GIT_EDITOR', 'TERM', 'PYTHONUNBUFFERED'])

interface TerminalsOptions {
  codeServer: string
  /** Where shells begin. */
  folder: string
  groups: ProcessGroups
}

/** Shells of people, each as long as its stream. They run as everything in the sandbox does, with the same walls around them. */
export class Terminals {
  readonly #options: TerminalsOptions
  #open = 0

  constructor(options: TerminalsOptions) {
    this.#options = options
  }

  /** Answers a CONNECT. @throws FixpointError terminal_limit */
  join(stream: ServerHttp2Stream): void {
    if (this.#open >= TERMINAL_LIMITS.perSession) {
      throw new FixpointError('terminal_limit', `${TERMINAL_LIMITS.perSession} terminals are open in this session.`, {
        limit: TERMINAL_LIMITS.perSession
      })
    }
    const { spawn } = ptySchema.parse(loadNativeModule(this.#options.codeServer, 'node-pty'))
    this.#open += 1
    stream.respond({ ':status': 200 })
    const frames = new TerminalFrames()
    let terminal: Terminal | undefined
    stream.on('data', (chunk: Buffer) => {
      try {
        for (const frame of frames.read(chunk)) {
          if (frame.kind === 'bytes') terminal?.type(frame.bytes)
          else if (frame.control.kind === 'start') terminal ??= new Terminal(stream, spawn, this.#options, frame.control)
          else terminal?.obey(frame.control)
        }
      } catch (error) {
        process.stderr.write(`sandboxd: terminal: ${String(error)}\n`)
        stream.close()
      }
    })
    stream.once('close', () => {
      this.#open -= 1
      terminal?.end()
    })
  }
}

class Terminal {
  readonly #stream: ServerHttp2Stream
  readonly #shell: Shell
  readonly #end: () => void
  #untaken = 0
  #isPaused = false
  #hasExited = false

  constructor(
    stream: ServerHttp2Stream,
    spawn: Spawn,
    { folder, groups }: TerminalsOptions,
    { columns, rows }: { columns: number; rows: number }
  ) {
    const name = `terminal-${randomBytes(8).toString('hex')}`
    const inherited = Object.entries(groups.environmentFor(name)).filter(([key]) => !NOT_PASSED_ON.has(key))
    const env = { ...Object.fromEntries(inherited), COLORTERM: 'truecolor' }
    this.#stream = stream
    // Not a login shell: /etc/profile would set the paths of programs anew.
    this.#shell = spawn('bash', [], { name: 'xterm-256color', cols: columns, rows, cwd: folder, env, encoding: null })
    this.#end = () => groups.killNamed(name)
    preferForOutOfMemory(this.#shell.pid)
    this.#shell.onData(bytes => this.#send(bytes))
    this.#shell.onExit(({ exitCode, signal }) => {
      this.#hasExited = true
      // What it left running in the background has nobody to show itself to any more.
      this.#end()
      if (stream.closed || stream.destroyed) return
      const wasKilled = signal !== undefined && signal !== 0
      stream.end(encodeTerminalControl({ kind: 'exited', exitCode: wasKilled ? null : exitCode, signal: wasKilled ? signal : null }))
    })
  }

  type(bytes: Uint8Array): void {
    if (!this.#hasExited) this.#shell.write(Buffer.from(bytes))
  }

  obey(control: TerminalControl): void {
    if (this.#hasExited) return
    if (control.kind === 'resize') this.#shell.resize(control.columns, control.rows)
    if (control.kind !== 'taken') return
    this.#untaken = Math.max(0, this.#untaken - control.bytes)
    if (!this.#isPaused || this.#untaken >= TERMINAL_LIMITS.untakenBytes / 2) return
    this.#isPaused = false
    this.#shell.resume()
  }

  /** Ends the shell and all that came of it. */
  end(): void {
    this.#end()
  }

  /** A program that prints faster than is read waits in its own write, as at any terminal. */
  #send(bytes: Buffer): void {
    if (this.#stream.closed || this.#stream.destroyed) return
    this.#stream.write(encodeTerminalBytes(bytes))
    this.#untaken += bytes.length
    if (this.#isPaused || this.#untaken < TERMINAL_LIMITS.untakenBytes) return
    this.#isPaused = true
    this.#shell.pause()
  }
}
