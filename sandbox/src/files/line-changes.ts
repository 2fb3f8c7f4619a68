import { cutText } from '@fixpoint/protocol'
import { FILE_HEADERS_ONLY, formatPatch, structuredPatch } from 'diff'
import { linesOf, withUnixLineEnds } from './text-file.ts'

const PATCH_CHARACTERS = 20_000
/** A diff that takes longer is not one that a person reads; milliseconds. */
const DIFF_TIME_LIMIT = 500

interface LineChanges {
  added: number
  removed: number
  /** Unified diff, at most 20,000 characters and a note on what is missing. */
  patch: string
}

/** Compares two texts line by line; differences in line ends alone do not count. */
export function lineChanges(path: string, before: string, after: string): LineChanges {
  const [oldText, newText] = [withUnixLineEnds(before), withUnixLineEnds(after)]
  const patch = structuredPatch(`a/${path}`, `b/${path}`, oldText, newText, undefined, undefined, { timeout: DIFF_TIME_LIMIT })
  if (patch === undefined) return wholeReplacement(path, oldText, newText)
  let added = 0
  let removed = 0
  for (const hunk of patch.hunks) {
    for (const line of hunk.lines) {
      if (line.startsWith('+')) added += 1
      else if (line.startsWith('-')) removed += 1
    }
  }
  return { added, removed, patch: patch.hunks.length === 0 ? '' : cutText(formatPatch(patch, FILE_HEADERS_ONLY), PATCH_CHARACTERS) }
}

/** For texts that have too little in common to be compared in time. */
function wholeReplacement(path: string, before: string, after: string): LineChanges {
  const removed = linesOf(before)
  const added = linesOf(after)
  const lines = [...removed.map(line => `-${line}`), ...added.map(line => `+${line}`)]
  const header = `--- a/${path}\n+++ b/${path}\n@@ -1,${removed.length} +1,${added.length} @@\n`
  return { added: added.length, removed: removed.length, patch: cutText(`${header}${lines.join('\n')}\n`, PATCH_CHARACTERS) }
}
