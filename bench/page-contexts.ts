import type { SeededBug } from '@fixpoint/demo/model'
import { boxSchema, type PageContextInput } from '@fixpoint/protocol'
import { chromium } from 'playwright'
import { z } from 'zod'

const VIEWPORT = { width: 1_280, height: 800 }

const placeSchema = z.object({
  title: z.string(),
  tag: z.string(),
  text: z.string(),
  box: boxSchema,
  scrollX: z.number(),
  scrollY: z.number()
})

/** What a person would have pointed at for each of these bugs: the page scrolled to the element, and where the element is then. */
export async function capturePages(shopUrl: string, bugs: readonly SeededBug[]): Promise<Map<SeededBug['id'], PageContextInput>> {
  const executablePath = process.env['FIXPOINT_CHROMIUM'] ?? '/usr/bin/chromium'
  // Chromium's own sandbox does not start for root.
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    const contexts = new Map<SeededBug['id'], PageContextInput>()
    const page = await browser.newPage({ viewport: VIEWPORT })
    for (const bug of bugs) {
      const colorScheme = bug.page.colorScheme ?? 'light'
      await page.emulateMedia({ colorScheme })
      await page.goto(shopUrl + bug.page.path)
      await page.locator(bug.selector).scrollIntoViewIfNeeded()
      const { title, tag, text, box, scrollX, scrollY } = placeSchema.parse(
        await page.evaluate(`(() => {
          const element = document.querySelector(${JSON.stringify(bug.selector)})
          const { x, y, width, height } = element.getBoundingClientRect()
          return { title: document.title, tag: element.localName, text: element.innerText, box: { x, y, width, height }, scrollX, scrollY }
        })()`)
      )
      contexts.set(bug.id, {
        url: page.url(),
        title,
        capturedAt: new Date().toISOString(),
        viewport: { ...VIEWPORT, deviceScaleFactor: 1, scrollX, scrollY },
        colorScheme,
        picks: [{ number: 1, selectors: [bug.selector], tag, text, box, components: [{ name: bug.component }], styles: {} }]
      })
    }
    return contexts
  } finally {
    await browser.close()
  }
}
