import { closeSync, lstatSync, opendirSync, realpathSync, type Stats, statSync } from 'node:fs'
import { lstat, mkdir, rename, rm, rmdir, unlink } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { FixpointError } from '@fixpoint/protocol'
import {
  EDITOR_FILE_LIMITS,
  type FileStat,
  FOLDERS_NOT_ENTERED,
  type FolderListing,
  type fileFetch,
  type fileRemove,
  type fileRename,
  type fileStore,
  type fileTree
} from '@fixpoint/protocol/sandbox'
import type { z } from 'zod'
import { fileSystemError, quoted, systemErrorCode } from './file-errors.ts'
import { readBytes } from './read-file.ts'
import { type FilePlace, openedPath, type WorkspaceRoot } from './workspace-root.ts'
import { type FileWriter, UNFINISHED_FILE } from './write-file.ts'

/** The files of the workspace as an editor on a person's machine has them: by entry, as bytes, with everything that is there. */
export class EditorFiles {
  readonly #root: WorkspaceRoot
  readonly #writer: FileWriter

  constructor(root: WorkspaceRoot, writer: FileWriter) {
    this.#root = root
    this.#writer = writer
  }

  /** @throws FixpointError as `WorkspaceRoot.realFolder`, folder_too_large, file_not_accessible */
  tree({ path, maxEntries }: z.output<typeof fileTree.input>): z.output<typeof fileTree.output> {
    const start = this.#root.realFolder(path)
    const folders: FolderListing[] = []
    const waiting = [start]
    let left = maxEntries
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const listing = this.#list(next, folders.length === 0 ? EDITOR_FILE_LIMITS.entries : left)
      if (listing === 'gone') continue
      if (listing === 'too_many') {
        if (folders.length > 0) return { folders, isComplete: false }
        throw new FixpointError(
          'folder_too_large',
          `${quoted(path)} has more than ${EDITOR_FILE_LIMITS.entries.toLocaleString('en')} entries.`,
          { limit: EDITOR_FILE_LIMITS.entries }
        )
      }
      left -= listing.entries.length
      folders.push(listing)
      for (const entry of listing.entries) {
        // A linked folder is the same folder again, or a ring.
        if (entry.kind === 'folder' && !entry.isLink && !NOT_ENTERED.has(entry.name)) waiting.push(join(next, entry.name))
      }
    }
    return { folders, isComplete: true }
  }

  /** @throws FixpointError as `WorkspaceRoot.entryOf`, file_not_found */
  stat(path: string): FileStat {
    const stat = this.#statOf(path)
    if (stat === undefined) throw new FixpointError('file_not_found', `There is nothing at ${quoted(path)}.`)
    return stat
  }

  /** @throws FixpointError as `WorkspaceRoot.openFile`, file_too_large */
  fetch({ path }: z.output<typeof fileFetch.input>): z.output<typeof fileFetch.output> {
    const file = this.#root.openFile(path)
    try {
      return { content: readBytes(file, EDITOR_FILE_LIMITS.fileBytes).toString('base64') }
    } finally {
      closeSync(file.descriptor)
    }
  }

  /** @throws FixpointError as `FileWriter.store` */
  async store(input: z.output<typeof fileStore.input>): Promise<FileStat> {
    await this.#writer.store(input)
    return this.stat(input.path)
  }

  /** Folders above it that are missing are made too. @throws FixpointError as `WorkspaceRoot.openPlace`, file_exists */
  async makeFolder(path: string): Promise<FileStat> {
    const place = await this.#root.openPlace(path)
    await within(place, path, async target => {
      await mkdir(target).catch((error: unknown) => {
        if (systemErrorCode(error) === 'EEXIST') throw new FixpointError('file_exists', `${quoted(path)} is there already.`)
        throw error
      })
    })
    return this.stat(path)
  }

  /** @throws FixpointError as `WorkspaceRoot.openEntry`, file_not_found, folder_not_empty */
  async remove({ path, isRecursive }: z.output<typeof fileRemove.input>): Promise<z.output<typeof fileRemove.output>> {
    const { kind, isLink } = this.stat(path)
    await within(await this.#root.openEntry(path), path, async target => {
      if (isLink || kind !== 'folder') await unlink(target)
      else if (isRecursive) await rm(target, { recursive: true })
      else {
        await rmdir(target).catch((error: unknown) => {
          if (systemErrorCode(error) === 'ENOTEMPTY') throw new FixpointError('folder_not_empty', `${quoted(path)} is not empty.`)
          throw error
        })
      }
    })
    return { kind }
  }

  /** @throws FixpointError as `WorkspaceRoot.openEntry`, file_not_found, file_exists */
  async rename({ from, to, mayReplace }: z.output<typeof fileRename.input>): Promise<FileStat> {
    await within(await this.#root.openEntry(from), from, async source => {
      await within(await this.#root.openEntry(to), to, async target => {
        const [moved, replaced] = [await entryAt(source), await entryAt(target)]
        if (moved === undefined) throw new FixpointError('file_not_found', `There is nothing at ${quoted(from)}.`)
        // The same entry under another name is a change of its letters' case where a disk takes both for one.
        const isOther = replaced !== undefined && (replaced.ino !== moved.ino || replaced.dev !== moved.dev)
        if (isOther && !mayReplace) throw new FixpointError('file_exists', `${quoted(to)} is there already.`)
        if (isOther && replaced.isDirectory()) await rm(target, { recursive: true })
        await rename(source, target)
      })
    })
    return this.stat(to)
  }

  #statOf(path: string): FileStat | undefined {
    if (path === '.' || path === './') return described(statSync(this.#root.folder), false)
    const { folder, name } = this.#root.entryOf(path)
    try {
      return this.#entry(join(folder, name))
    } catch (error) {
      throw fileSystemError(error, path)
    }
  }

  #list(folder: string, limit: number): FolderListing | 'too_many' | 'gone' {
    const path = relative(this.#root.folder, folder)
    try {
      const entries: FolderListing['entries'] = []
      const opened = opendirSync(folder, { bufferSize: 512 })
      try {
        for (let found = opened.readSync(); found !== null; found = opened.readSync()) {
          const { name } = found
          // A name that is not UTF-8 has no path that could be asked for.
          if (name.includes('\ufffd') || name.startsWith(UNFINISHED_FILE)) continue
          if (entries.length === limit) return 'too_many'
          const stat = this.#entry(join(folder, name))
          if (stat !== undefined) entries.push({ name, ...stat })
        }
      } finally {
        opened.closeSync()
      }
      return { path, entries }
    } catch (error) {
      const code = systemErrorCode(error)
      // Removed, or closed to the sandbox's user, since its parent was read.
      if (folder !== this.#root.folder && (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES')) return 'gone'
      throw fileSystemError(error, path)
    }
  }

  /** Undefined where nothing is there. */
  #entry(absolute: string): FileStat | undefined {
    const stats = lstatSync(absolute, { throwIfNoEntry: false })
    if (stats === undefined || !stats.isSymbolicLink()) return stats && described(stats, false)
    try {
      const real = realpathSync.native(absolute)
      if (this.#root.holds(real)) return described(statSync(real), true)
    } catch (error) {
      const code = systemErrorCode(error)
      if (code !== 'ENOENT' && code !== 'ELOOP' && code !== 'EACCES' && code !== 'ENOTDIR') throw error
    }
    // To nothing, round in a ring, or out of the workspace: it is there, and that is all that is said of it.
    return { ...described(stats, true), kind: 'other' }
  }
}

const NOT_ENTERED: ReadonlySet<string> = new Set(FOLDERS_NOT_ENTERED)

function described(stats: Stats, isLink: boolean): FileStat {
  return {
    kind: stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other',
    isLink,
    bytes: stats.size,
    modifiedMs: Math.floor(stats.mtimeMs),
    createdMs: Math.floor(stats.birthtimeMs)
  }
}

async function entryAt(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Works on an entry by the folder that is held open, whatever its path leads to meanwhile. */
async function within<T>(place: FilePlace, path: string, work: (target: string) => Promise<T>): Promise<T> {
  try {
    return await work(join(openedPath(place.folder.fd), place.name))
  } catch (error) {
    throw fileSystemError(error, path)
  } finally {
    await place.folder.close()
  }
}
