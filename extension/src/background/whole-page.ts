/** A picture of the whole page, put together from pictures of the window as it is scrolled. */
import { FixpointError } from '@fixpoint/protocol'
import { z } from 'zod'
import type { DraftScreenshot, PageDraft } from '../draft.ts'
import { countRedaction, type RedactionCounts } from '../privacy/secrets.ts'
import { changeDraft, mostOf } from './capture.ts'
import { callInPage, injectScript, type PageDocument } from './page-scripts.ts'
import { captureWindow, encodePicture } from './screenshot.ts'
import { storedDraft } from './session-store.ts'

/** What WebP can hold, in pixels a side. */
const TALLEST = 16_383
/** A model sees no more than this of a page that is looked at as a whole. */
const WIDEST = 1_280
const SHOW_LIMIT = 6_000

const planSchema = z.object({ height: z.number().min(1), windowHeight: z.number().min(1), windowWidth: z.number().min(1) })
const shownSchema = z.object({ top: z.number().min(0) })

/** Takes the picture into the draft that is there. @throws FixpointError `screenshot_unavailable`, or why the page could not be scrolled */
export async function captureWholePage(page: PageDocument): Promise<PageDraft> {
  await injectScript(page, '/whole-page.js')
  const plan = await callInPage(page, { world: 'ISOLATED', func: () => globalThis.fixpoint?.wholePage?.begin(), args: [] }, planSchema)
  try {
    const { screenshot, covered, cut } = await stitch(page, plan)
    const record = await storedDraft.read(page.tabId)
    if (!record) throw new FixpointError('screenshot_unavailable', 'There is nothing captured that the picture would belong to.')
    const { draft } = await changeDraft(page, current => {
      const latest = current ?? record
      const truncated = [...latest.draft.truncated.filter(text => !text.startsWith('Picture of the whole page')), ...(cut ? [cut] : [])]
      return {
        ...latest,
        draft: {
          ...latest.draft,
          revision: latest.draft.revision + 1,
          screenshot,
          // What was drawn stays with the picture that it was drawn on.
          annotated: latest.draft.annotated && { ...latest.draft.annotated, isCurrent: false },
          redactions: mostOf(latest.draft.redactions, covered),
          truncated: truncated.slice(-20)
        }
      }
    })
    return draft
  } finally {
    await callInPage(page, { world: 'ISOLATED', func: () => globalThis.fixpoint?.wholePage?.end() ?? null, args: [] }, z.unknown())
  }
}

async function stitch(
  page: PageDocument,
  { height, windowHeight, windowWidth }: z.infer<typeof planSchema>
): Promise<{ screenshot: DraftScreenshot; covered: RedactionCounts; cut: string | null }> {
  const scale = Math.min(1, WIDEST / windowWidth)
  const shownHeight = Math.min(height, Math.floor(TALLEST / scale))
  const canvas = new OffscreenCanvas(Math.round(windowWidth * scale), Math.max(1, Math.round(shownHeight * scale)))
  const context = canvas.getContext('2d')
  if (!context) throw new FixpointError('screenshot_unavailable', 'The browser cannot draw pictures now.')
  const covered: RedactionCounts = {}
  for (let top = 0; top < shownHeight; top += windowHeight) {
    const isLast = top + windowHeight >= shownHeight
    const func = (from: number, last: boolean) => globalThis.fixpoint?.wholePage?.show(from, last)
    const shown = await callInPage(page, { world: 'ISOLATED', func, args: [top, isLast], limit: SHOW_LIMIT }, shownSchema)
    const picture = await captureWindow(page, [])
    context.drawImage(picture.bitmap, 0, shown.top * scale, windowWidth * scale, windowHeight * scale)
    picture.bitmap.close()
    for (const [kind, times] of Object.entries(picture.covered)) countRedaction(covered, kind, times)
  }
  const encoded = await encodePicture(canvas)
  const cut = shownHeight < height ? `Picture of the whole page: the upper ${shownHeight} of ${height} px` : null
  return { screenshot: { ...encoded, extent: 'page' }, covered, cut }
}
