import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { plainMessage } from './plain-label.ts'

/** What VS Code takes for a link in a message (`parseLinkedText`), and in a label for an icon. */
const LINK = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/gi
const ICON = /\$\([\w~-]+\)/g

const HOSTILE = [
  '.github/[Fix it](command:workbench.action.terminal.new)',
  '[a](command:workbench.action.quit "Keep Mine").css',
  '[[a](https://evil.test/x)](command:b)',
  '[a](file:///etc/passwd)[b](COMMAND:x)',
  'x](command:a)[y](command:b)'
]

describe('what is said in notifications', () => {
  it.each(HOSTILE)('has no link from %s, which would be one', name => {
    const raw = `The agent has changed ${name}, of which you have unsaved changes.`
    expect(raw.match(LINK)).not.toBeNull()
    expect(plainMessage(raw).match(LINK)).toBeNull()
    // What is shown reads the same.
    expect(plainMessage(raw).replaceAll('\u200b', '')).toBe(raw)
  })

  it('draws no icon', () => {
    expect('$(verified) a.css'.match(ICON)).toHaveLength(1)
    expect(plainMessage('$(verified) a.css').match(ICON)).toBeNull()
  })

  it('goes by one file alone', async () => {
    const speakers: string[] = []
    for await (const name of glob('**/*.{ts,tsx}', { cwd: import.meta.dirname, exclude: ['**/*.test.ts'] })) {
      const source = await readFile(join(import.meta.dirname, name), 'utf8')
      if (/show(Information|Warning|Error)Message|\bwindow\s*\[|\{[^}]*\}\s*=\s*vscode\.window/.test(source)) speakers.push(name)
    }
    expect(speakers).toEqual(['notify.ts'])
  })
})
