import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A literal in the one form that the formatter leaves, as the first argument of a function that is called so. */
const literalsOf = (call: string) => new RegExp(`${call}\\(\\s*(?:'((?:[^'\\\\]|\\\\.)*)'|"((?:[^"\\\\]|\\\\.)*)")`, 'g')
const MESSAGE = String.raw`\bl10n\.t`
/** In the words of the shared components. */
const SHARED = String.raw`(?<![\w.])t`
/** `amount(count, 'line')`, and with a plural of its own: one, and many. */
const AMOUNT = /\bamount\(.+?, '([^']+)'(?:, '([^']+)')?\)/g

/**
 * What is said in words, for translators: each message is its own key. VS Code takes a translation from `bundle.l10n.<language>.json`
 * beside it.
 * @param folder with the extension's sources
 * @param components the file with what the shared components say
 * @throws Error where a message is no literal: it could not be translated
 */
export async function messagesOf(folder: string, components: string): Promise<Record<string, string>> {
  const messages = new Set<string>()
  for await (const name of glob('**/*.ts', { cwd: folder, exclude: ['**/*.test.ts'] })) {
    for (const message of literals(name, await readFile(join(folder, name), 'utf8'), MESSAGE)) messages.add(message)
  }
  const shared = await readFile(components, 'utf8')
  for (const message of literals(components, shared, SHARED)) messages.add(message)
  for (const [, one = '', many = `${one}s`] of shared.matchAll(AMOUNT)) for (const noun of [one, many]) messages.add(`{0} ${noun}`)
  return Object.fromEntries([...messages].sort().map(message => [message, message]))
}

function literals(name: string, source: string, call: string): string[] {
  const found = [...source.matchAll(literalsOf(call))].map(([, single, double]) => (single ?? double ?? '').replace(/\\(.)/g, '$1'))
  if (found.length !== source.split(new RegExp(`${call}\\(`)).length - 1) throw new Error(`${name} says something that is no literal`)
  return found
}
