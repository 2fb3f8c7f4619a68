/** A text file taken apart, so that what an edit does not touch is written back byte for byte. */
interface TextFile {
  /** The content as it is, without the byte order mark. */
  text: string
  hasByteOrderMark: boolean
  /** True when `text` has U+FFFD where the file has bytes that are not UTF-8: the text cannot be written back. */
  hasInvalidUtf8: boolean
}

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

/** A NUL byte is what git takes for a sign too; UTF-16 files have them. */
export function isBinary(bytes: Buffer): boolean {
  return bytes.includes(0)
}

export function decodeText(bytes: Buffer): TextFile {
  const hasByteOrderMark = bytes.subarray(0, 3).equals(BYTE_ORDER_MARK)
  const text = (hasByteOrderMark ? bytes.subarray(3) : bytes).toString('utf8')
  // U+FFFD may be in the file itself, so only writing it back tells whether something was replaced.
  const hasInvalidUtf8 = text.includes('\ufffd') && !Buffer.from(text, 'utf8').equals(hasByteOrderMark ? bytes.subarray(3) : bytes)
  return { text, hasByteOrderMark, hasInvalidUtf8 }
}

export function encodeText(text: string, hasByteOrderMark: boolean): Buffer {
  const bytes = Buffer.from(text, 'utf8')
  return hasByteOrderMark ? Buffer.concat([BYTE_ORDER_MARK, bytes]) : bytes
}

/** All line ends as `\n`. */
export function withUnixLineEnds(text: string): string {
  return text.includes('\r\n') ? text.replaceAll('\r\n', '\n') : text
}

/** True when most of the lines end with `\r\n`. */
export function hasWindowsLineEnds(text: string): boolean {
  const windows = text.split('\r\n').length - 1
  return windows > 0 && windows * 2 > text.split('\n').length - 1
}

/** All line ends as `\r\n`. */
export function withWindowsLineEnds(text: string): string {
  return withUnixLineEnds(text).replaceAll('\n', '\r\n')
}

/** Lines without their ends; an end at the end of the text does not begin another line. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}
