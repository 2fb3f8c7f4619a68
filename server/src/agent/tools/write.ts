import { z } from 'zod'
import { counts, cutDetail, defineTool, fileName } from './tool.ts'

export const writeTool = defineTool({
  name: 'write',
  description: 'Write a whole file: a new one, or one that is replaced as a whole. To change a part of a file, use edit.',
  input: z.object({
    path: z.string().min(1).max(4_096).describe('Path relative to the root of the repository'),
    content: z.string().max(2_000_000)
  }),
  changesFiles: true,
  title: ({ path }) => `write ${path}`,
  async run({ path, content }, { sandbox, knownFiles, signal }) {
    const written = await sandbox.request('files/write', { path, content, expectedSha256: knownFiles.get(path) }, { signal })
    knownFiles.set(written.path, written.sha256)
    return {
      outcome: 'succeeded',
      result: `${written.created ? 'Created' : 'Replaced'} ${written.path} (${written.bytes} bytes).`,
      summary: `${written.created ? 'created' : 'wrote'} ${fileName(path)} ${counts(written.added, written.removed)}`,
      detail: cutDetail(content),
      detailKind: 'text',
      files: [{ path: written.path, status: written.created ? 'added' : 'modified', added: written.added, removed: written.removed }]
    }
  }
})
