import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A literal in the one form that the formatter leaves, as the first argument of `l10n.t`. */
const MESSAGE = /\bl10n\.t\(\s*'((?:[^'\\]|\\.)*)'/g

/**
 * What is said in words, for translators: each message is its own key. VS Code takes a translation from `bundle.l10n.<language>.json`
 * beside it.
 * @throws Error where a message is no literal: it could not be translated
 */
export async function messagesOf(folder: string): Promise<Record<string, string>> {
  const messages = new Set<string>()
  for await (const name of glob('**/*.ts', { cwd: folder, exclude: ['**/*.test.ts'] })) {
    const source = await readFile(join(folder, name), 'utf8')
    const found = [...source.matchAll(MESSAGE)].map(([, message = '']) => message.replace(/\\(.)/g, '$1'))
    if (found.length !== source.split(/\bl10n\.t\(/).length - 1) throw new Error(`${name} says something that is no literal`)
    for (const message of found) messages.add(message)
  }
  return Object.fromEntries([...messages].sort().map(message => [message, message]))
}
