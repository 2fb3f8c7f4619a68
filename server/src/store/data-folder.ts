import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FixpointError } from '@fixpoint/protocol'
import { z } from 'zod'
import { isErrno } from './errno.ts'

/** The server's own folder: database, artifacts, repositories, secrets made at first start. */
export interface DataFolder {
  path: string
  /** Gives the folder back; another server may use it then. */
  release(): Promise<void>
}

const lockSchema = z.object({ pid: z.number().int().positive(), startedAt: z.string() })

/**
 * Takes the folder for this process. PGlite opens a folder twice without complaint and destroys it, so the lock is taken before
 * anything is read and is never stolen from a process that lives.
 * @param startTimeOf answers when a process started (any string that differs between two processes with the same pid), or null
 *   when there is no such process.
 * @throws FixpointError `data_dir_locked` naming the process that has it; `config_invalid` when it is no folder that can be written;
 *   `storage_full`.
 */
export async function takeDataFolder(path: string, startTimeOf: (pid: number) => Promise<string | null>): Promise<DataFolder> {
  try {
    return await take(path, startTimeOf)
  } catch (error) {
    if (isErrno(error, 'ENOSPC', 'EDQUOT'))
      throw new FixpointError('storage_full', `The disk of the data folder ${path} is full.`, { cause: error })
    if (!isErrno(error, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT', 'EISDIR')) throw error
    throw new FixpointError('config_invalid', `The data folder ${path} cannot be written: ${REASONS[error.code] ?? error.code}.`, {
      hint: 'Set FIXPOINT_DATA to a folder that this user may write.',
      cause: error
    })
  }
}

const REASONS: Record<string, string> = {
  EACCES: 'this user has no right to',
  EPERM: 'this user has no right to',
  EROFS: 'its file system is read-only',
  ENOTDIR: 'a part of its path is a file',
  EEXIST: 'it is a file',
  ENOENT: 'a part of its path is not there and cannot be made',
  EISDIR: 'its server.pid is a folder'
}

async function take(path: string, startTimeOf: (pid: number) => Promise<string | null>): Promise<DataFolder> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  const lockPath = join(path, 'server.pid')
  const ownLock = JSON.stringify({ pid: process.pid, startedAt: (await startTimeOf(process.pid)) ?? 'unknown' })
  // Two rounds: the second after a lock that was left by a process that no longer lives has been removed.
  for (let round = 0; round < 2; round++) {
    if (await createExclusively(lockPath, ownLock)) return { path, release: () => rm(lockPath, { force: true }) }
    const holder = await readLock(lockPath)
    if (holder !== null && (await startTimeOf(holder.pid)) === holder.startedAt) {
      throw new FixpointError('data_dir_locked', `Process ${holder.pid} uses the data folder ${path}.`, {
        hint: `Stop that server (kill ${holder.pid}) or set FIXPOINT_DATA to another folder.`
      })
    }
    await rm(lockPath, { force: true })
  }
  throw new FixpointError('data_dir_locked', `Another server is taking the data folder ${path} right now.`)
}

async function createExclusively(path: string, content: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600)
    await file.writeFile(content)
    await file.sync()
    await file.close()
    return true
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false
    throw error
  }
}

/** The lock's content; null when it is gone or was cut off by a crash while it was written. */
async function readLock(path: string): Promise<z.infer<typeof lockSchema> | null> {
  try {
    const parsed = lockSchema.safeParse(JSON.parse(await readFile(path, 'utf8')))
    return parsed.success ? parsed.data : null
  } catch (error) {
    if (isErrno(error, 'ENOENT') || error instanceof SyntaxError) return null
    throw error
  }
}

/**
 * When a process started. On Linux its start time in clock ticks since boot (proc(5), field 22 of stat), which tells a process
 * from a later one that was given the same pid; elsewhere only whether it lives.
 */
export async function processStartTime(pid: number): Promise<string | null> {
  if (process.platform === 'linux') {
    try {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
    } catch (error) {
      if (isErrno(error, 'ENOENT') || isErrno(error, 'ESRCH')) return null
      throw error
    }
  }
  try {
    process.kill(pid, 0)
    return 'alive'
  } catch (error) {
    return isErrno(error, 'EPERM') ? 'alive' : null
  }
}

/** Reads a secret file of the data folder, or makes it with the given content, readable by its owner alone. */
export async function readOrCreateSecret(path: string, create: () => string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error
  }
  const secret = create()
  await writeFile(path, `${secret}\n`, { mode: 0o600, flag: 'wx' })
  return secret
}
