import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { FixpointError } from '@fixpoint/protocol'
import type { PolicyFile } from '../lint/check-permissions.ts'

/** @throws FixpointError `file_not_found`, `file_not_accessible`. */
export async function readGiven(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    throw asReadError(error, path)
  }
}

/** Every file that a path means: itself, or all below it in the order of their names. */
export async function filesBelow(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path]
    const entries = await readdir(path, { withFileTypes: true, recursive: true })
    return entries
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name))
      .toSorted()
  } catch (error) {
    throw asReadError(error, path)
  }
}

/** A file with its mode and those of the folders that belong to the policies. */
export async function readPolicyFile(path: string, platform: NodeJS.Platform): Promise<PolicyFile> {
  const bytes = await readGiven(path)
  // Windows has no modes of this kind.
  if (platform === 'win32') return { path, bytes, modes: null }
  const folders: { path: string; mode: number }[] = []
  for (let folder = dirname(resolve(path)); folders.length < 2; folder = dirname(folder)) {
    folders.push({ path: folder, mode: (await stat(folder)).mode & 0o7777 })
  }
  return { path, bytes, modes: { file: (await stat(path)).mode & 0o7777, folders } }
}

/** What is written has to be somewhere that may be written. @throws FixpointError `file_not_accessible`, `not_a_regular_file` */
export async function writingTo<Value>(path: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
      throw new FixpointError('file_not_accessible', `${path} may not be read or written.`, { hint: 'Look at its owner and mode.' })
    if (code === 'ENOTDIR' || code === 'EEXIST' || code === 'EISDIR')
      throw new FixpointError('not_a_regular_file', `${path} is in the way of a file or folder that is to be written.`, {
        hint: 'Name another folder with --out, or move what is there.'
      })
    throw error
  }
}

function asReadError(error: unknown, path: string): Error {
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new FixpointError('file_not_found', `There is no file ${path}.`, { hint: 'Check the path.' })
  if (code === 'EACCES' || code === 'EPERM')
    return new FixpointError('file_not_accessible', `${path} may not be read.`, { hint: 'Look at its owner and mode.' })
  if (code === 'EISDIR') return new FixpointError('not_a_regular_file', `${path} is a folder.`, { hint: 'Name a file.' })
  return error instanceof Error ? error : new Error(String(error))
}
