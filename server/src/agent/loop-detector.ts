import { createHash } from 'node:crypto'

/** The same call with the same outcome this often in a row is a loop. */
const EQUAL_CALLS = 3
/** Longest pattern of calls that is looked for, and how often it must repeat. */
const LONGEST_PATTERN = 4

/** One call and what came of it, as a short text that equal ones share. */
export function callSignature(tool: string, input: unknown, outcome: string): string {
  return createHash('sha256')
    .update(JSON.stringify([tool, sortKeys(input), outcome]))
    .digest('base64url')
}

/** Whether the last calls repeat a pattern of one to four calls three times. */
export function isLooping(signatures: readonly string[]): boolean {
  for (let length = 1; length <= LONGEST_PATTERN; length++) {
    const tail = signatures.slice(-length * EQUAL_CALLS)
    if (tail.length < length * EQUAL_CALLS) return false
    if (tail.every((signature, index) => signature === tail[index % length])) return true
  }
  return false
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortKeys(inner)])
  )
}
