import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { messagesOf } from './messages-of.ts'

const COMPONENTS = join(import.meta.dirname, '..', 'ui', 'src', 'strings.ts')

async function folderWith(source: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fixpoint-messages-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'a.ts'), source)
  return folder
}

it('has everything that is said', async () => {
  const folder = await folderWith("vscode.l10n.t('It’s {0}', x)\nvscode.l10n.t(\n  'A \\'b\\''\n)")
  const components = join(folder, 'strings.txt')
  await writeFile(
    components,
    "const w = { a: t('Done'), b: (n: number) => t('{0} left', amount(n, 'box', 'boxes')), c: amount(n, 'line') }"
  )
  const expected = ["A 'b'", 'Done', 'It’s {0}', '{0} box', '{0} boxes', '{0} left', '{0} line', '{0} lines']
  expect(Object.keys(await messagesOf(folder, components)).toSorted()).toEqual(expected.toSorted())
})

it('has what the extension and the shared components say', async () => {
  const all = Object.keys(await messagesOf(join(import.meta.dirname, 'src'), COMPONENTS))
  expect(all).toEqual(
    expect.arrayContaining(['Open a session on {0}?', 'Verified', 'Undone by {0}. Its files are as they were before.', '{0} steps'])
  )
})

it('refuses what could not be translated', async () => {
  await expect(folderWith('vscode.l10n.t(words)').then(folder => messagesOf(folder, COMPONENTS))).rejects.toThrow('a.ts')
})
