import { randomUUID } from 'node:crypto'
import type { PictureRef } from '@fixpoint/protocol/sandbox'

const MAX_PICTURES = 64
/** A few dozen pictures of large screens; the sandbox's memory is for the project. */
const MAX_BYTES = 200_000_000

/** Where width and height are in a PNG: after the signature and the head of the IHDR chunk (PNG specification, 5.3 and 11.2.1). */
const PNG_WIDTH_OFFSET = 16
const PNG_HEIGHT_OFFSET = 20

/** Pictures that were taken and not fetched yet. */
export class Pictures {
  /** In the order in which they were taken. */
  readonly #pictures = new Map<string, Buffer>()
  #bytes = 0

  /** @param png the bytes of a PNG file */
  add(png: Buffer): PictureRef {
    const pictureId = randomUUID()
    this.#pictures.set(pictureId, png)
    this.#bytes += png.length
    for (const oldest of this.#pictures.keys()) {
      if (this.#pictures.size <= MAX_PICTURES && this.#bytes <= MAX_BYTES) break
      this.remove(oldest)
    }
    return { pictureId, width: png.readUInt32BE(PNG_WIDTH_OFFSET), height: png.readUInt32BE(PNG_HEIGHT_OFFSET), bytes: png.length }
  }

  get(pictureId: string): Buffer | undefined {
    return this.#pictures.get(pictureId)
  }

  remove(pictureId: string): void {
    this.#bytes -= this.#pictures.get(pictureId)?.length ?? 0
    this.#pictures.delete(pictureId)
  }
}
