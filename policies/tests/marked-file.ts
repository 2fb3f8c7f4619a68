/** Where the finding is expected. */
const MARK = '▶'

export interface MarkedFile {
  bytes: Uint8Array
  line: number
  column: number
}

/** A file from a text with a ▶ before the character that is wrong; at the beginning where there is none. */
export function markedFile(text: string, encoding: 'utf8' | 'utf16le' = 'utf8'): MarkedFile {
  const at = Math.max(0, text.indexOf(MARK))
  const before = text.slice(0, at)
  const plain = text.replace(MARK, '')
  const line = before.split('\n').length
  return {
    bytes: Buffer.from(encoding === 'utf16le' ? `\uFEFF${plain}` : plain, encoding),
    line,
    column: at - (before.lastIndexOf('\n') + 1) + 1
  }
}
