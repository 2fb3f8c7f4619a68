import type { CheckResult } from '@fixpoint/protocol'
import { describeEnding, joinOutput } from '../agent/tools/bash.ts'
import type { ProjectConfig } from '../projects/project-config.ts'
import type { SandboxCalls } from '../sandbox/sandbox-calls.ts'
import type { ArtifactStore } from '../store/artifact-store.ts'

type Check = ProjectConfig['checks'][number]

const MAX_OUTPUT_BYTES = 400_000
const SUMMARY_LINES = 12

/** Runs the project's checks one after the other and keeps their output. */
export async function runChecks(
  checks: readonly Check[],
  {
    sandbox,
    subfolder,
    signal,
    keepOutput
  }: { sandbox: SandboxCalls; subfolder: string; signal: AbortSignal; keepOutput: (text: string) => Promise<string> }
): Promise<CheckResult[]> {
  const results: CheckResult[] = []
  for (const check of checks) {
    const limit = check.timeoutSeconds * 1_000
    const result = await sandbox.exec(
      { command: check.command, cwd: subfolder, timeoutMs: limit, maxOutputBytes: MAX_OUTPUT_BYTES },
      { signal }
    )
    const output = joinOutput(result)
    results.push({
      name: check.name,
      command: check.command,
      outcome: result.timedOut ? 'timed_out' : result.exitCode === 0 ? 'passed' : 'failed',
      summary: [...output.split('\n').slice(-SUMMARY_LINES), `[${describeEnding(result, limit)}]`].join('\n').slice(-2_000).toWellFormed(),
      output: await keepOutput(output),
      durationMs: result.durationMs
    })
  }
  return results
}

/** Keeps text of a session as an artifact that people can open. */
export function textKeeper(
  artifacts: ArtifactStore,
  sessionId: string,
  mediaType = 'text/plain; charset=utf-8'
): (text: string) => Promise<string> {
  return async text => (await artifacts.put(sessionId, new TextEncoder().encode(text), { mediaType })).artifactId
}
