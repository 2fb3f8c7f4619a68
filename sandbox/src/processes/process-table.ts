import { readdirSync, readFileSync } from 'node:fs'
import { systemErrorCode } from '../files/file-errors.ts'

export interface ProcessEntry {
  pid: number
  parent: number
  /** Process group and session; both are the pid of the process that began them. */
  group: number
  session: number
  /** Its environment at its start, each entry between NULs; empty where it may not be read. */
  environment: string
}

/** The processes that are there now, without zombies; see proc(5). */
export function listProcesses(): ProcessEntry[] {
  return readdirSync('/proc').flatMap(name => {
    const pid = Number(name)
    if (!Number.isInteger(pid)) return []
    const stat = readIfThere(`/proc/${pid}/stat`)
    // The command's name is in parentheses and may have any character, so fields are counted from the last parenthesis.
    const [state, parent, group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (state === undefined || state === '' || state === 'Z' || state === 'X') return []
    return [
      {
        pid,
        parent: Number(parent),
        group: Number(group),
        session: Number(session),
        environment: `\0${readIfThere(`/proc/${pid}/environ`)}\0`
      }
    ]
  })
}

/** The processes, and those that they have started, as far as these have not lost their parents. */
export function withDescendants(pids: Iterable<number>, all: ProcessEntry[]): Set<number> {
  const family = new Set(pids)
  for (let size = -1; size !== family.size; ) {
    size = family.size
    for (const { pid, parent } of all) if (family.has(parent)) family.add(pid)
  }
  return family
}

/** Sends the signal; a process that has ended meanwhile is none. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (systemErrorCode(error) !== 'ESRCH') throw error
  }
}

/** Processes end while they are looked at, and those of other users do not show their environment. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return ''
    throw error
  }
}
