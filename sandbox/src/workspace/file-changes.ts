import type { FileChange } from '@fixpoint/protocol'

const STATUSES: Record<string, FileChange['status']> = { A: 'added', D: 'deleted', R: 'renamed' }

/**
 * Reads `git diff-tree -r -z -M --raw --numstat`: for each file `:modes hashes status NUL path NUL` (two paths for a rename),
 * then for each file `added TAB removed TAB path NUL` (for a rename with an empty path and two paths after it); see
 * git-diff-tree(1), "Raw output format" and "Other diff formats".
 */
export function parseFileChanges(output: Buffer): FileChange[] {
  const fields = output.toString('utf8').split('\0')
  fields.pop()
  const changes = new Map<string, FileChange>()
  while (fields.length > 0) {
    const field = fields.shift() ?? ''
    if (field.startsWith(':')) {
      const letter = field.split(' ').at(-1)?.charAt(0) ?? ''
      const isMove = letter === 'R' || letter === 'C'
      const previousPath = isMove ? fields.shift() : undefined
      const path = fields.shift() ?? ''
      changes.set(path, {
        path,
        ...(previousPath === undefined ? {} : { previousPath }),
        status: STATUSES[letter] ?? 'modified',
        added: null,
        removed: null
      })
      continue
    }
    const [added = '', removed = '', name = ''] = field.split('\t')
    const path = name === '' ? (fields.splice(0, 2)[1] ?? '') : field.slice(added.length + removed.length + 2)
    const change = changes.get(path)
    // A dash stands for a binary file.
    if (change !== undefined && added !== '-') changes.set(path, { ...change, added: Number(added), removed: Number(removed) })
  }
  return [...changes.values()]
}
