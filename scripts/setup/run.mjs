import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { SetupError } from './step.mjs'

/** Programs that `run` has started and that have not ended. */
const running = new Set()

/**
 * Ends what `run` has started and waits for it, at most 20 s: npm that is interrupted takes back what it has installed, and must not
 * do so under the next set-up.
 */
export async function endRunning() {
  for (const child of running) child.kill('SIGTERM')
  for (let attempt = 0; attempt < 200 && running.size > 0; attempt++) await delay(100)
}

/**
 * Runs a program to its end and gives its standard output.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, log?: string, onLine?: (line: string) => void }} [options] `log`: file that
 *   takes everything it prints; `onLine`: hears each line of either stream
 * @returns {Promise<{ code: number, stdout: string, stderr: string }>}
 */
export function run(program, args, { cwd, env, log, onLine } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'] })
    running.add(child)
    const file = log === undefined ? null : createWriteStream(log)
    file?.once('error', reject)
    let stdout = ''
    let stderr = ''
    const hear = chunk => {
      file?.write(chunk)
      for (const line of String(chunk).split(/[\r\n]+/)) if (line.trim() !== '') onLine?.(line.trim())
    }
    child.stdout.on('data', chunk => {
      stdout += chunk
      hear(chunk)
    })
    child.stderr.on('data', chunk => {
      stderr += chunk
      hear(chunk)
    })
    child.once('error', error => {
      running.delete(child)
      reject(error)
    })
    child.once('close', code => {
      running.delete(child)
      file?.end()
      resolve({ code: code ?? 1, stdout, stderr })
    })
  })
}

/**
 * The same for a program that has to succeed.
 * @param {string} what in words, for the message
 * @param {string} remedy what to do when it fails
 */
export async function runOrFail(what, remedy, program, args, options = {}) {
  const result = await tryRun(program, args, options)
  if (result.code === 0) return result.stdout
  const reason = reasonIn(result.stderr) ?? reasonIn(result.stdout) ?? `it ended with status ${result.code}`
  const isFull = /No space left on device|ENOSPC/.test(result.stderr + result.stdout)
  if (isFull)
    throw new SetupError(
      `${what} failed: the disk is full.`,
      'Free some space (about 6 GB are needed) and run this again; it goes on where it was.'
    )
  throw new SetupError(`${what} failed: ${reason}`, options.log ? `${remedy} Everything that was printed is in ${options.log}.` : remedy)
}

/** Like `run`, but a program that is not there gives exit code 127. */
export async function tryRun(program, args, options = {}) {
  try {
    return await run(program, args, options)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return { code: 127, stdout: '', stderr: `${program} is not installed` }
    throw error
  }
}

/** The line of an output that says why: the first that speaks of an error, otherwise the last. */
function reasonIn(text) {
  const lines = text
    .split(/[\r\n]+/)
    .map(line => line.trim())
    .filter(line => line !== '')
  return lines.find(line => /\b(error|fatal|failed)\b|\bERR_/i.test(line)) ?? lines.at(-1)
}
