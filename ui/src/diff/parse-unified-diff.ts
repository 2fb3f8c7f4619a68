export interface DiffLine {
  kind: 'context' | 'added' | 'removed' | 'note'
  text: string
  /** Line numbers from 1; null where the line is not in that version. */
  before: number | null
  after: number | null
}

export interface DiffHunk {
  /** What git prints after the line numbers, mostly the enclosing function. */
  heading: string
  lines: DiffLine[]
}

export interface FileDiff {
  /** Path after the change; of a deleted file the path before it. */
  path: string
  /** Set where the file was renamed or copied. */
  previousPath?: string
  status: 'added' | 'modified' | 'deleted' | 'renamed'
  isBinary: boolean
  added: number
  removed: number
  hunks: DiffHunk[]
}

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/

/**
 * Reads a unified diff as `git diff` prints it, and plain ones without git's headers. What it does not understand is left out;
 * the answer is empty when nothing in the text is a diff.
 */
export function parseUnifiedDiff(text: string): FileDiff[] {
  const lines = text.split('\n')
  const files: FileDiff[] = []
  let file: FileDiff | undefined

  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? ''
    const hunk = HUNK.exec(line)
    if (line.startsWith('diff --git ')) {
      file = newFile(pathOfGitHeader(line))
      files.push(file)
    } else if (line.startsWith('--- ') && lines[index + 1]?.startsWith('+++ ')) {
      const before = pathOfMarker(line.slice(4), 'a/')
      const after = pathOfMarker(lines[index + 1]?.slice(4) ?? '', 'b/')
      // A diff without git's headers begins a file here; so does one that follows hunks.
      if (file === undefined || file.hunks.length > 0) {
        file = newFile('')
        files.push(file)
      }
      setPaths(file, before, after)
      index += 1
    } else if (file !== undefined && hunk !== null) {
      index = readHunk(file, lines, index, hunk)
    } else if (file !== undefined) {
      readHeader(file, line)
    }
  }
  return files
}

function newFile(path: string): FileDiff {
  return { path, status: 'modified', isBinary: false, added: 0, removed: 0, hunks: [] }
}

function readHeader(file: FileDiff, line: string) {
  if (line.startsWith('new file mode')) file.status = 'added'
  else if (line.startsWith('deleted file mode')) file.status = 'deleted'
  else if (line.startsWith('rename from ')) {
    file.status = 'renamed'
    file.previousPath = unquote(line.slice('rename from '.length))
  } else if (line.startsWith('rename to ')) file.path = unquote(line.slice('rename to '.length))
  else if (line.startsWith('Binary files ') || line === 'GIT binary patch') file.isBinary = true
}

function setPaths(file: FileDiff, before: string | null, after: string | null) {
  if (before === null) file.status = 'added'
  if (after === null) file.status = 'deleted'
  file.path = after ?? before ?? file.path
}

/** Reads the lines of one hunk, by the counts in its header; returns the index of its last line. */
function readHunk(file: FileDiff, lines: string[], start: number, header: RegExpExecArray): number {
  let before = Number(header[1])
  let after = Number(header[3])
  const beforeEnd = before + Number(header[2] ?? 1)
  const afterEnd = after + Number(header[4] ?? 1)
  const hunk: DiffHunk = { heading: header[5] ?? '', lines: [] }
  file.hunks.push(hunk)

  let index = start
  while (index + 1 < lines.length) {
    const line = lines[index + 1] ?? ''
    const isNote = line.startsWith('\\')
    if (!isNote && before >= beforeEnd && after >= afterEnd) break
    const text = line.slice(1)
    if (isNote) hunk.lines.push({ kind: 'note', text: text.trim(), before: null, after: null })
    else if (line.startsWith('+')) {
      hunk.lines.push({ kind: 'added', text, before: null, after: after++ })
      file.added += 1
    } else if (line.startsWith('-')) {
      hunk.lines.push({ kind: 'removed', text, before: before++, after: null })
      file.removed += 1
    } else if (line.startsWith(' ') || line === '') hunk.lines.push({ kind: 'context', text, before: before++, after: after++ })
    else break
    index += 1
  }
  return index
}

/** `diff --git a/x b/x`: both names are the same unless other headers follow, so the second half is the path. */
function pathOfGitHeader(line: string): string {
  const rest = line.slice('diff --git '.length)
  const quoted = /("b\/(?:[^"\\]|\\.)*")$/.exec(rest)
  if (quoted?.[1] !== undefined) return unquote(quoted[1]).slice(2)
  const half = rest.slice(Math.ceil(rest.length / 2))
  if (rest.startsWith('a/') && half.startsWith('b/') && rest.slice(2, Math.floor(rest.length / 2)) === half.slice(2)) return half.slice(2)
  return rest.slice(rest.lastIndexOf(' b/') + 3)
}

function pathOfMarker(marker: string, prefix: 'a/' | 'b/'): string | null {
  const path = unquote(marker.split('\t')[0] ?? '')
  if (path === '/dev/null') return null
  return path.startsWith(prefix) ? path.slice(2) : path
}

const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\', a: '\u0007', b: '\b', f: '\f', v: '\v' }

/** Git writes paths with unusual characters as a C string in which bytes of UTF-8 are octal. */
function unquote(path: string): string {
  if (!path.startsWith('"') || !path.endsWith('"')) return path
  const bytes: number[] = []
  for (const part of path.slice(1, -1).match(/\\[0-7]{3}|\\.|[^\\]+/gs) ?? []) {
    if (/^\\[0-7]{3}$/.test(part)) bytes.push(Number.parseInt(part.slice(1), 8))
    else bytes.push(...new TextEncoder().encode(part.startsWith('\\') ? (ESCAPES[part.slice(1)] ?? part.slice(1)) : part))
  }
  return new TextDecoder().decode(new Uint8Array(bytes))
}
