import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { FixpointError } from '@fixpoint/protocol'
import { systemErrorCode } from '../files/file-errors.ts'
import { listProcesses, type ProcessEntry, signalProcess, withDescendants } from './process-table.ts'

/** Time to end in an orderly way before being killed; milliseconds. */
const TERMINATION_GRACE = 2_000
/** How long killed processes are waited for: the kernel may hold one in a disk access. */
const KILL_GRACE = 1_000
/** The kernel ends commands before sandboxd and the browser where memory runs out; from -1000 to 1000, see proc(5). */
const COMMAND_OOM_SCORE = '500'

/** Marks everything that a sandboxd started, and what that started, also where it has left its group and its parent. */
const MARK = 'FIXPOINT_SANDBOXD'
const GROUP_MARK = 'FIXPOINT_COMMAND'

interface CommandOptions {
  /** Absolute path. */
  folder: string
  environment: Record<string, string>
}

/** The commands that run, each in a process group of its own. */
export class ProcessGroups {
  /** For programs that belong to no command, such as git and the browser. */
  readonly environment: Record<string, string>
  readonly #name: string
  readonly #mark: string
  #started = 0

  /**
   * @param environment for all that is started here
   * @param name tells this instance from others in the same process table
   */
  constructor(environment: Record<string, string>, name: string) {
    this.#name = name
    this.#mark = `${MARK}=${name}`
    this.environment = { ...environment, [MARK]: name }
  }

  /**
   * Starts `bash -c command` as the leader of a session of its own, its standard input empty.
   * @throws FixpointError internal when it cannot be started
   */
  start(command: string, options: CommandOptions): ProcessGroup {
    this.#started += 1
    const groupName = `${process.pid}.${this.#started}`
    const child = spawn('bash', ['-c', command], {
      cwd: options.folder,
      env: { ...this.environment, ...options.environment, [MARK]: this.#name, [GROUP_MARK]: groupName },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe']
    })
    return new ProcessGroup(child, [`\0${this.#mark}\0`, `\0${GROUP_MARK}=${groupName}\0`])
  }

  /** The environment for a program that is started elsewhere and ended by `killNamed`. */
  environmentFor(name: string): Record<string, string> {
    return { ...this.environment, [GROUP_MARK]: name }
  }

  /** Ends the processes that got `environmentFor(name)`, without asking them first. */
  killNamed(name: string): void {
    this.#kill([this.#mark, `${GROUP_MARK}=${name}`])
  }

  /** Ends everything that was started here, and all that came of it, without asking it first. */
  killAll(): void {
    this.#kill([this.#mark])
  }

  #kill(marks: string[]): void {
    // A process may have started another one between the look and the signal.
    for (let pass = 0; pass < 5; pass += 1) {
      const all = listProcesses()
      const marked = all.filter(entry => entry.pid !== process.pid && marks.every(mark => entry.environment.includes(`\0${mark}\0`)))
      if (marked.length === 0) return
      // Chromium's processes write their titles over the environment that they were given.
      const family = withDescendants(
        marked.map(entry => entry.pid),
        all
      )
      for (const pid of family) signalProcess(pid, 'SIGKILL')
    }
  }
}

export interface CommandExit {
  /** Null where a signal ended the shell. */
  exitCode: number | null
  signal: string | null
}

/** A command that was started, with everything that comes of it. */
export class ProcessGroup {
  readonly stdout: Readable
  readonly stderr: Readable
  /** When the shell has ended; what it started may still run. */
  readonly exited: Promise<CommandExit>
  /** When, besides, nobody holds its output open any more. */
  readonly closed: Promise<void>
  readonly #pid: number
  readonly #marks: string[]

  constructor(child: ChildProcessByStdio<null, Readable, Readable>, marks: string[]) {
    this.stdout = child.stdout
    this.stderr = child.stderr
    this.exited = new Promise(resolve => child.once('exit', (exitCode, signal) => resolve({ exitCode, signal })))
    this.closed = new Promise(resolve => child.once('close', () => resolve()))
    this.#marks = marks
    if (child.pid === undefined) {
      child.once('error', error => process.stderr.write(`sandboxd: bash: ${error.message}\n`))
      throw new FixpointError('internal', 'The command cannot be started: no more processes, or no bash.')
    }
    this.#pid = child.pid
    preferForOutOfMemory(child.pid)
  }

  /** Processes of this command that run now: by group, session, descent or mark. */
  running(): number[] {
    const all = listProcesses()
    const isMarked = (entry: ProcessEntry) => this.#marks.every(mark => entry.environment.includes(mark))
    const members = withDescendants(
      all
        .filter(entry => entry.pid === this.#pid || entry.group === this.#pid || entry.session === this.#pid || isMarked(entry))
        .map(entry => entry.pid),
      all
    )
    members.delete(process.pid)
    return [...members]
  }

  /**
   * Ends what runs: asked first, killed when it does not follow within two seconds.
   * @returns how many processes there were
   */
  async end(grace = TERMINATION_GRACE): Promise<number> {
    const found = this.running()
    if (found.length === 0) return 0
    for (const pid of found) signalProcess(pid, 'SIGTERM')
    // A stopped process does not get to the signal before it goes on.
    for (const pid of found) signalProcess(pid, 'SIGCONT')
    await this.#gone(grace, () => {})
    await this.#gone(KILL_GRACE, pids => {
      for (const pid of pids) signalProcess(pid, 'SIGKILL')
    })
    return found.length
  }

  async #gone(limit: number, onRunning: (pids: number[]) => void): Promise<void> {
    for (let waited = 0, pause = 5; waited <= limit; waited += pause, pause = Math.min(pause * 2, 100)) {
      const running = this.running()
      if (running.length === 0) return
      onRunning(running)
      await delay(pause)
    }
  }
}

/** Has the kernel end this process, and what comes of it, first. */
export function preferForOutOfMemory(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, COMMAND_OOM_SCORE)
  } catch (error) {
    // The command may be over already, or just turn into a program that may not be looked into.
    const code = systemErrorCode(error)
    if (code !== 'ENOENT' && code !== 'ESRCH' && code !== 'EACCES')
      process.stderr.write(`sandboxd: oom_score_adj of ${pid}: ${String(error)}\n`)
  }
}
