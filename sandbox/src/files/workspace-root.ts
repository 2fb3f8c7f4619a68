import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, realpathSync, type Stats } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, realpath } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { FixpointError } from '@fixpoint/protocol'
import { fileSystemError, quoted, systemErrorCode } from './file-errors.ts'

/** A regular file, open for reading. Whoever opens it closes the descriptor. */
export interface OpenFile {
  descriptor: number
  stats: Stats
  /** Where it really is, relative to the root: symbolic links are resolved. */
  path: string
}

/** Where a file is or will be: a folder that is held open, and the name in it. Whoever asks for it closes the handle. */
export interface FilePlace {
  folder: FileHandle
  name: string
  /** Relative to the root, symbolic links resolved. */
  path: string
}

/**
 * The folder that the tools may read and write. Paths are resolved twice: by name, for a helpful error, and by what was really
 * opened, because a program in the sandbox may swap a folder for a symbolic link between the two.
 *
 * Looking up and opening are synchronous: the workspace is a local disk, each takes microseconds, and the way through Node's
 * thread pool would cost ten times as much, seven times for one file (`npm run bench -- sandbox`).
 */
export class WorkspaceRoot {
  readonly folder: string

  /** @param folder an absolute path; its symbolic links are resolved here once. */
  static async at(folder: string): Promise<WorkspaceRoot> {
    return new WorkspaceRoot(await realpath(folder))
  }

  private constructor(folder: string) {
    this.folder = folder
  }

  /**
   * Opens a regular file for reading.
   * @throws FixpointError path_outside_workspace, file_not_found, not_a_regular_file, file_not_accessible
   */
  openFile(path: string): OpenFile {
    const place = this.#resolve(path)
    if (place.missing.length > 0) throw new FixpointError('file_not_found', `There is no file ${quoted(path)}.`)
    try {
      // O_NONBLOCK: opening a FIFO without a writer would wait for ever.
      const descriptor = openSync(place.real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
      try {
        const stats = fstatSync(descriptor)
        if (!stats.isFile()) throw notRegular(path, stats)
        return { descriptor, stats, path: relative(this.folder, this.#pathOfOpened(descriptor, path)) }
      } catch (error) {
        closeSync(descriptor)
        throw error
      }
    } catch (error) {
      throw explained(error, path, place.real)
    }
  }

  /**
   * Opens the folder of a file that is to be written, and makes what is missing of it.
   * @throws FixpointError as `openFile`, and protected_path for git's own files
   */
  async openPlace(path: string): Promise<FilePlace> {
    const place = this.#resolve(path)
    if (place.missing.length === 0 && place.real === this.folder) {
      throw new FixpointError('not_a_regular_file', 'The path names the workspace itself.', { field: 'path' })
    }
    const target = join(place.real, ...place.missing)
    refuseGitInternals(relative(this.folder, target), path)
    const folders = place.missing.length === 0 ? [] : place.missing.slice(0, -1)
    try {
      const folder = await this.#openFolder(place.missing.length === 0 ? dirname(place.real) : place.real, folders, path)
      return { folder, name: basename(target), path: relative(this.folder, target) }
    } catch (error) {
      throw fileSystemError(error, path)
    }
  }

  /**
   * Where an entry is or will be, itself and not what it leads to where it is a symbolic link. Its folder has to be there.
   * @throws FixpointError as `openFile`, and protected_path for git's own files
   */
  async openEntry(path: string): Promise<FilePlace> {
    const { folder, name } = this.entryOf(path)
    const entry = join(relative(this.folder, folder), name)
    refuseGitInternals(entry, path)
    try {
      return { folder: await this.#openFolder(folder, [], path), name, path: entry }
    } catch (error) {
      throw fileSystemError(error, path)
    }
  }

  /**
   * The real folder that an entry is in, and its name there.
   * @throws FixpointError path_outside_workspace, file_not_found, not_a_folder, not_a_regular_file for the workspace itself
   */
  entryOf(path: string): { folder: string; name: string } {
    const target = resolve(this.folder, path)
    if (target === this.folder) throw new FixpointError('not_a_regular_file', 'The path names the workspace itself.', { field: 'path' })
    // Looked at as it was given first: what is wrong with it is said of the path that was given.
    refuseOutlandish(path)
    if (!isWithin(this.folder, target)) throw outside(path)
    return { folder: this.realFolder(dirname(target)), name: basename(target) }
  }

  /**
   * A folder of the workspace, its symbolic links resolved.
   * @throws FixpointError path_outside_workspace, file_not_found, not_a_folder
   */
  realFolder(path: string): string {
    const place = this.#resolve(path)
    if (place.missing.length > 0) throw new FixpointError('file_not_found', `There is no folder ${quoted(path)}.`)
    if (!lstatSync(place.real).isDirectory()) throw new FixpointError('not_a_folder', `${quoted(path)} is not a folder.`)
    return place.real
  }

  /** Whether a real path is in the workspace. */
  holds(real: string): boolean {
    return isWithin(this.folder, real)
  }

  /**
   * The absolute path of a folder to run a command in.
   * @throws FixpointError path_outside_workspace, or invalid_parameter where there is no such folder
   */
  async folderFor(path: string): Promise<string> {
    const place = this.#resolve(path)
    const isFolder = place.missing.length === 0 && (await lstat(place.real)).isDirectory()
    if (!isFolder) throw new FixpointError('invalid_parameter', `There is no folder ${quoted(path)}.`, { field: 'cwd' })
    return place.real
  }

  /** Splits the path into the part that is there, with its symbolic links resolved, and the names that are not there yet. */
  #resolve(path: string): { real: string; missing: string[] } {
    refuseOutlandish(path)
    const target = resolve(this.folder, path)
    if (!isWithin(this.folder, target)) throw outside(path)

    const missing: string[] = []
    for (let existing = target; ; existing = dirname(existing)) {
      try {
        const real = realpathSync.native(existing)
        if (!isWithin(this.folder, real)) throw outside(path, `${quoted(path)} leads out of the workspace through a symbolic link.`)
        return { real, missing }
      } catch (error) {
        const code = systemErrorCode(error)
        if (code === 'ELOOP') throw new FixpointError('not_a_regular_file', `${quoted(path)} is a loop of symbolic links.`)
        if (code === 'ENOTDIR') throw new FixpointError('file_not_found', `A part of ${quoted(path)} is a file, not a folder.`)
        if (code !== 'ENOENT' || existing === this.folder) throw fileSystemError(error, path)
        this.#refuseDanglingLink(existing, path)
        missing.unshift(basename(existing))
      }
    }
  }

  /** A symbolic link to nothing would look like a free name. */
  #refuseDanglingLink(candidate: string, path: string): void {
    let destination: string
    try {
      destination = readlinkSync(candidate)
    } catch (error) {
      const code = systemErrorCode(error)
      if (code === 'ENOENT' || code === 'EINVAL') return
      throw fileSystemError(error, path)
    }
    if (!isWithin(this.folder, resolve(dirname(candidate), destination))) {
      throw outside(path, `${quoted(path)} leads out of the workspace through a symbolic link.`)
    }
    throw new FixpointError('not_a_regular_file', `${quoted(path)} is a symbolic link to a file that is not there.`)
  }

  /** Opens `folder`, then goes down through `names`, making those that are missing; never through a symbolic link. */
  async #openFolder(folder: string, names: string[], path: string): Promise<FileHandle> {
    const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW
    let handle = await open(folder, flags)
    try {
      this.#pathOfOpened(handle.fd, path)
      for (const name of names) {
        const child = join(openedPath(handle.fd), name)
        await mkdir(child).catch(error => {
          if (systemErrorCode(error) !== 'EEXIST') throw error
        })
        const next = await open(child, flags)
        await handle.close()
        handle = next
      }
      return handle
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** What the kernel says was opened; refused when it is not below the root. */
  #pathOfOpened(descriptor: number, path: string): string {
    const opened = readlinkSync(openedPath(descriptor))
    if (!isWithin(this.folder, opened)) throw outside(path, `${quoted(path)} leads out of the workspace.`)
    return opened
  }
}

/** Opening a symbolic link, a socket or a device gives an error of its own; the person is told what it is. */
function explained(error: unknown, path: string, real: string): Error {
  const code = systemErrorCode(error)
  if (code !== 'ELOOP' && code !== 'ENXIO' && code !== 'ENODEV') return fileSystemError(error, path)
  try {
    return notRegular(path, lstatSync(real))
  } catch (vanished) {
    return fileSystemError(vanished, path)
  }
}

/** The path by which an open file or folder can be used, whatever its name leads to meanwhile. */
export function openedPath(descriptor: number): string {
  return `/proc/self/fd/${descriptor}`
}

function isWithin(folder: string, target: string): boolean {
  return target === folder || target.startsWith(folder === sep ? sep : folder + sep)
}

function outside(path: string, message = `${quoted(path)} is outside the workspace.`): FixpointError {
  return new FixpointError('path_outside_workspace', message, { field: 'path' })
}

function notRegular(path: string, stats: Stats): FixpointError {
  const kind = stats.isDirectory()
    ? 'a folder'
    : stats.isFIFO()
      ? 'a pipe'
      : stats.isSocket()
        ? 'a socket'
        : stats.isSymbolicLink()
          ? 'a symbolic link'
          : 'a device'
  return new FixpointError('not_a_regular_file', `${quoted(path)} is ${kind}.`)
}

/** Looking up each folder of a path takes time for each folder above it: thousands would hold up everything else for seconds. */
const MOST_FOLDERS = 250

function refuseOutlandish(path: string): void {
  if (path.split('/').length > MOST_FOLDERS) {
    throw new FixpointError('invalid_parameter', `${quoted(path)} has more than ${MOST_FOLDERS} folders.`, { field: 'path' })
  }
  if (path.includes('\0')) throw outside(path, 'The path has a NUL character.')
  // Meant for a shell or for Windows; taken as names they would make surprising files.
  if (/^~(?:[/\\]|$)|^[\\]|^[A-Za-z]:[\\/]/.test(path)) throw outside(path)
}

/** Git runs what its configuration and hooks name, so the file tools do not write there. */
function refuseGitInternals(realPath: string, path: string): void {
  if (!realPath.split(sep).some(name => name.toLowerCase() === '.git')) return
  throw new FixpointError('protected_path', `${quoted(path)} belongs to git.`, { hint: 'Use git commands in bash instead.' })
}
