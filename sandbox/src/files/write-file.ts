import { randomBytes } from 'node:crypto'
import { closeSync, constants, type Stats } from 'node:fs'
import { lstat, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { FixpointError } from '@fixpoint/protocol'
import { EDITOR_FILE_LIMITS, type fileEdit, type fileStore, type fileWrite } from '@fixpoint/protocol/sandbox'
import type { z } from 'zod'
import { Turns } from '../turns.ts'
import { applyEdits } from './apply-edits.ts'
import { fileSystemError, quoted, systemErrorCode } from './file-errors.ts'
import { lineChanges } from './line-changes.ts'
import { readBytes, sha256 } from './read-file.ts'
import { decodeText, encodeText, hasWindowsLineEnds, isBinary, linesOf, withWindowsLineEnds } from './text-file.ts'
import { type FilePlace, type OpenFile, openedPath, type WorkspaceRoot } from './workspace-root.ts'

/** How the names of files begin that are being written; one is left behind when sandboxd is killed meanwhile. */
export const UNFINISHED_FILE = '.fixpoint-write-'

/** Mode of a new file, before the umask. */
const NEW_FILE_MODE = 0o666

/** Writes and edits files of the workspace, one at a time for each file. */
export class FileWriter {
  readonly #root: WorkspaceRoot
  /** Of each file that is being written. */
  readonly #turns = new Map<string, Turns>()

  constructor(root: WorkspaceRoot) {
    this.#root = root
  }

  /**
   * Replaces a file or makes a new one.
   * @throws FixpointError as `WorkspaceRoot.openPlace`, stale_file, file_exists, storage_full
   */
  async write(input: z.output<typeof fileWrite.input>): Promise<z.output<typeof fileWrite.output>> {
    return await this.#exclusively(input.path, async place => {
      const current = this.#current(place, input.path)
      const expected = input.expectedSha256
      if (expected === null && current !== undefined) throw new FixpointError('file_exists', `${quoted(input.path)} is there already.`)
      if (typeof expected === 'string' && current?.sha256 !== expected) throw stale(input.path)

      const before = current === undefined || isBinary(current.bytes) ? undefined : decodeText(current.bytes)
      const text = before !== undefined && hasWindowsLineEnds(before.text) ? withWindowsLineEnds(input.content) : input.content
      const bytes = encodeText(text, before?.hasByteOrderMark ?? false)
      await replace(place, bytes, current?.stats, input.path)
      const changes =
        current === undefined ? { added: linesOf(text).length, removed: 0 } : lineChanges(place.path, before?.text ?? '', text)
      return {
        path: place.path,
        sha256: sha256(bytes),
        bytes: bytes.length,
        created: current === undefined,
        added: changes.added,
        removed: changes.removed
      }
    })
  }

  /**
   * Replaces texts in a file.
   * @throws FixpointError as `WorkspaceRoot.openPlace`, file_not_found, stale_file, file_binary, edit_no_match, edit_ambiguous,
   *   storage_full
   */
  async edit(input: z.output<typeof fileEdit.input>): Promise<z.output<typeof fileEdit.output>> {
    return await this.#exclusively(input.path, async place => {
      const current = this.#current(place, input.path)
      if (current === undefined) throw new FixpointError('file_not_found', `There is no file ${quoted(input.path)}.`)
      if (input.expectedSha256 !== undefined && current.sha256 !== input.expectedSha256) throw stale(input.path)
      if (isBinary(current.bytes)) throw new FixpointError('file_binary', `${quoted(input.path)} is binary.`)
      const { text, hasByteOrderMark, hasInvalidUtf8 } = decodeText(current.bytes)
      if (hasInvalidUtf8) {
        throw new FixpointError('file_binary', `${quoted(input.path)} has bytes that are not UTF-8; an edit would damage them.`, {
          hint: 'Use a byte-safe tool in bash, such as perl or sed with LC_ALL=C.'
        })
      }
      const edited = applyEdits(text, input.edits, input.path)
      const bytes = encodeText(edited, hasByteOrderMark)
      await replace(place, bytes, current.stats, input.path)
      return { path: place.path, sha256: sha256(bytes), ...lineChanges(place.path, text, edited) }
    })
  }

  /**
   * Puts bytes in a file as they are, for an editor.
   * @throws FixpointError as `WorkspaceRoot.openPlace`, stale_file, file_exists, file_not_found, storage_full
   */
  async store(input: z.output<typeof fileStore.input>): Promise<void> {
    const bytes = Buffer.from(input.content, 'base64')
    await this.#exclusively(input.path, async place => {
      const current = this.#whatIsThere(place, input.path, file => ({
        stats: file.stats,
        sha256: input.expectedSha256 === undefined ? undefined : sha256(readBytes(file, EDITOR_FILE_LIMITS.fileBytes))
      }))
      if (current === undefined && !input.mayCreate) throw new FixpointError('file_not_found', `There is no file ${quoted(input.path)}.`)
      if (current !== undefined && !input.mayReplace) throw new FixpointError('file_exists', `${quoted(input.path)} is there already.`)
      if (input.expectedSha256 !== undefined && current?.sha256 !== input.expectedSha256) throw stale(input.path)
      await replace(place, bytes, current?.stats, input.path)
    })
  }

  async #exclusively<T>(path: string, work: (place: FilePlace) => Promise<T>): Promise<T> {
    const place = await this.#root.openPlace(path)
    try {
      const turns = this.#turns.get(place.path) ?? new Turns()
      this.#turns.set(place.path, turns)
      try {
        return await turns.take(() => work(place))
      } finally {
        if (turns.isIdle) this.#turns.delete(place.path)
      }
    } finally {
      await place.folder.close()
    }
  }

  #current(place: FilePlace, path: string): { bytes: Buffer; sha256: string; stats: Stats } | undefined {
    return this.#whatIsThere(place, path, file => {
      const bytes = readBytes(file)
      return { bytes, sha256: sha256(bytes), stats: file.stats }
    })
  }

  /** Looks at the file that is in the place; undefined where none is. */
  #whatIsThere<T>(place: FilePlace, path: string, look: (file: OpenFile) => T): T | undefined {
    try {
      const file = this.#root.openFile(place.path)
      try {
        return look(file)
      } finally {
        closeSync(file.descriptor)
      }
    } catch (error) {
      if (error instanceof FixpointError && error.code === 'file_not_found') return undefined
      throw fileSystemError(error, path)
    }
  }
}

/**
 * Puts the bytes in the place of the file: written to a new file beside it and renamed, so that nobody sees half of it.
 * @param expected what the file was when it was read; undefined when there was none
 * @throws FixpointError stale_file when something else changed it meanwhile
 */
async function replace(place: FilePlace, bytes: Buffer, expected: Stats | undefined, path: string): Promise<void> {
  const folder = openedPath(place.folder.fd)
  const target = join(folder, place.name)
  const temporary = join(folder, `${UNFINISHED_FILE}${randomBytes(8).toString('hex')}`)
  try {
    const handle = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, NEW_FILE_MODE)
    try {
      await handle.writeFile(bytes)
      if (expected !== undefined) await handle.chmod(expected.mode & 0o7777)
    } finally {
      await handle.close()
    }
    if (!isSameFile(await statsOf(target), expected)) throw stale(path)
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true })
    throw fileSystemError(error, path)
  }
}

async function statsOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

function isSameFile(found: Stats | undefined, expected: Stats | undefined): boolean {
  if (found === undefined || expected === undefined) return found === expected
  return found.ino === expected.ino && found.size === expected.size && found.mtimeMs === expected.mtimeMs
}

function stale(path: string): FixpointError {
  return new FixpointError('stale_file', `${quoted(path)} has changed since it was read.`)
}
