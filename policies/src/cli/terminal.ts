import type { Failure } from '@fixpoint/protocol'
import { stripControls } from '@fixpoint/protocol'
import pc from 'picocolors'

/** What the process ends with. */
export const EXIT = {
  ok: 0,
  /** A file is wrong, differs, or something needed is missing. */
  failure: 1,
  /** The command line, the configuration or a path on it is not valid. */
  usage: 2
} as const

/** Where the command line writes: what was asked for to standard output, everything about it to standard error. */
export interface Terminal {
  answer(text: string): void
  say(text: string): void
  fail(failure: Pick<Failure, 'code' | 'message' | 'hint'>): void
}

export function createTerminal(isJson: boolean): Terminal {
  return {
    answer: text => process.stdout.write(`${text}\n`),
    say: text => process.stderr.write(`${stripControls(text)}\n`),
    fail: ({ code, message, hint }) => {
      const [first = '', ...rest] = stripControls(message).split('\n')
      const lines = [
        `${pc.red('Error:')} ${first} ${pc.dim(`[${code}]`)}`,
        ...rest.map(line => `  ${line}`),
        ...(hint === '' ? [] : [`  ${hint}`])
      ]
      process.stderr.write(`${lines.join('\n')}\n`)
      if (isJson) process.stdout.write(`${JSON.stringify({ error: { code, message, hint } })}\n`)
    }
  }
}
