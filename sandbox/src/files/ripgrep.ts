import { spawn } from 'node:child_process'
import { StringDecoder } from 'node:string_decoder'
import { FixpointError } from '@fixpoint/protocol'

/** A search that takes longer has found what can be shown, or never will; milliseconds. */
const TIME_LIMIT = 20_000
const STDERR_CHARACTERS = 2_000

/**
 * Hidden files are searched (configuration lives there), git's own are not. `--sort path` makes the order the same each time, so
 * that the same search shows the same beginning. The user's own ripgrep settings and ignore files above the workspace do not
 * count, so that it finds the same everywhere.
 */
const COMMON_ARGUMENTS = [
  '--no-config',
  '--hidden',
  '--no-ignore-parent',
  '--no-ignore-global',
  '--no-require-git',
  '--no-messages',
  '--sort=path'
]

/**
 * Runs ripgrep in the workspace.
 * @param separator what ends an item of its output
 * @param onItem gets each item; returns false when it has enough
 * @returns whether it went through to the end
 * @throws FixpointError invalid_parameter for a pattern or glob that ripgrep refuses
 */
export async function ripgrep(
  folder: string,
  { environment, arguments: specific, glob }: { environment: Record<string, string>; arguments: string[]; glob: string | undefined },
  separator: string,
  onItem: (item: string) => boolean
): Promise<{ isComplete: boolean }> {
  const globs = [...(glob === undefined ? [] : [`--glob=${glob}`]), '--glob=!.git']
  const child = spawn('rg', [...COMMON_ARGUMENTS, ...globs, ...specific], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIME_LIMIT,
    killSignal: 'SIGKILL'
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(0, STDERR_CHARACTERS)
  })

  let hasEnough = false
  let rest = ''
  const decoder = new StringDecoder('utf8')
  child.stdout.on('data', (chunk: Buffer) => {
    if (hasEnough) return
    const items = (rest + decoder.write(chunk)).split(separator)
    rest = items.pop() ?? ''
    hasEnough = items.some(item => !onItem(item))
    if (hasEnough) child.kill('SIGKILL')
  })

  const { code, signal } = await new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    child.once('error', cause => reject(new FixpointError('internal', 'ripgrep cannot be started.', { cause })))
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  // 1: nothing found. 2: an error, which unreadable files are too; only those in the pattern or the glob are written out.
  if (code === 2 && stderr.trim() !== '') throw refused(stderr)
  return { isComplete: !hasEnough && signal === null }
}

function refused(stderr: string): FixpointError {
  const message = stderr.trim().replace(/^(?:rg: )?(?:error: )?/, '')
  const field = /glob/.test(message) ? 'glob' : 'pattern'
  return new FixpointError('invalid_parameter', `ripgrep does not accept the ${field}: ${message}`, { field })
}
