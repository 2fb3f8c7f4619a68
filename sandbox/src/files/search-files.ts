import type { fileList, fileSearch } from '@fixpoint/protocol/sandbox'
import { z } from 'zod'
import { MAX_FILE_BYTES } from './read-file.ts'
import { ripgrep } from './ripgrep.ts'

/** Longer lines are cut to the part around the match. */
const LINE_CHARACTERS = 1_000
const LINE_CHARACTERS_BEFORE_MATCH = 200

/** Text is UTF-8, or base64 of what is not. */
const ripgrepTextSchema = z.union([
  z.object({ text: z.string() }),
  z.object({ bytes: z.string() }).transform(({ bytes }) => ({ text: Buffer.from(bytes, 'base64').toString('utf8') }))
])

/** The messages of `rg --json` that matter here; see ripgrep's grep_printer::JSON. */
const ripgrepMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('begin') }),
  z.object({
    type: z.enum(['match', 'context']),
    data: z.object({
      path: ripgrepTextSchema,
      lines: ripgrepTextSchema,
      line_number: z.number(),
      submatches: z.array(z.object({ start: z.number() }))
    })
  }),
  z.object({ type: z.literal('end') }),
  z.object({ type: z.literal('summary') })
])

type Match = z.output<typeof fileSearch.output>['matches'][number]

/**
 * Searches the workspace.
 * @param folder the workspace's root
 * @param environment of the sandbox's programs
 * @throws FixpointError invalid_parameter for a pattern or glob that ripgrep refuses
 */
export async function searchFiles(
  folder: string,
  environment: Record<string, string>,
  input: z.output<typeof fileSearch.input>
): Promise<z.output<typeof fileSearch.output>> {
  const matches: Match[] = []
  let file = new FileLines()
  let hasMore = false
  const finishFile = () => {
    file.addContext(input.contextLines)
    file = new FileLines()
  }
  const { isComplete } = await ripgrep(
    folder,
    {
      environment,
      arguments: [
        '--json',
        `--max-filesize=${MAX_FILE_BYTES}`,
        `--context=${input.contextLines}`,
        ...(input.literal ? ['--fixed-strings'] : []),
        ...(input.ignoreCase ? ['--ignore-case'] : []),
        `--regexp=${input.pattern}`,
        './'
      ],
      glob: input.glob
    },
    '\n',
    item => {
      const message = ripgrepMessageSchema.parse(JSON.parse(item))
      if (message.type === 'end') finishFile()
      if (message.type !== 'match' && message.type !== 'context') return true
      const { path, lines, line_number: line, submatches } = message.data
      const start = submatches[0]?.start
      if (message.type === 'context' || start === undefined) {
        file.lines.set(line, shownLine(lines.text, 0))
        return true
      }
      if (matches.length === input.maxMatches) {
        hasMore = true
        return false
      }
      const column = Buffer.from(lines.text, 'utf8').subarray(0, start).toString('utf8').length
      const text = shownLine(lines.text, column)
      const match: Match = { path: path.text.replace(/^\.\//, ''), line, column: column + 1, text, before: [], after: [] }
      file.lines.set(line, text)
      file.matches.push(match)
      matches.push(match)
      return true
    }
  )
  finishFile()
  return { matches, truncated: hasMore || !isComplete }
}

/** Lists the files of the workspace. */
export async function listFiles(
  folder: string,
  environment: Record<string, string>,
  input: z.output<typeof fileList.input>
): Promise<z.output<typeof fileList.output>> {
  const paths: string[] = []
  const { isComplete } = await ripgrep(folder, { environment, arguments: ['--files', '--null', './'], glob: input.glob }, '\0', path => {
    if (paths.length === input.maxPaths) return false
    paths.push(path.replace(/^\.\//, ''))
    return true
  })
  return { paths, truncated: !isComplete }
}

/** What was found in one file. */
class FileLines {
  readonly lines = new Map<number, string>()
  readonly matches: Match[] = []

  /** Gives each match the lines around it, which may be matches themselves. */
  addContext(count: number): void {
    for (const match of this.matches) {
      for (let distance = count; distance >= 1; distance -= 1) {
        const line = this.lines.get(match.line - distance)
        if (line !== undefined) match.before.push(line)
      }
      for (let distance = 1; distance <= count; distance += 1) {
        const line = this.lines.get(match.line + distance)
        if (line !== undefined) match.after.push(line)
      }
    }
  }
}

function shownLine(line: string, column: number): string {
  const text = line.replace(/\r?\n$/, '')
  if (text.length <= LINE_CHARACTERS) return text
  const from = Math.max(0, column - LINE_CHARACTERS_BEFORE_MATCH)
  const to = from + LINE_CHARACTERS
  return `${from > 0 ? '…' : ''}${text.slice(from, to).toWellFormed()}${to < text.length ? '…' : ''}`
}
