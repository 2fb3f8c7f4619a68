import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { messagesOf } from './messages-of.ts'

async function folderWith(source: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fixpoint-messages-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'a.ts'), source)
  return folder
}

it('has everything that is said', async () => {
  const folder = await folderWith("vscode.l10n.t('It’s {0}', x)\nvscode.l10n.t(\n  'A \\'b\\''\n)")
  expect(await messagesOf(folder)).toEqual({ "A 'b'": "A 'b'", 'It’s {0}': 'It’s {0}' })
  expect(Object.keys(await messagesOf(join(import.meta.dirname, 'src')))).toContain('Open a session on {0}?')
})

it('refuses what could not be translated', async () => {
  await expect(folderWith('vscode.l10n.t(words)').then(messagesOf)).rejects.toThrow('a.ts')
})
