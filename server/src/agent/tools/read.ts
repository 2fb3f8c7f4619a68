import { z } from 'zod'
import { cutDetail, defineTool, fileName } from './tool.ts'

export const readTool = defineTool({
  name: 'read',
  description:
    'Read a text file of the repository. Gives the lines with their numbers. Long files come in parts: say fromLine and lineCount for another part.',
  input: z.object({
    path: z.string().min(1).max(4_096).describe('Path relative to the root of the repository'),
    fromLine: z.number().int().min(1).optional(),
    lineCount: z.number().int().min(1).max(2_000).optional()
  }),
  changesFiles: false,
  title: ({ path }) => `read ${path}`,
  async run({ path, fromLine, lineCount }, { sandbox, knownFiles, signal }) {
    const file = await sandbox.request('files/read', { path, fromLine, lineCount }, { signal })
    knownFiles.set(file.path, file.sha256)
    const lines = file.content.split('\n')
    if (lines.at(-1) === '') lines.pop()
    const numbered = lines.map((line, index) => `${String(file.fromLine + index).padStart(5)}  ${line}`).join('\n')
    const rest = file.truncated ? `\n(lines ${file.fromLine} to ${file.toLine} of ${file.totalLines})` : ''
    return {
      outcome: 'succeeded',
      result: numbered + rest,
      summary: `read ${fileName(path)}${file.truncated ? `, lines ${file.fromLine}–${file.toLine}` : ''}`,
      detail: cutDetail(file.content),
      detailKind: 'text'
    }
  }
})
