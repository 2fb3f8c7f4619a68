import { devNull } from 'node:os'
import { Readable } from 'node:stream'
import { FixpointError } from '@fixpoint/protocol'
import { HARMLESS_FLAWS } from '@fixpoint/protocol/sandbox'
import { execa } from 'execa'
import { isErrno } from '../store/errno.ts'

export interface GitOptions {
  /** Bare repository to work in. Git is never run in a folder that a sandbox can write. */
  repository?: string
  input?: string | Uint8Array | Readable
  /** Further configuration for this call alone; carried in the environment, so that tokens are on no command line. */
  config?: readonly (readonly [string, string])[]
  /** Further environment, for authors and dates of commits. */
  environment?: Readonly<Record<string, string>>
  /** How output is read: as UTF-8, or byte by byte, for names of files that need not be UTF-8 and go back to git. */
  encoding?: 'utf8' | 'latin1'
  timeoutMs?: number
  signal?: AbortSignal
}

export interface GitResult {
  stdout: string
  stderr: string
  exitCode: number
}

const DEFAULT_TIMEOUT_MS = 60_000

/**
 * Configuration for every call: nothing of the machine's or the user's, no hooks, objects checked on their way in, and no
 * transport but those that a call asks for (threats.md G1).
 */
const SAFE_CONFIG: readonly (readonly [string, string])[] = [
  ['core.hooksPath', devNull],
  ['core.fsmonitor', 'false'],
  ['transfer.fsckObjects', 'true'],
  ...HARMLESS_FLAWS.map((flaw): [string, string] => [`fetch.fsck.${flaw}`, 'ignore']),
  ['protocol.allow', 'never'],
  ['http.followRedirects', 'false'],
  ['submodule.recurse', 'false'],
  ['fetch.recurseSubmodules', 'no'],
  ['gc.auto', '0'],
  ['credential.helper', ''],
  ['safe.bareRepository', 'all']
]

/** Runs git and gives its output, whatever its exit code is. @throws FixpointError when git is not there or takes too long. */
export async function tryGit(args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  const result = await start(args, options)
  return { stdout: result.stdout, stderr: result.stderr, exitCode: result.exitCode ?? -1 }
}

/** Runs git and gives what it printed. @throws FixpointError `git_failed` when it fails. */
export async function git(args: readonly string[], options: GitOptions = {}): Promise<string> {
  const result = await tryGit(args, options)
  if (result.exitCode !== 0) throw gitFailed(args, result)
  return result.stdout
}

export function gitFailed(args: readonly string[], result: GitResult): FixpointError {
  const reason = result.stderr.trim().split('\n').at(-1) ?? ''
  return new FixpointError('git_failed', `git ${args[0] ?? ''} failed: ${redactUrl(reason).slice(0, 300)}`, {
    cause: redactUrl(result.stderr)
  })
}

/** Credentials never reach a message, however they came into an address. */
function redactUrl(text: string): string {
  return text.replace(/(\w+:\/\/)[^/@\s]+@/g, '$1[redacted]@')
}

/** Starts git and gives its standard output as bytes; the stream fails when git does. */
export function streamGit(args: readonly string[], options: GitOptions = {}): Readable {
  const child = execa('git', globalArgs(args, options), {
    ...execaOptions(options),
    encoding: 'buffer',
    buffer: { stdout: false, stderr: true }
  })
  const output = Readable.from(child.stdout ?? [])
  child.catch((error: unknown) => output.destroy(new FixpointError('git_failed', `git ${args[0] ?? ''} failed.`, { cause: error })))
  return output
}

async function start(args: readonly string[], options: GitOptions) {
  const result = await execa('git', globalArgs(args, options), {
    ...execaOptions(options),
    reject: false,
    stripFinalNewline: false,
    maxBuffer: 200_000_000,
    encoding: options.encoding ?? 'utf8'
  })
  if (result.isCanceled) throw options.signal?.reason ?? new Error('aborted')
  if (result.timedOut) {
    throw new FixpointError('git_failed', `git ${args[0] ?? ''} took longer than ${(options.timeoutMs ?? DEFAULT_TIMEOUT_MS) / 1_000} s.`)
  }
  if (isErrno(result.cause, 'ENOENT'))
    throw new FixpointError('git_failed', 'Git is not installed.', { hint: 'Install git; `npm run doctor` checks it.' })
  if (isErrno(result.cause, 'ENOSPC') || /No space left on device/.test(String(result.stderr))) {
    throw new FixpointError('storage_full', 'There is no space left for the repository.')
  }
  return result
}

function globalArgs(args: readonly string[], options: GitOptions): string[] {
  return options.repository === undefined ? [...args] : ['--git-dir', options.repository, ...args]
}

function execaOptions(options: GitOptions) {
  return {
    cwd: options.repository ?? '/',
    env: gitEnvironment(options),
    extendEnv: false,
    timeout: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    forceKillAfterDelay: 2_000,
    ...(options.signal ? { cancelSignal: options.signal } : {}),
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input })
  }
}

function gitEnvironment(options: GitOptions): Record<string, string> {
  const config = [...SAFE_CONFIG, ...(options.config ?? [])]
  const pairs = config.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value]
  ])
  const inherited = ['PATH', 'SSL_CERT_FILE', 'GIT_SSL_CAINFO', 'HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy'].flatMap(name => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value]]
  })
  return {
    ...Object.fromEntries(inherited),
    LC_ALL: 'C',
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    GIT_CONFIG_COUNT: String(config.length),
    ...Object.fromEntries(pairs),
    ...options.environment
  }
}
