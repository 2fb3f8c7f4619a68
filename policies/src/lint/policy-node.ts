import type { Excerpt } from './source-text.ts'

/** A value as it was read, with the offset in the file where it begins. */
export type PolicyNode =
  | { kind: 'string'; value: string; offset: number; excerpt: Excerpt }
  | { kind: 'number'; value: number; offset: number }
  | { kind: 'boolean'; value: boolean; offset: number }
  | { kind: 'null'; offset: number }
  | { kind: 'list'; items: PolicyNode[]; offset: number }
  | DictionaryNode

export interface DictionaryNode {
  kind: 'dictionary'
  entries: PolicyEntry[]
  offset: number
}

export interface PolicyEntry {
  name: string
  /** Where the name stands. */
  offset: number
  value: PolicyNode
}

/** Deeper values are refused: no policy needs them, and readers must not run out of stack. */
export const DEPTH_AT_MOST = 64

export function entryOf(node: PolicyNode | undefined, name: string): PolicyEntry | undefined {
  return node?.kind === 'dictionary' ? node.entries.find(entry => entry.name === name) : undefined
}

export function memberOf(node: PolicyNode | undefined, name: string): PolicyNode | undefined {
  return entryOf(node, name)?.value
}

/** The same without positions. */
export function plainValue(node: PolicyNode): unknown {
  switch (node.kind) {
    case 'null':
      return null
    case 'list':
      return node.items.map(plainValue)
    case 'dictionary':
      // A key named __proto__ must stay a key.
      return Object.fromEntries(node.entries.map(({ name, value }) => [name, plainValue(value)]))
    default:
      return node.value
  }
}

/** What people call the kinds. */
export const KIND_NAMES: Record<PolicyNode['kind'], string> = {
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
  null: 'null',
  list: 'a list',
  dictionary: 'a dictionary'
}
