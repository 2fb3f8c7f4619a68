import type { RequestPicture } from './script.ts'

/** What can be said of two pictures without looking at them. */
export interface PictureComparison {
  /** One sentence on what was found. */
  finding: string
  /** Whether they are both PNG files with different bytes; undefined where they could not be compared. */
  isDifferent: boolean | undefined
}

/** Compares files, not pictures: a scripted model has no eyes. */
export function comparePictures(before: RequestPicture, after: RequestPicture): PictureComparison {
  const beforeSize = pngSize(before.bytes)
  const afterSize = pngSize(after.bytes)
  if (!beforeSize || !afterSize)
    return { finding: 'One of the two pictures is not a PNG file, so they were not compared.', isDifferent: undefined }
  const sizes = `${beforeSize.width} × ${beforeSize.height} px before, ${afterSize.width} × ${afterSize.height} px after`
  const isDifferent = !Buffer.from(before.bytes).equals(after.bytes)
  return { finding: `The two PNG files ${isDifferent ? 'differ' : 'are the same, byte for byte'} (${sizes}).`, isDifferent }
}

/** Which pictures show the page before and after: by the words in front of them, else the first and the second of just two. */
export function beforeAndAfter(pictures: readonly RequestPicture[]): Array<{ before: RequestPicture; after: RequestPicture }> {
  const saysBefore = pictures.filter(({ label }) => /\bbefore\b/i.test(label) && !/\bafter\b/i.test(label))
  const saysAfter = pictures.filter(({ label }) => /\bafter\b/i.test(label) && !/\bbefore\b/i.test(label))
  if (saysBefore.length > 0 && saysBefore.length === saysAfter.length) {
    return saysBefore.flatMap((before, index) => (saysAfter[index] ? [{ before, after: saysAfter[index] }] : []))
  }
  const [before, after] = pictures
  return before && after && pictures.length === 2 ? [{ before, after }] : []
}

/** The size of a PNG file from its first chunk (https://www.w3.org/TR/png-3/#11IHDR); undefined where it is no PNG. */
function pngSize(bytes: Uint8Array): { width: number; height: number } | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (buffer.length < 24 || buffer.toString('latin1', 0, 8) !== '\x89PNG\r\n\x1a\n' || buffer.toString('latin1', 12, 16) !== 'IHDR')
    return undefined
  return { width: buffer.readUInt32BE(16), height: buffer.readUInt32BE(20) }
}
