import { z } from 'zod'
import type { ExecResult } from '../../sandbox/sandbox-calls.ts'
import { cutDetail, defineTool } from './tool.ts'

const MAX_OUTPUT_BYTES = 60_000

export const bashTool = defineTool({
  name: 'bash',
  description:
    'Run a command with bash in the sandbox, in the root of the repository. There is no network besides what the project allows, no input, and no privileges. Use it for tests, type checks, formatters and git; use read, search and edit for files.',
  input: z.object({
    command: z.string().min(1).max(50_000),
    timeoutSeconds: z.number().int().min(1).max(3_600).optional().describe('Default 120')
  }),
  changesFiles: true,
  title: ({ command }) => `run ${oneLine(command)}`,
  async run({ command, timeoutSeconds = 120 }, { sandbox, timeoutMs, signal }) {
    const limit = Math.min(timeoutSeconds * 1_000, timeoutMs)
    const result = await sandbox.exec({ command, timeoutMs: limit, maxOutputBytes: MAX_OUTPUT_BYTES }, { signal })
    const output = joinOutput(result)
    const ending = describeEnding(result, limit)
    return {
      outcome: result.exitCode === 0 ? 'succeeded' : 'failed',
      result: `${output === '' ? '(no output)' : output}\n[${ending}]`,
      summary: `ran ${oneLine(command)}, ${ending}`,
      detail: cutDetail(`$ ${command}\n${output}`),
      detailKind: 'text'
    }
  }
})

export function joinOutput({ stdout, stderr }: ExecResult): string {
  return [stdout.trimEnd(), stderr.trimEnd()].filter(part => part !== '').join('\n')
}

export function describeEnding(result: ExecResult, limitMs: number): string {
  if (result.timedOut) return `stopped after ${limitMs / 1_000} s`
  if (result.outOfMemory) return 'stopped: out of memory'
  if (result.outOfDisk) return 'stopped: the files take too much of the disk; remove what is not needed'
  if (result.signal !== null) return `ended by ${result.signal}`
  return result.exitCode === 0 ? 'done' : `exit code ${result.exitCode}`
}

function oneLine(command: string): string {
  const line = command.trim().replace(/\s+/g, ' ')
  return line.length > 80 ? `${line.slice(0, 79).toWellFormed()}…` : line
}
