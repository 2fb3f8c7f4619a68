import { FixpointError } from '@fixpoint/protocol'
import * as vscode from 'vscode'
import { z } from 'zod'
import type { ShownSession } from './followed-session.ts'

/** Files as they were at a commit of the session; read-only, for the sides of diffs. */
export const COMMIT_SCHEME = 'fixpoint-commit'

/** Diffs of the last time are opened before the session is: they wait for it. */
const LONGEST_WAIT_MS = 30_000
const MOST_KEPT = 100

const querySchema = z.object({ sessionId: z.string(), commit: z.string().nullable() })

/** @param commit null for a file that does not exist on this side: an empty document. */
export function commitUri(sessionId: string, commit: string | null, path: string): vscode.Uri {
  return vscode.Uri.from({ scheme: COMMIT_SCHEME, path: `/${path}`, query: JSON.stringify({ sessionId, commit }) })
}

/** A file at a commit; empty where it is not there. */
async function bytesAt({ client, sessionId }: ShownSession, commit: string, path: string): Promise<Uint8Array> {
  try {
    return await client.call('readFile', { params: { sessionId }, query: { commit, path } })
  } catch (error) {
    if (error instanceof FixpointError && error.code === 'not_found') return new Uint8Array()
    throw error
  }
}

export async function textAt(session: ShownSession, commit: string, path: string): Promise<string> {
  return new TextDecoder().decode(await bytesAt(session, commit, path))
}

/** A file system, and no provider of documents: VS Code opens diffs again after a reload for files alone. */
export class CommitFiles implements vscode.FileSystemProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>()
  readonly onDidChangeFile = this.#changed.event
  /** What commits hold never changes. */
  readonly #kept = new Map<string, Promise<Uint8Array>>()
  /** Files that were asked for while their session was not there. */
  readonly #missed = new Map<string, vscode.Uri>()
  readonly #waiting = new Set<() => void>()
  #session: ShownSession | null = null

  /** This session is shown from now on. */
  follow(session: ShownSession | null): void {
    this.#session = session
    for (const look of [...this.#waiting]) look()
    const there = [...this.#missed].filter(([, uri]) => sideOf(uri)?.sessionId === session?.sessionId)
    for (const [key] of there) this.#missed.delete(key)
    if (there.length > 0) this.#changed.fire(there.map(([, uri]) => ({ type: vscode.FileChangeType.Changed, uri })))
  }

  dispose(): void {
    this.#changed.dispose()
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { byteLength } = await this.readFile(uri)
    return { type: vscode.FileType.File, ctime: 0, mtime: 0, size: byteLength, permissions: vscode.FilePermission.Readonly }
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const side = sideOf(uri)
    if (side === null) throw vscode.FileSystemError.FileNotFound(uri)
    const { sessionId, commit } = side
    if (commit === null) return new Uint8Array()
    const key = uri.toString()
    const known = this.#kept.get(key)
    if (known !== undefined) return await known
    const session = await this.#sessionBy(sessionId)
    if (session === null) {
      this.#missed.set(key, uri)
      throw vscode.FileSystemError.Unavailable(vscode.l10n.t('The session that this file is of is not open in this window.'))
    }
    const reading = bytesAt(session, commit, uri.path.slice(1))
    this.#kept.set(key, reading)
    reading.catch(() => this.#kept.delete(key))
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest)
    return await reading
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined)
  }

  readDirectory(): [string, vscode.FileType][] {
    return []
  }

  createDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri)
  }

  writeFile(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri)
  }

  delete(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri)
  }

  rename(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri)
  }

  /** The session when it is shown; null where it is not for long. */
  async #sessionBy(sessionId: string): Promise<ShownSession | null> {
    const found = Promise.withResolvers<void>()
    const look = () => {
      if (this.#session?.sessionId === sessionId) found.resolve()
    }
    const timer = setTimeout(() => found.resolve(), LONGEST_WAIT_MS)
    this.#waiting.add(look)
    look()
    await found.promise
    clearTimeout(timer)
    this.#waiting.delete(look)
    return this.#session?.sessionId === sessionId ? this.#session : null
  }
}

function sideOf(uri: vscode.Uri): z.infer<typeof querySchema> | null {
  try {
    return querySchema.safeParse(JSON.parse(uri.query)).data ?? null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
