import type { CDPSession } from 'playwright-core'

/** In CSS pixels, relative to the page's top left corner. */
export interface PageRegion {
  x: number
  y: number
  width: number
  height: number
}

/** The largest side of a picture that the server takes, in device pixels. */
const MAX_PICTURE_SIDE = 8_192
/** Some 160 MB uncompressed, which a sandbox with 2 GB can hold a few times. */
const MAX_PICTURE_PIXELS = 40_000_000

/** The wanted device scale factor, or the largest one with which a picture of the viewport stays within the limits. */
export function pictureScale({ width, height, deviceScaleFactor }: { width: number; height: number; deviceScaleFactor: number }): number {
  return Math.min(deviceScaleFactor, MAX_PICTURE_SIDE / width, MAX_PICTURE_SIDE / height, Math.sqrt(MAX_PICTURE_PIXELS / (width * height)))
}

/** As much of the region, from its top left corner, as fits into a picture. */
export function fittingRegion({ x, y, width, height }: PageRegion, deviceScaleFactor: number): PageRegion {
  const side = Math.floor(MAX_PICTURE_SIDE / deviceScaleFactor)
  const fittingWidth = Math.min(width, side)
  const pixels = fittingWidth * deviceScaleFactor ** 2
  return { x, y, width: fittingWidth, height: Math.min(height, side, Math.max(1, Math.floor(MAX_PICTURE_PIXELS / pixels))) }
}

/** The region with a margin, on whole pixels and within the page; undefined where nothing is left. */
export function regionAround(box: PageRegion, margin: number, page: { width: number; height: number }): PageRegion | undefined {
  if (box.width <= 0 || box.height <= 0) return undefined
  const left = Math.max(0, Math.floor(box.x - margin))
  const top = Math.max(0, Math.floor(box.y - margin))
  const right = Math.min(page.width, Math.ceil(box.x + box.width + margin))
  const bottom = Math.min(page.height, Math.ceil(box.y + box.height + margin))
  return right > left && bottom > top ? { x: left, y: top, width: right - left, height: bottom - top } : undefined
}

/**
 * Takes one picture as it is now.
 * @param region the part of the page
 * @param isBeyondView true to lay out and paint the region also where it is outside of the viewport
 * @returns a PNG file, packed for speed
 */
export async function takePicture(session: CDPSession, region: PageRegion, isBeyondView: boolean): Promise<Buffer> {
  const { data } = await session.send('Page.captureScreenshot', {
    format: 'png',
    optimizeForSpeed: true,
    captureBeyondViewport: isBeyondView,
    clip: { ...region, scale: 1 }
  })
  return Buffer.from(data, 'base64')
}

/**
 * Takes pictures until two in a row are equal.
 * @param limit milliseconds
 * @param beforeEach stops what has begun to move
 */
export async function takeSteadyPicture(
  take: () => Promise<Buffer>,
  beforeEach: () => Promise<void>,
  limit: number
): Promise<{ picture: Buffer; isStable: boolean }> {
  const deadline = performance.now() + limit
  let previous = await take()
  for (;;) {
    await beforeEach()
    const picture = await take()
    if (picture.equals(previous)) return { picture, isStable: true }
    if (performance.now() > deadline) return { picture, isStable: false }
    previous = picture
  }
}
