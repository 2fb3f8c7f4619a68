/** A picture of the whole page, put together from pictures of the window as it is scrolled. */
import { type Box, boxSchema, FixpointError } from '@fixpoint/protocol'
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
const PART = 'Picture of the whole page'

/** What stands beside an area that scrolls is seen once, at its top. */
const BESIDE = '#e8e8e8'

const planSchema = z.object({
  windowHeight: z.number().min(1),
  windowWidth: z.number().min(1),
  area: boxSchema.refine(({ width, height }) => width >= 1 && height >= 1, 'is empty'),
  contentHeight: z.number().min(1),
  otherAreas: z.number().int().min(0)
})
const shownSchema = z.object({ top: z.number().min(0) })

/** Takes the picture into the draft that is there. @throws FixpointError `screenshot_unavailable`, or why the page could not be scrolled */
export async function captureWholePage(page: PageDocument): Promise<PageDraft> {
  await injectScript(page, '/whole-page.js')
  const plan = await callInPage(page, { world: 'ISOLATED', func: () => globalThis.fixpoint?.wholePage?.begin(), args: [] }, planSchema)
  try {
    const { screenshot, covered, cuts } = await stitch(page, plan)
    const record = await storedDraft.read(page.tabId)
    if (!record) throw new FixpointError('screenshot_unavailable', 'There is nothing captured that the picture would belong to.')
    const { draft } = await changeDraft(page, current => {
      const latest = current ?? record
      const truncated = [...latest.draft.truncated.filter(text => !text.startsWith(PART)), ...cuts]
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
  { windowHeight, windowWidth, area, contentHeight, otherAreas }: z.infer<typeof planSchema>
): Promise<{ screenshot: DraftScreenshot; covered: RedactionCounts; cuts: string[] }> {
  const scale = Math.min(1, WIDEST / windowWidth)
  const around = windowHeight - area.height
  const height = around + contentHeight
  const shownHeight = Math.min(height, Math.floor(TALLEST / scale))
  const canvas = new OffscreenCanvas(Math.round(windowWidth * scale), Math.max(1, Math.round(shownHeight * scale)))
  const context = canvas.getContext('2d')
  if (!context) throw new FixpointError('screenshot_unavailable', 'The browser cannot draw pictures now.')
  context.fillStyle = BESIDE
  context.fillRect(0, 0, canvas.width, canvas.height)
  const covered: RedactionCounts = {}
  const below = area.y + area.height
  for (let top = 0; top < shownHeight - around; top += area.height) {
    const isLast = top + area.height >= shownHeight - around
    const func = (from: number, last: boolean) => globalThis.fixpoint?.wholePage?.show(from, last)
    const shown = await callInPage(page, { world: 'ISOLATED', func, args: [top, isLast], limit: SHOW_LIMIT }, shownSchema)
    const picture = await captureWindow(page, [])
    const draw = ({ x, y, width, height: tall }: Box, to: number) => {
      const [left, upper, across, down] = [x, y, width, tall].map(length => length * picture.scale)
      if (tall > 0)
        context.drawImage(picture.bitmap, left ?? 0, upper ?? 0, across ?? 0, down ?? 0, x * scale, to * scale, width * scale, tall * scale)
    }
    if (top === 0) draw({ x: 0, y: 0, width: windowWidth, height: below }, 0)
    else draw(area, area.y + shown.top)
    if (isLast) draw({ x: 0, y: below, width: windowWidth, height: windowHeight - below }, shownHeight - (windowHeight - below))
    picture.bitmap.close()
    for (const [kind, times] of Object.entries(picture.covered)) countRedaction(covered, kind, times)
  }
  const encoded = await encodePicture(canvas)
  const cuts = [
    ...(shownHeight < height ? [`${PART}: the upper ${shownHeight} of ${height} px`] : []),
    ...(otherAreas > 0
      ? [
          `${PART}: ${otherAreas === 1 ? 'one more area scrolls by itself and is' : `${otherAreas} more areas scroll by themselves and are`} as it stands`
        ]
      : [])
  ]
  return { screenshot: { ...encoded, extent: 'page' }, covered, cuts }
}
