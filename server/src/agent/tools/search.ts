import { z } from 'zod'
import { cutDetail, defineTool, plural } from './tool.ts'

export const searchTool = defineTool({
  name: 'search',
  description:
    'Search the files of the repository with a regular expression (ripgrep), leaving out what .gitignore names. Without a pattern: list the files that match the glob.',
  input: z
    .object({
      pattern: z.string().min(1).max(1_000).optional().describe('Regular expression, or plain text with literal'),
      glob: z.string().max(500).optional().describe('Only these files, such as src/**/*.tsx'),
      literal: z.boolean().optional(),
      ignoreCase: z.boolean().optional(),
      contextLines: z.number().int().min(0).max(5).optional()
    })
    .refine(({ pattern, glob }) => pattern !== undefined || glob !== undefined, 'a pattern or a glob is needed'),
  changesFiles: false,
  title: ({ pattern, glob }) =>
    pattern === undefined ? `list ${glob ?? ''}` : `search ${pattern}${glob === undefined ? '' : ` in ${glob}`}`,
  async run({ pattern, glob, literal, ignoreCase, contextLines }, { sandbox, signal }) {
    if (pattern === undefined) {
      const { paths, truncated } = await sandbox.request('files/list', { glob }, { signal })
      const text = paths.length === 0 ? 'No file matches.' : paths.join('\n') + (truncated ? '\n(more files match)' : '')
      return {
        outcome: 'succeeded',
        result: text,
        summary: `listed ${plural(paths.length, 'file')}`,
        detail: cutDetail(text),
        detailKind: 'text'
      }
    }
    const { matches, truncated } = await sandbox.request('files/search', { pattern, glob, literal, ignoreCase, contextLines }, { signal })
    const text =
      matches.length === 0
        ? 'Nothing found.'
        : matches
            .map(match =>
              [
                ...match.before.map(line => `${match.path}-  ${line}`),
                `${match.path}:${match.line}: ${match.text}`,
                ...match.after.map(line => `${match.path}-  ${line}`)
              ].join('\n')
            )
            .join('\n') + (truncated ? '\n(there are more matches; search more narrowly)' : '')
    return {
      outcome: 'succeeded',
      result: text,
      summary: `searched “${pattern.slice(0, 60)}”, ${plural(matches.length, 'match', 'matches')}`,
      detail: cutDetail(text),
      detailKind: 'text'
    }
  }
})
