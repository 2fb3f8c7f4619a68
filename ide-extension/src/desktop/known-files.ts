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

  /** Takes the answer for a folder that was asked for by this path; where it is a link, the answer has the path that it leads to. */
  learnAt(asked: string, listings: readonly FolderListing[]): void {
    this.learn(listings)
    const real = listings[0]?.path ?? asked
    if (real === asked) return
    const seenFrom = ({ path, entries }: FolderListing): FolderListing => {
      const rest = path.slice(real.length).replace(/^\//, '')
      return { path: rest === '' ? asked : `${asked}/${rest}`, entries }
    }
    this.learn(listings.map(seenFrom))
  }

  /** Entries of a folder; undefined where they have to be asked for. */
  list(path: string): ReadonlyMap<string, FileStat> | undefined {
    const known = this.#folders.get(path)
    if (known === undefined || (!this.isWatched && this.#now() - known.at > BELIEVED_MS)) return undefined
    return known.entries
  }

  /** `absent` where its folder is known and has no such entry, or is absent itself; undefined where it has to be asked for. */
  stat(path: string): FileStat | 'absent' | undefined {
    if (this.#stale.has(path)) return undefined
    const [folder, name] = split(path)
    const entries = this.list(folder)
    if (entries !== undefined) return entries.get(name) ?? 'absent'
    // Editors look in many places for what may be there, such as packages: where the folder is not, nothing in it is.
    return folder !== '' && this.stat(folder) === 'absent' ? 'absent' : undefined
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
}

/** The folder that a path is in, and its name there. */
export function split(path: string): [folder: string, name: string] {
  const at = path.lastIndexOf('/')
  return [at < 0 ? '' : path.slice(0, at), path.slice(at + 1)]
}
