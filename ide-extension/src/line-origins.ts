import { diffArrays } from 'diff'

/** A version of a file and what it came from; null for what was there before the session. */
export interface Version<T> {
  text: string
  origin: T | null
}

/**
 * Which version each line of the last text came from. A line that is the same in two versions belongs to the older one.
 * @param versions in order of time, the first one being what the session started from
 */
export function lineOrigins<T>(versions: readonly Version<T>[]): (T | null)[] {
  let lines: string[] = []
  let origins: (T | null)[] = []
  for (const { text, origin } of versions) {
    const next = text.split(/\r?\n/)
    const merged: (T | null)[] = []
    let at = 0
    for (const part of diffArrays(lines, next)) {
      if (part.removed) at += part.count
      else if (part.added) merged.push(...Array.from({ length: part.count }, () => origin))
      else {
        merged.push(...origins.slice(at, at + part.count))
        at += part.count
      }
    }
    lines = next
    origins = merged
  }
  return origins
}
