import type { FunctionResult } from './script.ts'

/** Every text in a result, in order, one after the other. */
export function textOf({ response }: FunctionResult): string {
  return textsIn(response).join('\n')
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsIn)
}

/** What went wrong with a call, as a sentence, or undefined where nothing did. */
export function failureOf({ response }: FunctionResult): string | undefined {
  const { error } = response
  if (error === undefined) return undefined
  const text = typeof error === 'string' ? error : (textsIn(error)[0] ?? 'the tool failed')
  const [firstLine = ''] = text
    .trim()
    .replace(/^Error: /, '')
    .split('\n')
  return /[.!?]$/.test(firstLine) ? firstLine : `${firstLine}.`
}

/** Whether a file that was read holds a text. Line numbers in front of the lines, and white space, make no difference. */
export function holdsText(read: FunctionResult, text: string): boolean {
  const lines = textOf(read).split('\n')
  const withoutNumbers = lines.map(line => line.replace(/^\s*\d+(?:\s\s|\t|: ?| ?\| ?|→)/, ''))
  return [lines, withoutNumbers].some(candidate => squeeze(candidate.join('\n')).includes(squeeze(text)))
}

function squeeze(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
