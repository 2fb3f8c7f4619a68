/** The command line as people and scripts run it: a process with arguments, input, two outputs and an exit code. */
import { spawn } from 'node:child_process'
import { SERVER_PROGRAM } from './server-process.ts'

export interface CommandResult {
  code: number | null
  stdout: string
  stderr: string
}

export interface CommandOptions {
  environment: NodeJS.ProcessEnv
  /** Written to its standard input, which is then closed. */
  input?: string
  /** Sent once standard error matches. */
  interruptAt?: RegExp
}

export function runFixpoint(args: readonly string[], { environment, input = '', interruptAt }: CommandOptions): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [SERVER_PROGRAM, ...args], { env: environment, stdio: ['pipe', 'pipe', 'pipe'] })
    const result: CommandResult = { code: null, stdout: '', stderr: '' }
    let isInterrupted = false
    child.stdout.on('data', (chunk: Buffer) => {
      result.stdout += chunk
    })
    child.stderr.on('data', (chunk: Buffer) => {
      result.stderr += chunk
      if (interruptAt?.test(result.stderr) && !isInterrupted) {
        isInterrupted = true
        child.kill('SIGINT')
      }
    })
    child.once('error', reject)
    child.once('close', code => resolve({ ...result, code }))
    child.stdin.end(input)
  })
}
