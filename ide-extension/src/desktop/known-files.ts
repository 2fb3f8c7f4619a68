import type { FileChanges, FileStat, FolderListing } from '@fixpoint/protocol'

/** What was listed this long ago is believed while nothing tells of changes. */
const BELIEVED_MS = 2_000

/**
 * The folders of a sandbox as far as they have been listed: one answer of the server has many, and the editor asks for each. Kept up
 * to date by what is heard of changes.
 */
export class KnownFiles {
  readonly #folders = new Map<string, { entries: Map<string, FileStat>; at: number }>()
  /** Entries that are still there, but not as they were when they were listed. */
  readonly #stale = new Set<string>()
  readonly #now: () => number
  /** Whether every change is heard of. */
  isWatched = false

  constructor(now: () => number) {
    this.#now = now
  }

  learn(listings: readonly FolderListing[]): void {
    for (const { path, entries } of listings) {
      for (const { name } of entries) this.#stale.delete(path === '' ? name : `${path}/${name}`)
      this.#folders.set(path, { entries: new Map(entries.map(({ name, ...stat }) => [name, stat])), at: this.#now() })
    }
  }

  /** Entries of a folder; undefined where they have to be asked for. */
  list(path: string): ReadonlyMap<string, FileStat> | undefined {
    const known = this.#folders.get(path)
    if (known === undefined || (!this.isWatched && this.#now() - known.at > BELIEVED_MS)) return undefined
    return known.entries
  }

  /** `absent` where its folder is known and has no such entry; undefined where it has to be asked for. */
  stat(path: string): FileStat | 'absent' | undefined {
    const [folder, name] = split(path)
    const entries = this.#stale.has(path) ? undefined : this.list(folder)
    return entries === undefined ? undefined : (entries.get(name) ?? 'absent')
  }

  /** What one entry is now. */
  note(path: string, stat: FileStat): void {
    const [folder, name] = split(path)
    this.#stale.delete(path)
    this.#folders.get(folder)?.entries.set(name, stat)
  }

  hear(changes: Extract<FileChanges, { kind: 'changed' }>['changes']): void {
    for (const { path, change } of changes) {
      const [folder] = split(path)
      if (change === 'changed') this.#stale.add(path)
      else if (change === 'created') this.#folders.delete(folder)
      else this.remove(path)
    }
  }

  remove(path: string): void {
    const [folder, name] = split(path)
    this.#folders.get(folder)?.entries.delete(name)
    for (const known of this.#folders.keys()) if (known === path || known.startsWith(`${path}/`)) this.#folders.delete(known)
  }

  forgetAll(): void {
    this.#folders.clear()
    this.#stale.clear()
  }

  forgetFolder(path: string): void {
    this.#folders.delete(path)
  }
}

/** The folder that a path is in, and its name there. */
export function split(path: string): [folder: string, name: string] {
  const at = path.lastIndexOf('/')
  return [at < 0 ? '' : path.slice(0, at), path.slice(at + 1)]
}
