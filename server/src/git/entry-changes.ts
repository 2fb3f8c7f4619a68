/** What a commit has at a path: a file, a link, a nested repository. */
export interface Entry {
  mode: string
  id: string
}

/** What two commits have at the paths at which they differ; null where one has nothing. Paths are bytes, in strings of type latin1. */
export type EntryChanges = Map<string, { before: Entry | null; after: Entry | null }>

/** Reads what `git diff-tree -r -z --raw --no-renames` says: `:mode mode id id status NUL path NUL`. */
export function parseEntryChanges(raw: string): EntryChanges {
  const changes: EntryChanges = new Map()
  const fields = raw.split('\0')
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [, modeBefore = '', modeAfter = '', idBefore = '', idAfter = ''] =
      /^:(\d{6}) (\d{6}) ([0-9a-f]+) ([0-9a-f]+) [A-Z]/.exec(fields[index] ?? '') ?? []
    const path = fields[index + 1]
    if (modeBefore === '' || path === undefined) throw new Error(`git diff-tree said ${JSON.stringify(fields[index]?.slice(0, 200))}`)
    changes.set(path, { before: entryOf(modeBefore, idBefore), after: entryOf(modeAfter, idAfter) })
  }
  return changes
}

function entryOf(mode: string, id: string): Entry | null {
  return mode === '000000' ? null : { mode, id }
}

export function isSameEntry(one: Entry | null, other: Entry | null): boolean {
  return one === other || (one !== null && other !== null && one.mode === other.mode && one.id === other.id)
}

/** The input of `git update-index -z --index-info`: what goes comes first, so that a folder can take the place of a file. */
export function indexInfo(entries: ReadonlyMap<string, Entry | null>): Uint8Array {
  const lines = [...entries].map(([path, entry]) => ({
    isGone: entry === null,
    line: `${entry === null ? `0 ${'0'.repeat(40)}` : `${entry.mode} ${entry.id}`}\t${path}\0`
  }))
  const ordered = [...lines.filter(({ isGone }) => isGone), ...lines.filter(({ isGone }) => !isGone)]
  return Buffer.from(ordered.map(({ line }) => line).join(''), 'latin1')
}
