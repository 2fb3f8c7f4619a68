import { type ApiClient, type FileChanges, type FileStat, FixpointError } from '@fixpoint/protocol'
import * as vscode from 'vscode'
import { plainMessage } from '../plain-label.ts'
import type { ServerLink } from '../server-link.ts'
import { followFileChanges } from './file-changes.ts'
import { KnownFiles, split } from './known-files.ts'
import { placeOf, type SandboxPlace } from './sandbox-place.ts'
import { sandboxFolder } from './sandbox-uri.ts'

/** Of files that were read and may be written back. */
const MOST_HASHES = 1_000

/** One session’s files in this window. */
interface Sandbox {
  client: ApiClient
  sessionId: string
  folder: string
  known: KnownFiles
  /** Hash of each file as it was read or written here last: a save says what it replaces. */
  hashes: Map<string, string>
  /** Folders that are being asked for. */
  asking: Map<string, Promise<void>>
  /** Ends the hearing of changes. */
  over: AbortController
}

export interface SandboxFilesOptions {
  /** Resolves when it is known whether there is a server; null where there is none. */
  link: () => Promise<ServerLink | null>
  log: Pick<vscode.LogOutputChannel, 'debug' | 'warn'>
}

/** The files of sandboxes as a file system of VS Code’s: what is saved here is in the session’s log as the person’s. */
export class SandboxFiles implements vscode.FileSystemProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>()
  readonly onDidChangeFile = this.#changed.event
  readonly #options: SandboxFilesOptions
  readonly #sandboxes = new Map<string, Sandbox>()

  constructor(options: SandboxFilesOptions) {
    this.#options = options
  }

  dispose(): void {
    for (const { over } of this.#sandboxes.values()) over.abort()
    this.#changed.dispose()
  }

  /** After signing in: what was refused before may be had now. */
  lookAgain(): void {
    for (const { over } of this.#sandboxes.values()) over.abort()
    this.#sandboxes.clear()
    const folders = vscode.workspace.workspaceFolders ?? []
    this.#changed.fire(folders.filter(({ uri }) => placeOf(uri) !== null).map(({ uri }) => ({ type: vscode.FileChangeType.Changed, uri })))
  }

  /** Everything is watched by one connection for each session, which is there as soon as a file is asked for. */
  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined)
  }

  stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    return this.#at(uri, async (sandbox, { path }) => {
      // What is open is asked for each time: VS Code compares it before it saves.
      const known = path === '' || sandbox.hashes.has(path) ? undefined : sandbox.known.stat(path)
      if (known === 'absent') throw vscode.FileSystemError.FileNotFound(uri)
      return statOf(known ?? (await this.#ask(sandbox, path)))
    })
  }

  readDirectory(uri: vscode.Uri): Promise<[string, vscode.FileType][]> {
    return this.#at(uri, async (sandbox, { path }) => {
      if (sandbox.known.list(path) === undefined) await this.#list(sandbox, path)
      return [...(sandbox.known.list(path) ?? [])].map(([name, stat]) => [name, typeOf(stat)])
    })
  }

  readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return this.#at(uri, async (sandbox, { path }) => {
      const bytes = await this.#read(sandbox, path)
      await this.#remember(sandbox, path, bytes)
      return bytes
    })
  }

  /** What is in a file now, for looking at beside an editor: what that editor began from, and replaces when it saves, stays known. */
  look(uri: vscode.Uri): Promise<Uint8Array> {
    return this.#at(uri, (sandbox, { path }) => this.#read(sandbox, path))
  }

  writeFile(uri: vscode.Uri, content: Uint8Array, options: { create: boolean; overwrite: boolean }): Promise<void> {
    return this.#at(uri, async (sandbox, { path }) => {
      const isThere = sandbox.known.stat(path) !== 'absent'
      const expectedSha256 = options.overwrite ? sandbox.hashes.get(path) : undefined
      try {
        const stat = await sandbox.client.call('writeWorkspaceFile', {
          params: { sessionId: sandbox.sessionId },
          query: { path, mayCreate: String(options.create), mayReplace: String(options.overwrite), expectedSha256 },
          body: { bytes: new Uint8Array(content), mediaType: 'application/octet-stream' }
        })
        await this.#remember(sandbox, path, content)
        sandbox.known.note(path, stat)
        this.#fire(sandbox, [{ path, change: isThere ? 'changed' : 'created' }])
      } catch (error) {
        // The next save is VS Code’s own to judge: it sees that the file is newer, and shows both.
        sandbox.hashes.delete(path)
        if (error instanceof FixpointError && error.code === 'stale_file') this.#hear(sandbox, [{ path, change: 'changed' }])
        throw error
      }
    })
  }

  createDirectory(uri: vscode.Uri): Promise<void> {
    return this.#at(uri, async (sandbox, { path }) => {
      const stat = await sandbox.client.call('makeWorkspaceFolder', { params: { sessionId: sandbox.sessionId }, body: { path } })
      sandbox.known.note(path, stat)
      sandbox.known.learn([{ path, entries: [] }])
      this.#fire(sandbox, [{ path, change: 'created' }])
    })
  }

  delete(uri: vscode.Uri, { recursive }: { recursive: boolean }): Promise<void> {
    return this.#at(uri, async (sandbox, { path }) => {
      const query = { path: path || '.', isRecursive: String(recursive) }
      await sandbox.client.call('removeWorkspaceFile', { params: { sessionId: sandbox.sessionId }, query })
      sandbox.hashes.delete(path)
      this.#hear(sandbox, [{ path, change: 'removed' }])
    })
  }

  rename(from: vscode.Uri, to: vscode.Uri, { overwrite }: { overwrite: boolean }): Promise<void> {
    return this.#at(from, async (sandbox, source) => {
      const target = placeOf(to)
      if (target?.sessionId !== source.sessionId) throw vscode.FileSystemError.NoPermissions(to)
      await sandbox.client.call('renameWorkspaceFile', {
        params: { sessionId: sandbox.sessionId },
        body: { from: source.path || '.', to: target.path || '.', mayReplace: overwrite }
      })
      for (const path of [source.path, target.path]) sandbox.hashes.delete(path)
      this.#hear(sandbox, [
        { path: source.path, change: 'removed' },
        { path: target.path, change: 'created' }
      ])
    })
  }

  /** Does something with a file, and says what went wrong in VS Code’s words. */
  async #at<T>(uri: vscode.Uri, work: (sandbox: Sandbox, place: SandboxPlace) => Promise<T>): Promise<T> {
    const place = placeOf(uri)
    if (place === null || place.folder === '') throw vscode.FileSystemError.FileNotFound(uri)
    const sandbox = this.#sandboxes.get(place.sessionId) ?? (await this.#open(place))
    try {
      return await work(sandbox, place)
    } catch (error) {
      if (!(error instanceof FixpointError)) throw error
      this.#options.log.debug(`${uri.path}: ${error.code}: ${error.message}`)
      throw fileSystemError(error, uri)
    }
  }

  async #open({ sessionId, folder }: SandboxPlace): Promise<Sandbox> {
    const link = await this.#options.link()
    if (link === null) {
      throw vscode.FileSystemError.Unavailable(
        vscode.l10n.t('These files are on a Fixpoint server. Run “Fixpoint: Connect to a Server…” to sign in.')
      )
    }
    const there = this.#sandboxes.get(sessionId)
    if (there) return there
    const known = new KnownFiles(() => Date.now())
    const over = new AbortController()
    const sandbox: Sandbox = { client: link.client, sessionId, folder, known, hashes: new Map(), asking: new Map(), over }
    this.#sandboxes.set(sessionId, sandbox)
    let hasMissed = false
    void followFileChanges({
      client: link.client,
      sessionId,
      signal: over.signal,
      warn: text => this.#options.log.warn(text),
      tell: changes => {
        if (over.signal.aborted) return
        if (changes.kind === 'not_watching') {
          known.isWatched = false
          hasMissed = true
        } else if (changes.kind === 'changed') this.#hear(sandbox, changes.changes)
        else {
          if (changes.kind === 'lost' || hasMissed) this.#lookAtAll(sandbox)
          hasMissed = false
          known.isWatched = true
        }
      }
    })
    return sandbox
  }

  /** One answer has the folders within as well, so that a person who opens them does not wait. */
  async #list(sandbox: Sandbox, path: string): Promise<void> {
    const asking =
      sandbox.asking.get(path) ??
      sandbox.client
        .call('listWorkspace', { params: { sessionId: sandbox.sessionId }, query: { path: path || '.' } })
        .then(({ folders }) => sandbox.known.learnAt(path, folders))
        .finally(() => sandbox.asking.delete(path))
    sandbox.asking.set(path, asking)
    await asking
  }

  #read({ client, sessionId }: Sandbox, path: string): Promise<Uint8Array> {
    return client.call('readWorkspaceFile', { params: { sessionId }, query: { path: path || '.' } })
  }

  async #ask(sandbox: Sandbox, path: string): Promise<FileStat> {
    const stat = await sandbox.client.call('statWorkspaceFile', { params: { sessionId: sandbox.sessionId }, query: { path: path || '.' } })
    if (path !== '') sandbox.known.note(path, stat)
    return stat
  }

  async #remember({ hashes }: Sandbox, path: string, bytes: Uint8Array): Promise<void> {
    const digest = await crypto.subtle.digest('SHA-256', new Uint8Array(bytes))
    hashes.delete(path)
    hashes.set(path, [...new Uint8Array(digest)].map(byte => byte.toString(16).padStart(2, '0')).join(''))
    const [oldest] = hashes.keys()
    if (hashes.size > MOST_HASHES && oldest !== undefined) hashes.delete(oldest)
  }

  #hear(sandbox: Sandbox, changes: Extract<FileChanges, { kind: 'changed' }>['changes']): void {
    sandbox.known.hear(changes)
    this.#fire(sandbox, changes)
  }

  #lookAtAll(sandbox: Sandbox): void {
    sandbox.known.forgetAll()
    this.#fire(sandbox, [
      { path: '', change: 'changed' },
      ...[...sandbox.hashes.keys()].map(path => ({ path, change: 'changed' }) as const)
    ])
  }

  #fire({ sessionId, folder }: Sandbox, changes: Extract<FileChanges, { kind: 'changed' }>['changes']): void {
    const root = sandboxFolder(sessionId, folder)
    const events = changes.map(({ path, change }) => ({
      type: CHANGE_TYPES[change],
      uri: path === '' ? root : vscode.Uri.joinPath(root, path)
    }))
    // A folder’s own list changes with what is in it.
    const parents = new Set(changes.flatMap(({ path, change }) => (change === 'changed' || path === '' ? [] : [split(path)[0]])))
    this.#changed.fire([
      ...events,
      ...[...parents].map(path => ({
        type: vscode.FileChangeType.Changed,
        uri: path === '' ? root : vscode.Uri.joinPath(root, path)
      }))
    ])
  }
}

const CHANGE_TYPES = {
  created: vscode.FileChangeType.Created,
  changed: vscode.FileChangeType.Changed,
  removed: vscode.FileChangeType.Deleted
} as const

const TYPES = { file: vscode.FileType.File, folder: vscode.FileType.Directory, other: vscode.FileType.Unknown } as const

function typeOf({ kind, isLink }: FileStat): vscode.FileType {
  return TYPES[kind] | (isLink ? vscode.FileType.SymbolicLink : 0)
}

function statOf(stat: FileStat): vscode.FileStat {
  return { type: typeOf(stat), ctime: stat.createdMs, mtime: stat.modifiedMs, size: stat.bytes }
}

function fileSystemError(error: FixpointError, uri: vscode.Uri): vscode.FileSystemError {
  const { FileExists, FileIsADirectory, FileNotADirectory, FileNotFound, NoPermissions, Unavailable } = vscode.FileSystemError
  switch (error.code) {
    case 'file_not_found':
      return FileNotFound(uri)
    case 'file_exists':
      return FileExists(uri)
    case 'not_a_folder':
      return FileNotADirectory(uri)
    case 'not_a_regular_file':
      return FileIsADirectory(plainMessage(error.message))
    case 'path_outside_workspace':
    case 'protected_path':
    case 'file_not_accessible':
      return NoPermissions(plainMessage(error.message))
    default:
      return Unavailable(plainMessage(`${error.message} ${error.hint}`.trim()))
  }
}
