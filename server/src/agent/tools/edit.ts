import { z } from 'zod'
import { counts, cutDetail, defineTool, fileName } from './tool.ts'

export const editTool = defineTool({
  name: 'edit',
  description:
    'Replace text in a file. Each oldText must be in the file exactly once, including its white space; give enough surrounding lines. Several edits of one file go in one call.',
  input: z.object({
    path: z.string().min(1).max(4_096).describe('Path relative to the root of the repository'),
    edits: z
      .array(
        z.object({
          oldText: z.string().min(1).max(200_000),
          newText: z.string().max(200_000),
          all: z.boolean().optional().describe('Replace every occurrence')
        })
      )
      .min(1)
      .max(50)
  }),
  changesFiles: true,
  title: ({ path }) => `edit ${path}`,
  async run({ path, edits }, { sandbox, knownFiles, signal }) {
    const changed = await sandbox.request('files/edit', { path, edits, expectedSha256: knownFiles.get(path) }, { signal })
    knownFiles.set(changed.path, changed.sha256)
    return {
      outcome: 'succeeded',
      result: `Edited ${changed.path}: ${changed.added} lines added, ${changed.removed} removed.`,
      summary: `edited ${fileName(path)} ${counts(changed.added, changed.removed)}`,
      detail: cutDetail(changed.patch),
      detailKind: 'diff',
      files: [{ path: changed.path, status: 'modified', added: changed.added, removed: changed.removed }]
    }
  }
})
