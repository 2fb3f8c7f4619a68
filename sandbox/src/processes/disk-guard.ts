import { execFile } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { promisify } from 'node:util'
import { diskReserveOf } from '@fixpoint/protocol/sandbox'
import { systemErrorCode } from '../files/file-errors.ts'
import { type DiskSpace, diskSpace } from './disk-space.ts'

/** How often is looked. A disk takes a gigabyte or two a second, so about as much more than the limit may be written. */
const LOOK_MS = 500
/** Growth, in bytes, that is worth adding up all files for. */
const STEP = 256 * 1024 * 1024
const STEP_WHERE_LOW = 16 * 1024 * 1024
/** Less than that is no reason to end anything: somebody may be tidying up. */
const GROWTH = 16 * 1024 * 1024
/** Two measurements that are not further apart say what is being written now. */
const RECENT_MS = 5_000

export interface DiskLimits {
  /** What the workspace and the home folder may take together; bytes. */
  limitBytes: number
  /** So much is left free for everybody else on the disk: at most a tenth of it. Bytes. */
  reserveBytes: number
}

export interface DiskGuardOptions extends DiskLimits {
  /** The first is on the disk that is watched. */
  folders: readonly [string, ...string[]]
  /** Ends everything that could go on writing. */
  end: () => void
  space?: (folder: string) => Promise<DiskSpace>
  used?: (folders: readonly string[]) => Promise<number>
  now?: () => number
}

/**
 * Docker limits no volume, so that one endless file would take the disk of the whole machine. Where the sandbox's files grow beyond their
 * limit, or while hardly anything is left of the disk, everything that runs is ended; the files stay, and can be removed.
 */
export class DiskGuard {
  readonly #options: Required<DiskGuardOptions>
  #timer: NodeJS.Timeout | null = null
  #isLooking = false
  /** Free bytes at the last measurement, or more where some were given back. */
  #freeBefore: number | null = null
  #measured: { bytes: number; at: number } | null = null
  #stops = 0

  constructor(options: DiskGuardOptions) {
    this.#options = { space: diskSpace, used: bytesUsed, now: () => performance.now(), ...options }
  }

  /** How often everything was ended. */
  get stops(): number {
    return this.#stops
  }

  start(): void {
    const { limitBytes, reserveBytes } = this.#options
    if (limitBytes === Number.POSITIVE_INFINITY && reserveBytes === 0) return
    this.#timer = setInterval(() => {
      if (this.#isLooking) return
      this.#isLooking = true
      this.look()
        .catch((error: unknown) => process.stderr.write(`sandboxd: the disk could not be looked at: ${String(error)}\n`))
        .finally(() => {
          this.#isLooking = false
        })
    }, LOOK_MS)
    this.#timer.unref()
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer)
  }

  async look(): Promise<void> {
    const { folders, limitBytes, space, used, now, end } = this.#options
    const disk = await space(folders[0])
    const isLow = disk.free < diskReserveOf(disk, this.#options.reserveBytes)
    this.#freeBefore = Math.max(this.#freeBefore ?? disk.free, disk.free)
    if (this.#freeBefore - disk.free < (isLow ? STEP_WHERE_LOW : Math.min(STEP, limitBytes / 4))) return
    const before = this.#measured
    const bytes = await used(folders)
    this.#freeBefore = disk.free
    this.#measured = { bytes, at: now() }
    if (before === null || bytes - before.bytes < Math.min(GROWTH, limitBytes / 4)) return
    const isOver = bytes > limitBytes
    const isFilling = isLow && this.#measured.at - before.at < RECENT_MS
    if (!isOver && !isFilling) return
    this.#stops += 1
    end()
    const why = isOver
      ? `the files take ${inMegabytes(bytes)} of ${inMegabytes(limitBytes)}`
      : `the disk has ${inMegabytes(disk.free)} left`
    process.stderr.write(`sandboxd: everything that ran was ended, because ${why}\n`)
  }
}

/**
 * @param environment sandboxd's own, which the container's template sets; without the names in it there is no limit
 */
export function diskLimitsFrom(environment: NodeJS.ProcessEnv): DiskLimits {
  return {
    limitBytes: Number(environment['FIXPOINT_DISK_LIMIT'] ?? Number.POSITIVE_INFINITY),
    reserveBytes: Number(environment['FIXPOINT_DISK_RESERVE'] ?? 0)
  }
}

/** What the folders' files take on the disk, each file once, and those that are open and have no name. What may not be read is left out, and what goes meanwhile. */
async function bytesUsed(folders: readonly string[]): Promise<number> {
  const output = await promisify(execFile)('du', ['-s', '-x', '-B1', ...folders]).then(
    ({ stdout }) => stdout,
    // It ends with 1 where a file was gone before it was looked at, and has the sums nevertheless.
    (error: unknown) => (error instanceof Error && 'stdout' in error && typeof error.stdout === 'string' ? error.stdout : '')
  )
  const sums = output.split('\n').flatMap(line => (/^\d+\t/.test(line) ? [Number.parseInt(line, 10)] : []))
  if (sums.length !== folders.length) throw new Error('du did not say how much the files take')
  return sums.reduce((sum, bytes) => sum + bytes, 0) + bytesOfRemovedFiles()
}

/** Unit of `st_blocks`; see stat(2). */
const BLOCK = 512

/** Files that have no name any more take their place as long as a process has them open. */
function bytesOfRemovedFiles(): number {
  const sizes = new Map<string, number>()
  for (const pid of entriesOf('/proc').filter(name => /^\d+$/.test(name))) {
    for (const descriptor of entriesOf(`/proc/${pid}/fd`)) {
      const found = ifReadable(() => statSync(`/proc/${pid}/fd/${descriptor}`))
      if (found?.isFile() && found.nlink === 0) sizes.set(`${found.dev} ${found.ino}`, found.blocks * BLOCK)
    }
  }
  return [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0)
}

function entriesOf(folder: string): string[] {
  return ifReadable(() => readdirSync(folder)) ?? []
}

/** Processes end and files are closed while they are looked at. */
function ifReadable<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM' || code === 'ENOTDIR') return null
    throw error
  }
}

function inMegabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024).toLocaleString('en')} MB`
}
