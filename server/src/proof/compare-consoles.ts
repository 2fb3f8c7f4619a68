import type { ConsoleEntry, Proof } from '@fixpoint/protocol'

/** What is logged after and was not before, and the other way round; each message as often as it is logged. */
export function compareConsoles(before: readonly ConsoleEntry[], after: readonly ConsoleEntry[]): Proof['console'] {
  return { added: without(after, before), gone: without(before, after) }
}

function without(entries: readonly ConsoleEntry[], taken: readonly ConsoleEntry[]): ConsoleEntry[] {
  const left = new Map<string, number>()
  for (const entry of taken) left.set(keyOf(entry), (left.get(keyOf(entry)) ?? 0) + 1)
  return entries.filter(entry => {
    const count = left.get(keyOf(entry)) ?? 0
    left.set(keyOf(entry), count - 1)
    return count <= 0
  })
}

/** Line numbers, hashes and times differ from load to load and do not make another message. */
function keyOf({ level, text }: ConsoleEntry): string {
  return `${level} ${text.replace(/[?&](t|v|hash)=[^\s:)&]+/g, '').replace(/\d+/g, '0')}`
}
