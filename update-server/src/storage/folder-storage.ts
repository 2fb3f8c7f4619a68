import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { lockDataFolder } from '../data-lock.ts'
import { openLedger } from '../ledger/ledger.ts'
import { isErrno } from '../read-if-there.ts'
import type { CrxFiles, Storage } from './storage.ts'

export const auditFile = (dataFolder: string) => join(dataFolder, 'audit.jsonl')

/** A folder that this process alone uses. @throws FixpointError `data_dir_locked`, `audit_broken` */
export async function openFolderStorage(folder: string): Promise<Storage> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const unlock = await lockDataFolder(folder)
  try {
    return { ledger: await openLedger(auditFile(folder)), files: filesInFolder(folder), close: unlock }
  } catch (error) {
    await unlock()
    throw error
  }
}

export function filesInFolder(dataFolder: string): CrxFiles {
  const pathOf: CrxFiles['nameOf'] = ({ extensionId, version }) => join(dataFolder, 'crx', extensionId, `${version}.crx`)
  return {
    nameOf: pathOf,
    write: async (release, bytes) => {
      const path = pathOf(release)
      await mkdir(dirname(path), { recursive: true })
      const file = await open(`${path}.new`, 'w', 0o600)
      try {
        await file.writeFile(bytes)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(`${path}.new`, path)
    },
    read: async release => {
      try {
        return await readFile(pathOf(release))
      } catch (error) {
        if (isErrno(error, 'ENOENT')) return null
        throw error
      }
    }
  }
}
