import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import type { ExecFrame, execInputSchema } from '@fixpoint/protocol/sandbox'
import type { z } from 'zod'
import type { WorkspaceRoot } from '../files/workspace-root.ts'
import type { DiskGuard } from './disk-guard.ts'
import { KeptOutput } from './kept-output.ts'
import { countMemoryKills, ranOutOfMemory } from './memory-kills.ts'
import type { CommandExit, ProcessGroup, ProcessGroups } from './process-groups.ts'

/** What a command left running gets to end by itself; milliseconds. */
const LEFTOVER_GRACE = 300
/** After everything has ended what is still in the pipes is read, until nothing has come for this long; milliseconds. */
const SILENCE = 300
/** A process that nothing is known of may hold a pipe open, and go on writing; milliseconds. */
const LAST_OUTPUT_LIMIT = 5_000

/**
 * Runs one command and tells its output while it runs.
 * @param signal ends the command at once when it is aborted
 * @param onFrame gets the frames; the last one is the exit frame
 * @returns after the command and all that it started have ended
 * @throws FixpointError path_outside_workspace, invalid_parameter (folder), internal
 */
export async function executeCommand(
  { root, groups, disk }: { root: WorkspaceRoot; groups: ProcessGroups; disk: Pick<DiskGuard, 'stops'> },
  input: z.output<typeof execInputSchema>,
  signal: AbortSignal,
  onFrame: (frame: ExecFrame) => void
): Promise<void> {
  const folder = await root.folderFor(input.cwd)
  const startedAt = performance.now()
  const memoryKillsBefore = await countMemoryKills()
  const diskStopsBefore = disk.stops
  signal.throwIfAborted()
  const group = groups.start(input.command, { folder, environment: input.environment })

  const output = new KeptOutput(input.maxOutputBytes, (stream, text) => onFrame({ kind: 'output', stream, text }))
  group.stdout.on('data', (bytes: Buffer) => output.add('stdout', bytes))
  group.stderr.on('data', (bytes: Buffer) => output.add('stderr', bytes))

  const { exit, timedOut } = await exitOf(group, input.timeoutMs, signal)
  const leftovers = await group.end(LEFTOVER_GRACE)
  await lastOutputOf(group)

  const omittedBytes = output.end()
  if (leftovers > 0 && !timedOut) {
    const what = leftovers === 1 ? 'a process' : `${leftovers} processes`
    onFrame({ kind: 'output', stream: 'stderr', text: `\n[ended ${what} that the command left running]\n` })
  }
  const ranOutOfDisk = exit.exitCode !== 0 && disk.stops > diskStopsBefore
  onFrame({
    kind: 'exit',
    ...exit,
    timedOut,
    outOfMemory: !timedOut && !ranOutOfDisk && ranOutOfMemory(exit, memoryKillsBefore, await countMemoryKills()),
    outOfDisk: ranOutOfDisk,
    omittedBytes,
    durationMs: performance.now() - startedAt
  })
}

async function lastOutputOf({ stdout, stderr, closed }: ProcessGroup): Promise<void> {
  let isClosed = false
  void closed.then(() => {
    isClosed = true
  })
  let hasData = true
  const onData = () => {
    hasData = true
  }
  stdout.on('data', onData)
  stderr.on('data', onData)
  const deadline = performance.now() + LAST_OUTPUT_LIMIT
  while (!isClosed && hasData && performance.now() < deadline) {
    hasData = false
    await Promise.race([closed, delay(SILENCE)])
    // On a busy machine the time is up before what is in the pipe has been read.
    await nextTurn()
  }
  stdout.destroy()
  stderr.destroy()
}

/** Waits for the shell to end, and ends it and all that it started at the time limit or when nobody wants the answer any more. */
async function exitOf(group: ProcessGroup, timeoutMs: number, signal: AbortSignal): Promise<{ exit: CommandExit; timedOut: boolean }> {
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    group.end().catch(reportFailedEnd)
  }, timeoutMs)
  const onAbort = () => group.end(0).catch(reportFailedEnd)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    if (signal.aborted) onAbort()
    const exit = await group.exited
    return { exit, timedOut }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}

function reportFailedEnd(error: unknown): void {
  process.stderr.write(`sandboxd: a command could not be ended: ${String(error)}\n`)
}
