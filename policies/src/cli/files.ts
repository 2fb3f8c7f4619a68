import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { FixpointError } from '@fixpoint/protocol'
import type { PolicyFile } from '../lint/check-permissions.ts'
import type { Finding } from '../lint/finding.ts'

/** @throws FixpointError `file_not_found`, `file_not_accessible`. */
export async function readGiven(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    throw asReadError(error, path)
  }
}

/** Every file that a path means: itself, or all below it in the order of their names. What may not be looked into is there as it is. */
export async function filesBelow(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path]
    const entries = await readdir(path, { withFileTypes: true })
    const inside = entries.map(entry => {
      const below = join(path, entry.name)
      return entry.isDirectory() ? filesBelow(below) : entry.isFile() ? [below] : []
    })
    return (await Promise.all(inside)).flat().toSorted()
  } catch (error) {
    const fault = asReadError(error, path)
    if (isNotAccessible(fault)) return [path]
    throw fault
  }
}

/** The files of one folder, as a browser reads it; the folder itself where it may not be looked into, null where it is not there. */
export async function filesIn(folder: string): Promise<string[] | null> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries
      .filter(entry => entry.isFile())
      .map(({ name }) => join(folder, name))
      .toSorted()
  } catch (error) {
    const fault = asReadError(error, folder)
    if (isNotAccessible(fault)) return [folder]
    if (fault instanceof FixpointError && fault.code === 'file_not_found') return null
    throw fault
  }
}

/** Policy files, and for each that may not be read what is wrong with it: one of them hides no other. */
export async function readPolicyFiles(
  paths: readonly string[],
  platform: NodeJS.Platform
): Promise<{ files: PolicyFile[]; unreadable: Finding[] }> {
  const files: PolicyFile[] = []
  const unreadable: Finding[] = []
  for (const path of paths) {
    try {
      files.push(await readPolicyFile(path, platform))
    } catch (error) {
      if (!isNotAccessible(error)) throw error
      unreadable.push({
        file: path,
        line: 1,
        column: 1,
        code: 'policy_permissions',
        severity: 'error',
        message: 'This account may not read it, so nothing is known of what is in it.',
        hint: 'Browsers run as the user: give the file mode 0644 and its folders 0755. If it is not for browsers, look at it as its owner.'
      })
    }
  }
  return { files, unreadable }
}

function isNotAccessible(error: unknown): error is FixpointError {
  return error instanceof FixpointError && error.code === 'file_not_accessible'
}

/** A file with its mode and those of the folders that belong to the policies. */
async function readPolicyFile(path: string, platform: NodeJS.Platform): Promise<PolicyFile> {
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
