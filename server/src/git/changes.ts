import type { FileChange } from '@fixpoint/protocol'

const STATUSES: Record<string, FileChange['status']> = { A: 'added', M: 'modified', T: 'modified', D: 'deleted', R: 'renamed', C: 'added' }

/** Joins what `git diff-tree -z --name-status` and `--numstat` say of the same two commits. */
export function parseChanges(nameStatus: string, numstat: string): FileChange[] {
  const lines = parseNumstat(numstat)
  const fields = nameStatus.split('\0')
  const changes: FileChange[] = []
  for (let index = 0; index + 1 < fields.length; ) {
    const letter = fields[index]?.[0] ?? ''
    const hasTwoPaths = letter === 'R' || letter === 'C'
    const path = fields[index + (hasTwoPaths ? 2 : 1)] ?? ''
    const counts = lines.get(path)
    changes.push({ path, status: STATUSES[letter] ?? 'modified', added: counts?.added ?? null, removed: counts?.removed ?? null })
    index += hasTwoPaths ? 3 : 2
  }
  return changes
}

/** `added TAB removed TAB path NUL`, or for renames an empty path and then old and new one. Binary files have dashes. */
function parseNumstat(numstat: string): Map<string, { added: number | null; removed: number | null }> {
  const counts = new Map<string, { added: number | null; removed: number | null }>()
  const fields = numstat.split('\0')
  for (let index = 0; index < fields.length; index++) {
    const [, added, removed, path] = /^(\d+|-)\t(\d+|-)\t([\s\S]*)$/.exec(fields[index] ?? '') ?? []
    if (added === undefined || removed === undefined) continue
    const isRename = path === ''
    const name = isRename ? (fields[index + 2] ?? '') : (path ?? '')
    counts.set(name, { added: added === '-' ? null : Number(added), removed: removed === '-' ? null : Number(removed) })
    if (isRename) index += 2
  }
  return counts
}
