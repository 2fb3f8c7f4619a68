import { FixpointError } from '@fixpoint/protocol'
import { quoted } from './file-errors.ts'
import { nearestPlace } from './nearest-place.ts'
import { hasWindowsLineEnds, withUnixLineEnds, withWindowsLineEnds } from './text-file.ts'

interface Edit {
  oldText: string
  newText: string
  /** Replace every place instead of the only one. */
  all: boolean
}

/**
 * Makes the edits one after the other. Line ends do not matter for finding a place; what is put there gets the file's own, and
 * everything else stays as it is, also in a file with mixed line ends.
 * @param path for messages
 * @throws FixpointError edit_no_match, edit_ambiguous
 */
export function applyEdits(text: string, edits: Edit[], path: string): string {
  return edits.reduce((current, edit, index) => applyEdit(current, edit, path, `edits.${index}.oldText`), text)
}

function applyEdit(text: string, edit: Edit, path: string, field: string): string {
  const searched = withUnixLineEnds(text)
  const oldText = withUnixLineEnds(edit.oldText)
  const places = placesOf(oldText, searched)
  const [first] = places
  if (first === undefined) {
    throw new FixpointError('edit_no_match', `The text to replace is not in ${quoted(path)}. ${nearestPlace(searched, oldText)}`.trim(), {
      field
    })
  }
  if (places.length > 1 && !edit.all) {
    const lines = places.slice(0, 10).map(place => lineAt(searched, place))
    const more = places.length > lines.length ? ' …' : ''
    throw new FixpointError(
      'edit_ambiguous',
      `The text to replace is in ${quoted(path)} ${places.length} times: lines ${lines.join(', ')}${more}.`,
      { field }
    )
  }

  const newText = hasWindowsLineEnds(text) ? withWindowsLineEnds(edit.newText) : withUnixLineEnds(edit.newText)
  const toOriginal = offsetMap(text)
  let result = ''
  let position = 0
  for (const place of places) {
    result += text.slice(position, toOriginal(place)) + newText
    position = toOriginal(place + oldText.length)
  }
  return result + text.slice(position)
}

/** Offsets of the places that do not overlap. */
function placesOf(searched: string, text: string): number[] {
  const places: number[] = []
  for (let at = text.indexOf(searched); at >= 0; at = text.indexOf(searched, at + searched.length)) places.push(at)
  return places
}

/** Turns an offset into the text with `\n` line ends into one into the text as it is. */
function offsetMap(text: string): (offset: number) => number {
  // Offsets, in the text with `\n`, of the line ends that lost their `\r`.
  const shortened: number[] = []
  for (let at = text.indexOf('\r\n'); at >= 0; at = text.indexOf('\r\n', at + 2)) shortened.push(at - shortened.length)
  return offset => {
    let low = 0
    let high = shortened.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((shortened[middle] ?? 0) < offset) low = middle + 1
      else high = middle
    }
    return offset + low
  }
}

/** Line number from 1. */
function lineAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line += 1
  return line
}
