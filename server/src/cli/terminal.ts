import { type Failure, stripControls } from '@fixpoint/protocol'
import pc from 'picocolors'

/** Where the command line writes: what was asked for to standard output, everything about it to standard error. */
export interface Terminal {
  /** A line of the answer. */
  answer(text: string): void
  /** A line of progress or advice. */
  say(text: string): void
  fail(failure: Pick<Failure, 'code' | 'message' | 'hint'>): void
}

export interface TerminalOptions {
  isJson: boolean
  isQuiet: boolean
}

export function createTerminal({ isJson, isQuiet }: TerminalOptions): Terminal {
  let isAnswered = false
  return {
    answer: text => {
      isAnswered = true
      process.stdout.write(`${text}\n`)
    },
    say: text => {
      if (!isQuiet) process.stderr.write(`${stripControls(text)}\n`)
    },
    fail: ({ code, message, hint }) => {
      const [first = '', ...rest] = stripControls(message).split('\n')
      process.stderr.write(
        `${[`${pc.red('Error:')} ${first} ${pc.dim(`[${code}]`)}`, ...rest.map(line => `  ${line}`), ...(hint ? [`  ${hint}`] : [])].join('\n')}\n`
      )
      // A failure that is part of an answer is in it already; two values would be no JSON.
      if (isJson && !isAnswered) process.stdout.write(`${JSON.stringify({ error: { code, message, hint } })}\n`)
    }
  }
}

/** Columns of text, as wide as their longest cell. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length)
  return rows
    .map(row => row.map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0))).join('  '))
    .join('\n')
}
