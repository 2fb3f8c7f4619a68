import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { FixpointError } from '@fixpoint/protocol'
import { systemErrorCode } from '../files/file-errors.ts'

const STDERR_CHARACTERS = 1_000
/** Beyond this a repository is not one that is worked on interactively; milliseconds. */
const TIME_LIMIT = 600_000

export interface GitOptions {
  /** Absolute path to run it in. */
  folder: string
  /** Of the sandbox's programs; git's own variables are added here. */
  environment: Record<string, string>
  /** Settings for this call, as `-c` takes them. */
  settings?: string[]
  variables?: Record<string, string>
  /** What it reads from its standard input. */
  input?: Buffer | Readable | AsyncIterable<Buffer>
}

/**
 * What a person's or an image's own settings would change. The repository's settings stay in force where its folder is used:
 * callers that must not depend on them use a repository of their own.
 */
const VARIABLES = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_LFS_SKIP_SMUDGE: '1',
  LC_ALL: 'C.UTF-8'
}
const SETTINGS = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.attributesFile=/dev/null',
  'core.quotePath=false',
  'commit.gpgSign=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'submodule.recurse=false',
  'advice.detachedHead=false',
  // The volume may belong to another user than the sandbox's.
  'safe.directory=*'
]

/**
 * Runs git to its end.
 * @returns what it printed
 * @throws FixpointError git_failed with its message, storage_full
 */
export async function git(parameters: string[], options: GitOptions): Promise<Buffer> {
  const chunks: Buffer[] = []
  const { stdout, finished } = startGit(parameters, options)
  stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  await finished
  return Buffer.concat(chunks)
}

/** Runs git; its output is read while it runs. `finished` rejects as `git` does. */
export function startGit(parameters: string[], options: GitOptions): { stdout: Readable; finished: Promise<void> } {
  const settings = [...SETTINGS, ...(options.settings ?? [])].flatMap(setting => ['-c', setting])
  const child = spawn('git', [...settings, ...parameters], {
    cwd: options.folder,
    env: { ...options.environment, ...VARIABLES, ...options.variables },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: TIME_LIMIT,
    killSignal: 'SIGKILL'
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_CHARACTERS)
  })
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', cause => reject(new FixpointError('internal', 'git cannot be started.', { cause })))
    child.once('close', (code, signal) => {
      if (code === 0) resolve()
      else reject(gitError(parameters[0] ?? '', stderr.trim(), code, signal))
    })
  })
  const fed = feed(child.stdin, options.input).catch(error => {
    // The input ended early (a broken upload): without the rest git must not finish as if it were whole.
    child.kill('SIGKILL')
    throw error
  })
  const finished = Promise.all([fed, ended]).then(() => undefined)
  return { stdout: child.stdout, finished }
}

async function feed(stdin: NodeJS.WritableStream, input: GitOptions['input']): Promise<void> {
  if (input === undefined || Buffer.isBuffer(input)) {
    // Git may end without reading everything; its status tells whether that is an error.
    stdin.on('error', error => {
      if (systemErrorCode(error) !== 'EPIPE') process.stderr.write(`sandboxd: git's input: ${error.message}\n`)
    })
    if (input === undefined) stdin.end()
    else stdin.end(input)
    return
  }
  let fault: { error: unknown } | undefined
  const noting = async function* () {
    try {
      yield* input
    } catch (error) {
      fault = { error }
      throw error
    }
  }
  try {
    await pipeline(noting, stdin)
  } catch (error) {
    if (fault) throw fault.error
    // Git closes its input as soon as it has read a whole pack; its status tells whether it wanted more.
    if (!CLOSED_BY_READER.has(systemErrorCode(error) ?? '')) throw error
  }
}

const CLOSED_BY_READER: ReadonlySet<string> = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'])

function gitError(command: string, stderr: string, code: number | null, signal: string | null): FixpointError {
  if (/No space left on device|Disk quota exceeded/.test(stderr)) {
    return new FixpointError('storage_full', 'The workspace’s disk is full.')
  }
  const how = code === null ? `was ended by ${signal}` : `ended with status ${code}`
  return new FixpointError('git_failed', `git ${command} ${how}${stderr === '' ? '.' : `: ${stderr}`}`)
}
