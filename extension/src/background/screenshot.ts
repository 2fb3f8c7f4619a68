import { type Box, FixpointError } from '@fixpoint/protocol'
import { z } from 'zod'
import type { DraftPicture } from '../draft.ts'
import { type CoverReport, coverReportSchema } from '../page-context/collected-context.ts'
import type { RedactionCounts } from '../privacy/secrets.ts'
import { framesBelow, type OpenFrame, placesOnTheWay, throughFrames } from './frames.ts'
import { callInPage, type PageDocument } from './page-scripts.ts'

const WIDEST = 2_560
const LARGEST = 10_000_000
const QUALITY = 0.9
// Chrome refuses more than two captures a second (MAX_CAPTURE_VISIBLE_TAB_CALLS_PER_SECOND).
const BETWEEN_CAPTURES = 550
const QUOTA = /MAX_CAPTURE_VISIBLE_TAB_CALLS_PER_SECOND/
const ATTEMPTS = 3

/** The window as it was painted, with everything private covered. */
export interface WindowPicture {
  bitmap: ImageBitmap
  /** Pixels of the picture for each CSS pixel of the window. */
  scale: number
  covered: RedactionCounts
  boxes: ReadonlyMap<number, Box>
}

let nextCaptureAt = 0

/**
 * Takes a picture of the tab, which must be the active one of its window and stay on its page.
 * @param frames of other sites that cover by themselves what is private in them; all others are covered as a whole.
 * @throws FixpointError `screenshot_unavailable`, or why the page could not be covered.
 */
export async function captureWindow(page: PageDocument, frames: readonly OpenFrame[]): Promise<WindowPicture> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const picture = await captureOnce(page, frames)
    if (picture) return picture
  }
  throw new FixpointError('screenshot_unavailable', 'Chrome took no picture in which everything private was covered.')
}

/**
 * @returns null when it has to be taken again: something private was not, or no longer, under its cover, so that the picture must not be
 * used, or Chrome took none yet.
 */
async function captureOnce(page: PageDocument, frames: readonly OpenFrame[]): Promise<WindowPicture | null> {
  const before = await visibleTab(page.tabId)
  await waitForTurn()
  const covered: { frame: OpenFrame; report: CoverReport }[] = []
  for (const frame of frames) {
    const report = await callInPage(frame, { world: 'ISOLATED', func: coverPage, args: [[]] }, coverReportSchema).catch(() => null)
    // A frame that does not answer is covered as a whole.
    if (report) covered.push({ frame, report })
  }
  let report: CoverReport
  let dataUrl: string | null
  let isHeld = true
  try {
    const paths = framesBelow(
      [],
      covered.map(({ frame }) => frame)
    )
    report = await callInPage(page, { world: 'ISOLATED', func: coverPage, args: [paths] }, coverReportSchema)
    dataUrl = await captureTab(before.windowId)
  } finally {
    for (const document of [page, ...covered.map(({ frame }) => frame)]) {
      const call = { world: 'ISOLATED' as const, func: uncoverPage, args: [] as [] }
      isHeld = (await callInPage(document, call, z.boolean()).catch(() => false)) && isHeld
    }
  }
  const after = await visibleTab(page.tabId)
  if (after.url !== before.url) throw new FixpointError('screenshot_unavailable', 'The page changed while the picture was taken.')
  if (!isHeld || dataUrl === null) return null
  if (!report.isComplete) {
    throw new FixpointError('screenshot_unavailable', 'The page is too large to be searched for what is private.')
  }
  const bitmap = await createImageBitmap(await (await fetch(dataUrl)).blob())
  const scale = scaleOf(bitmap, report.window)
  if (!areShown(bitmap, scale, report.covers)) {
    bitmap.close()
    return null
  }
  const boxes = new Map(report.boxes.map(({ number, box }) => [number, box]))
  for (const { frame, report: inner } of covered.filter(({ report: { boxes: found } }) => found.length > 0)) {
    const places = await placesOnTheWay(page, frame, frames)
    for (const { number, box } of inner.boxes) boxes.set(number, throughFrames(box, places))
  }
  const counts = covered.reduce((sum, { report: inner }) => added(sum, inner.covered), report.covered)
  return { bitmap, scale, covered: counts, boxes }
}

/**
 * Pixels of the picture for each CSS pixel. Where the picture does not have the window's proportions (the developer tools emulate
 * another screen) it shows a part of the window at the screen's scale.
 */
function scaleOf(bitmap: ImageBitmap, window: { width: number; height: number; devicePixelRatio: number }): number {
  const across = bitmap.width / window.width
  const down = bitmap.height / window.height
  return Math.abs(across - down) <= 0.03 * across ? across : window.devicePixelRatio
}

/** How far two pixels of one cover may be apart, of 255 for each colour. */
const COLOR_TOLERANCE = 8
/** Pixels of a cover that are looked at, across and down. */
const MOST_SAMPLES = 400

/**
 * Whether the picture has one colour in each place that was covered. A machine that is busy may paint the covers later than it says, and
 * then what they hide would be read.
 */
function areShown(bitmap: ImageBitmap, scale: number, covers: readonly Box[]): boolean {
  const canvas = new OffscreenCanvas(1, 1)
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (!context) return false
  return covers.every(box => {
    // Without the rim, which may be mixed with what is around it.
    const x = Math.max(0, Math.ceil(box.x * scale) + 2)
    const y = Math.max(0, Math.ceil(box.y * scale) + 2)
    const width = Math.min(bitmap.width, Math.floor((box.x + box.width) * scale) - 2) - x
    const height = Math.min(bitmap.height, Math.floor((box.y + box.height) * scale) - 2) - y
    if (width < 1 || height < 1) return true
    canvas.width = Math.min(width, MOST_SAMPLES)
    canvas.height = Math.min(height, MOST_SAMPLES)
    context.imageSmoothingEnabled = false
    context.drawImage(bitmap, x, y, width, height, 0, 0, canvas.width, canvas.height)
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
    return data.every((value, index) => Math.abs(value - (data[index % 4] ?? 0)) <= COLOR_TOLERANCE)
  })
}

function added(a: RedactionCounts, b: RedactionCounts): RedactionCounts {
  const sum = { ...a }
  for (const [kind, times] of Object.entries(b)) sum[kind] = (sum[kind] ?? 0) + times
  return sum
}

function coverPage(openFrames: number[][]) {
  return globalThis.fixpoint?.privacy?.cover(openFrames)
}

function uncoverPage() {
  return globalThis.fixpoint?.privacy?.uncover()
}

async function waitForTurn(): Promise<void> {
  const wait = nextCaptureAt - Date.now()
  nextCaptureAt = Math.max(Date.now(), nextCaptureAt) + BETWEEN_CAPTURES
  if (wait > 0) await new Promise(resolve => setTimeout(resolve, wait))
}

/** @returns null where Chrome has taken its pictures of this second: a worker that was started again knows nothing of those before it. */
async function captureTab(windowId: number): Promise<string | null> {
  try {
    return await chrome.tabs.captureVisibleTab(windowId, { format: 'png' })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    if (QUOTA.test(reason)) {
      nextCaptureAt = Date.now() + 2 * BETWEEN_CAPTURES
      return null
    }
    throw new FixpointError('screenshot_unavailable', `Chrome took no picture: ${reason}`, { cause })
  }
}

async function visibleTab(tabId: number): Promise<{ url: string; windowId: number }> {
  const tab = await chrome.tabs.get(tabId)
  if (!tab.active) throw new FixpointError('screenshot_unavailable', 'Another tab is shown now.')
  if (!tab.url || !/^https?:/.test(tab.url)) throw new FixpointError('screenshot_unavailable', 'The tab shows no web page now.')
  return { url: tab.url, windowId: tab.windowId }
}

/** The whole window as a file, not wider than 2,560 pixels. */
export async function encodeWindow({ bitmap }: WindowPicture): Promise<DraftPicture> {
  const scale = Math.min(1, WIDEST / bitmap.width)
  return encode(bitmap, { x: 0, y: 0, width: bitmap.width, height: bitmap.height }, scale)
}

/** The part of the window that an element takes; null where it is outside the window. */
export async function cropWindow(picture: WindowPicture, number: number): Promise<{ picture: DraftPicture; isPartial: boolean } | null> {
  const box = picture.boxes.get(number)
  if (!box) return null
  const { bitmap, scale } = picture
  const x = Math.max(0, Math.floor(box.x * scale))
  const y = Math.max(0, Math.floor(box.y * scale))
  const width = Math.min(bitmap.width, Math.ceil((box.x + box.width) * scale)) - x
  const height = Math.min(bitmap.height, Math.ceil((box.y + box.height) * scale)) - y
  if (width < 1 || height < 1) return null
  const isPartial = width < Math.floor(box.width * scale) - 1 || height < Math.floor(box.height * scale) - 1
  return { picture: await encode(bitmap, { x, y, width, height }, 1), isPartial }
}

async function encode(bitmap: ImageBitmap, part: Box, scale: number): Promise<DraftPicture> {
  const width = Math.max(1, Math.round(part.width * scale))
  const height = Math.max(1, Math.round(part.height * scale))
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d')
  if (!context) throw new FixpointError('screenshot_unavailable', 'The browser cannot draw pictures now.')
  context.drawImage(bitmap, part.x, part.y, part.width, part.height, 0, 0, width, height)
  return encodePicture(canvas)
}

/** A finished picture as a file. @throws FixpointError `screenshot_unavailable` where it is larger than 10 MB */
export async function encodePicture(canvas: OffscreenCanvas): Promise<DraftPicture> {
  const { width, height } = canvas
  const blob = await canvas.convertToBlob({ type: 'image/webp', quality: QUALITY })
  if (blob.size > LARGEST) throw new FixpointError('screenshot_unavailable', 'The picture is larger than 10 MB.', { limit: LARGEST })
  return { dataUrl: await toDataUrl(blob), mediaType: 'image/webp', width, height, bytes: blob.size }
}

async function toDataUrl(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer())
  let binary = ''
  // In parts, because a call takes only so many arguments.
  for (let start = 0; start < bytes.length; start += 8_192) binary += String.fromCharCode(...bytes.subarray(start, start + 8_192))
  return `data:${blob.type};base64,${btoa(binary)}`
}
