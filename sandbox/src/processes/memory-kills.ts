import { readFile } from 'node:fs/promises'
import { systemErrorCode } from '../files/file-errors.ts'

/** cgroup v2, then v1 (kernel documentation: admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst). */
const COUNTERS = ['/sys/fs/cgroup/memory.events', '/sys/fs/cgroup/memory/memory.oom_control']

/** How many processes of this container the kernel has ended for lack of memory; null where that cannot be known. */
export async function countMemoryKills(files: readonly string[] = COUNTERS): Promise<number | null> {
  for (const file of files) {
    try {
      const count = /^oom_kill (\d+)$/m.exec(await readFile(file, 'utf8'))?.[1]
      if (count !== undefined) return Number(count)
    } catch (error) {
      const code = systemErrorCode(error)
      if (code !== 'ENOENT' && code !== 'EACCES') throw error
    }
  }
  return null
}

/** Shells report a child that was killed as 128 + SIGKILL. */
const KILLED_STATUS = 137

/**
 * Whether a command lost a process for lack of memory.
 * @param before,after `countMemoryKills` around the command
 */
export function ranOutOfMemory(
  { exitCode, signal }: { exitCode: number | null; signal: string | null },
  before: number | null,
  after: number | null
): boolean {
  if (exitCode === 0) return false
  if (before === null || after === null) return exitCode === KILLED_STATUS || signal === 'SIGKILL'
  return after > before
}
