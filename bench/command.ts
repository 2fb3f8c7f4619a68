import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface CommandRun {
  /** From before the program was started to its first output, in ms. */
  firstOutputMs: number
  /** To its end. */
  endMs: number
  output: string
}

/** Runs a program that has to succeed and to print something. */
export async function runCommand(program: string, args: readonly string[], cwd?: string): Promise<CommandRun> {
  const startedAt = performance.now()
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], cwd })
  let firstOutputMs: number | null = null
  let output = ''
  child.stdout.on('data', chunk => {
    firstOutputMs ??= performance.now() - startedAt
    output += chunk
  })
  const [code] = await once(child, 'close')
  const endMs = performance.now() - startedAt
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with status ${code}`)
  return { firstOutputMs: firstOutputMs ?? endMs, endMs, output: output.trim() }
}
