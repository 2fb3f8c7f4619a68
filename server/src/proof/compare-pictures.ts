import type { PictureDifference } from '@fixpoint/protocol'
import pixelmatch from 'pixelmatch'
import { PNG } from 'pngjs'
import { changedRegions } from './changed-regions.ts'

export interface PictureComparison extends Omit<PictureDifference, 'picture'> {
  width: number
  height: number
  /** The after picture dimmed with the changes marked, as PNG; null where nothing changed. */
  picture: Uint8Array | null
}

/** pixelmatch's default for how far colours may be apart, 0 to 1, in YIQ space. */
const COLOUR_THRESHOLD = 0.1
const MARK: [number, number, number] = [230, 0, 122]

/**
 * Compares two pictures pixel by pixel; anti-aliased edges that only shimmer do not count. Where the sizes differ, what only one
 * of them has counts as changed.
 * @throws Error when one of them is not a PNG.
 */
export function comparePictures(before: Uint8Array, after: Uint8Array): PictureComparison {
  const first = PNG.sync.read(Buffer.from(before))
  const second = PNG.sync.read(Buffer.from(after))
  const width = Math.max(first.width, second.width)
  const height = Math.max(first.height, second.height)
  const mask = new PNG({ width, height })
  const a = onCanvas(first, width, height)
  const b = onCanvas(second, width, height)
  const changedPixels = pixelmatch(a, b, mask.data, width, height, { threshold: COLOUR_THRESHOLD, diffMask: true, diffColor: MARK })
  const isChanged = (index: number) => mask.data[index * 4 + 3] !== 0
  const regions = changedPixels === 0 ? [] : changedRegions(isChanged, width, height)
  return {
    width,
    height,
    changedPixels,
    comparedPixels: width * height,
    regions,
    picture: changedPixels === 0 ? null : paintDifference(b, isChanged, width, height)
  }
}

/** The picture's pixels on a transparent canvas of the given size. */
function onCanvas(picture: PNG, width: number, height: number): Buffer {
  if (picture.width === width && picture.height === height) return picture.data
  const canvas = new PNG({ width, height, fill: true })
  PNG.bitblt(picture, canvas, 0, 0, picture.width, picture.height, 0, 0)
  return canvas.data
}

function paintDifference(after: Buffer, isChanged: (index: number) => boolean, width: number, height: number): Uint8Array {
  const painted = new PNG({ width, height })
  for (let index = 0; index < width * height; index++) {
    const offset = index * 4
    const colour = isChanged(index) ? MARK : [dim(after[offset]), dim(after[offset + 1]), dim(after[offset + 2])]
    painted.data[offset] = colour[0] ?? 0
    painted.data[offset + 1] = colour[1] ?? 0
    painted.data[offset + 2] = colour[2] ?? 0
    painted.data[offset + 3] = 255
  }
  return PNG.sync.write(painted)
}

/** Three quarters of the way to white, so that the marks stand out on any page. */
function dim(value: number | undefined): number {
  return 255 - Math.round((255 - (value ?? 255)) / 4)
}
