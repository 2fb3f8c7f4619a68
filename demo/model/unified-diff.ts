/** One place of a file that a diff changes. */
export interface Edit {
  /** Where the old text begins, from 1. */
  line: number
  oldText: string
  newText: string
}

/**
 * The edits of a unified diff of one file: one a hunk, with its context lines.
 * @throws Error where a hunk's lines are not as many as its head says.
 */
export function editsOf(diff: string): Edit[] {
  const [, ...hunks] = diff.split(/^(?=@@ )/m)
  if (hunks.length === 0) throw new Error('The diff has no hunk.')
  return hunks.map(readHunk)
}

function readHunk(hunk: string): Edit {
  const [head = '', ...lines] = hunk.replace(/\n$/, '').split('\n')
  const [, line, oldCount, newCount] = (/^@@ -(\d+),(\d+) \+\d+,(\d+) @@/.exec(head) ?? []).map(Number)
  const oldLines = lines.filter(text => !text.startsWith('+')).map(text => text.slice(1))
  const newLines = lines.filter(text => !text.startsWith('-')).map(text => text.slice(1))
  if (line === undefined || oldLines.length !== oldCount || newLines.length !== newCount)
    throw new Error(`The hunk "${head}" does not have the lines it says.`)
  return { line, oldText: oldLines.join('\n'), newText: newLines.join('\n') }
}
