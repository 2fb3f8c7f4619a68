/** A place in a file, both counted from 1; columns in UTF-16 units, as editors count them. */
export interface Place {
  line: number
  column: number
}

/** Text that may have been written in another form in the file: JSON in a registry value, for example. */
export interface Excerpt {
  text: string
  /** Offset in the file of the character at this index; one past the end is allowed. */
  offsetAt(index: number): number
}

export function wholeText(text: string): Excerpt {
  return { text, offsetAt: index => index }
}

/**
 * A part of an excerpt in which escapes are resolved.
 * @param decodeAt what the characters at an index mean, and how many there are; `length` 0 ends the part.
 */
export function decodedPart(
  source: Excerpt,
  start: number,
  end: number,
  decodeAt: (index: number) => { text: string; length: number }
): Excerpt {
  let text = ''
  const offsets: number[] = []
  for (let index = start; index < end; ) {
    const { text: decoded, length } = decodeAt(index)
    for (let unit = 0; unit < decoded.length; unit++) offsets.push(source.offsetAt(index))
    text += decoded
    index += Math.max(1, length)
  }
  const endOffset = source.offsetAt(end)
  return { text, offsetAt: index => offsets[index] ?? endOffset }
}

export function placesOf(text: string): (offset: number) => Place {
  const starts = [0]
  for (const { index } of text.matchAll(/\n/g)) starts.push(index + 1)
  return offset => {
    const bounded = Math.max(0, Math.min(offset, text.length))
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((starts[middle] ?? 0) <= bounded) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: bounded - (starts[low] ?? 0) + 1 }
  }
}

export interface DecodedBytes {
  text: string
  encoding: 'utf-8' | 'utf-16le' | 'utf-16be'
  hasByteOrderMark: boolean
  /** Whether bytes were there that are no text in this encoding. */
  isDamaged: boolean
}

/** Text of a file, without its byte order mark; UTF-16 is recognised by its mark or by the zero byte of an ASCII character. */
export function decodeBytes(bytes: Uint8Array): DecodedBytes {
  const [first, second, third] = bytes
  const encoding =
    (first === 0xff && second === 0xfe) || (first !== 0 && second === 0)
      ? 'utf-16le'
      : (first === 0xfe && second === 0xff) || (first === 0 && second !== 0 && second !== undefined)
        ? 'utf-16be'
        : 'utf-8'
  const hasByteOrderMark = encoding === 'utf-8' ? first === 0xef && second === 0xbb && third === 0xbf : first === 0xff || first === 0xfe
  // The decoder takes the mark away by itself, and puts U+FFFD where bytes make no text.
  const text = new TextDecoder(encoding).decode(bytes)
  return { text, encoding, hasByteOrderMark, isDamaged: text.includes('\uFFFD') }
}
