import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { FixpointError } from '@fixpoint/protocol'
import { isErrno, readIfThere } from './read-if-there.ts'

/**
 * Holds a data folder for this process. The lock of a process that no longer lives is taken over.
 * @returns what gives it back @throws FixpointError `data_dir_locked`
 */
export async function lockDataFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'server.pid')
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const file = await open(path, 'wx', 0o600)
      await file.writeFile(String(process.pid))
      await file.close()
      return async () => {
        // Not someone else's, who has taken over in the meantime.
        if ((await readIfThere(path)) === String(process.pid)) await rm(path, { force: true })
      }
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error
    }
    const holder = Number(await readIfThere(path))
    if (isAlive(holder)) throw new FixpointError('data_dir_locked', `Process ${holder} uses the data folder ${folder}.`)
    await rm(path, { force: true })
  }
  throw new FixpointError('data_dir_locked', `Another process is taking the data folder ${folder}.`)
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it lives and belongs to someone else.
    return isErrno(error, 'EPERM')
  }
}
