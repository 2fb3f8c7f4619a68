import { API_LIMITS, FixpointError } from '@fixpoint/protocol'

export interface PictureSize {
  mediaType: 'image/png' | 'image/jpeg' | 'image/webp'
  width: number
  height: number
}

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const PNG_END = [0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82]

/**
 * Reads type and size from a picture's first bytes, before anything decodes it, and refuses what is not whole.
 * Formats: PNG (W3C PNG, IHDR), JPEG (ITU T.81, SOFn), WebP (RFC 9649: VP8, VP8L, VP8X).
 * @throws FixpointError `image_type_mismatch`, `image_too_large`, `image_invalid`.
 */
export function readPictureHeader(bytes: Uint8Array, declaredType: string): PictureSize {
  if (bytes.byteLength === 0) throw new FixpointError('image_invalid', 'The picture has no bytes.')
  if (bytes.byteLength > API_LIMITS.pictureBytes) {
    throw new FixpointError('image_too_large', `The picture has ${bytes.byteLength} bytes; at most ${API_LIMITS.pictureBytes} are taken.`, {
      limit: API_LIMITS.pictureBytes
    })
  }
  const picture = readPng(bytes) ?? readJpeg(bytes) ?? readWebp(bytes)
  if (picture === null || picture.mediaType !== declaredType) {
    throw new FixpointError(
      'image_type_mismatch',
      `The bytes are ${picture?.mediaType ?? 'no PNG, JPEG or WebP picture'}, not ${declaredType}.`
    )
  }
  if (picture.width < 1 || picture.height < 1) throw new FixpointError('image_invalid', 'The picture is empty.')
  if (picture.width > API_LIMITS.pictureSide || picture.height > API_LIMITS.pictureSide) {
    throw new FixpointError(
      'image_too_large',
      `The picture has ${picture.width} × ${picture.height} pixels; at most ${API_LIMITS.pictureSide} a side are taken.`,
      { limit: API_LIMITS.pictureSide }
    )
  }
  return picture
}

function startsWith(bytes: Uint8Array, signature: readonly number[], offset = 0): boolean {
  return signature.every((byte, index) => bytes[offset + index] === byte)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function readPng(bytes: Uint8Array): PictureSize | null {
  if (!startsWith(bytes, PNG_SIGNATURE)) return null
  // The end chunk is required, and an animation control chunk (APNG) is not: one picture is wanted, not thousands of frames.
  if (bytes.byteLength < 45 || !startsWith(bytes, PNG_END, bytes.byteLength - PNG_END.length)) {
    throw new FixpointError('image_invalid', 'The PNG picture is cut off.')
  }
  if (hasPngChunk(bytes, 'acTL')) throw new FixpointError('image_invalid', 'Animated PNG pictures are not taken.')
  const view = viewOf(bytes)
  return { mediaType: 'image/png', width: view.getUint32(16), height: view.getUint32(20) }
}

function hasPngChunk(bytes: Uint8Array, name: string): boolean {
  const view = viewOf(bytes)
  let offset = 8
  while (offset + 12 <= bytes.byteLength) {
    if (String.fromCharCode(...bytes.subarray(offset + 4, offset + 8)) === name) return true
    offset += 12 + view.getUint32(offset)
  }
  return false
}

function readJpeg(bytes: Uint8Array): PictureSize | null {
  if (!startsWith(bytes, [0xff, 0xd8, 0xff])) return null
  if (!startsWith(bytes, [0xff, 0xd9], bytes.byteLength - 2)) throw new FixpointError('image_invalid', 'The JPEG picture is cut off.')
  const view = viewOf(bytes)
  let offset = 2
  while (offset + 9 < bytes.byteLength) {
    const marker = view.getUint8(offset + 1)
    // Start of frame: C0 to CF without the tables C4 and CC and the extension C8.
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return { mediaType: 'image/jpeg', height: view.getUint16(offset + 5), width: view.getUint16(offset + 7) }
    offset += 2 + view.getUint16(offset + 2)
  }
  throw new FixpointError('image_invalid', 'The JPEG picture has no frame.')
}

function readWebp(bytes: Uint8Array): PictureSize | null {
  const text = (start: number, end: number) => String.fromCharCode(...bytes.subarray(start, end))
  if (bytes.byteLength < 30 || text(0, 4) !== 'RIFF' || text(8, 12) !== 'WEBP') return null
  const view = viewOf(bytes)
  if (view.getUint32(4, true) + 8 > bytes.byteLength) throw new FixpointError('image_invalid', 'The WebP picture is cut off.')
  const size = (width: number, height: number): PictureSize => ({ mediaType: 'image/webp', width, height })
  switch (text(12, 16)) {
    case 'VP8 ':
      return size(view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff)
    case 'VP8L': {
      const bits = view.getUint32(21, true)
      return size((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1)
    }
    case 'VP8X': {
      const uint24 = (offset: number) => view.getUint16(offset, true) | (view.getUint8(offset + 2) << 16)
      return size(uint24(24) + 1, uint24(27) + 1)
    }
    default:
      throw new FixpointError('image_invalid', 'The WebP picture has no frame.')
  }
}
