// One line for each step of the set-up: what it was about, what came of it, how long it took.

/** A reason why the set-up cannot go on, with what to do about it. */
export class SetupError extends Error {
  /**
   * @param {string} message what is wrong, in one sentence
   * @param {string} remedy what to do
   */
  constructor(message, remedy) {
    super(message)
    this.name = 'SetupError'
    this.remedy = remedy
  }
}

let isInterrupted = false

/** From now on a step that does not come to its end was ended from outside and has not failed. */
export function noteInterruption() {
  isInterrupted = true
}

const isTerminal = Boolean(process.stderr.isTTY)
const WIDTH = 22

/**
 * Runs a step and prints its line.
 * @template T
 * @param {string} name
 * @param {(report: (text: string) => void) => Promise<{ said: string, value: T }>} action says in a few words what came of it
 * @returns {Promise<T>}
 */
export async function step(name, action) {
  const startedAt = performance.now()
  const report = text => {
    if (isTerminal) process.stderr.write(`\r\u001b[2K  … ${name.padEnd(WIDTH)} ${text.slice(0, 70)}`)
  }
  report('')
  try {
    const { said, value } = await action(report)
    print('✓', name, `${said} (${seconds(startedAt)})`)
    return value
  } catch (error) {
    if (isInterrupted) print('–', name, `not finished (${seconds(startedAt)}); the next start does it`)
    else print('✗', name, `did not work (${seconds(startedAt)})`)
    throw error
  }
}

function print(sign, name, text) {
  process.stderr.write(`${isTerminal ? '\r\u001b[2K' : ''}  ${sign} ${name.padEnd(WIDTH)} ${text}\n`)
}

function seconds(startedAt) {
  return `${((performance.now() - startedAt) / 1000).toFixed(1)} s`
}

/**
 * Runs the main part of a script and turns what goes wrong into a sentence, a remedy and exit code 1.
 * @param {() => Promise<number | undefined>} main
 */
export async function runScript(main) {
  try {
    const code = await main()
    if (code !== undefined) process.exitCode = code
  } catch (error) {
    const shown = isDiskFull(error)
      ? new SetupError('The disk is full.', 'Free some space and run this again; it goes on where it was.')
      : error
    if (!(shown instanceof SetupError)) throw error
    process.stderr.write(`\n${shown.message}\n→ ${shown.remedy}\n`)
    process.exitCode = 1
  }
}

function isDiskFull(error) {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
}
