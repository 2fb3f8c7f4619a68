import { pageActionSchema } from '@fixpoint/protocol/sandbox'
import { z } from 'zod'
import type { Sighting } from '../../proof/page-camera.ts'
import { defineTool, plural } from './tool.ts'

export const lookTool = defineTool({
  name: 'look',
  description:
    'Look at the running app: a picture of a page as it is now, with its console errors. By default the page, size and colour scheme that the person had. With a selector, also a picture of that element. Actions (click, hover, fill, press, wait) are done before the picture.',
  input: z.object({
    path: z.string().startsWith('/').max(4_000).optional().describe('Path and query of the page'),
    selector: z.string().max(2_000).optional().describe('CSS selector of an element to show besides the page'),
    width: z.number().int().min(200).max(3_840).optional().describe('Width of the viewport in CSS pixels'),
    colorScheme: z.enum(['light', 'dark']).optional(),
    fullPage: z.boolean().optional(),
    actions: z.array(pageActionSchema).max(20).optional()
  }),
  changesFiles: false,
  title: ({ path, selector }) => `look at ${selector ?? path ?? 'the page'}`,
  async run({ path, selector, width, colorScheme, fullPage, actions }, { camera, page, signal }) {
    const viewport = page?.viewport ?? { width: 1_280, height: 800, deviceScaleFactor: 1 }
    const shown = path ?? page?.path ?? '/'
    const sighting = await (await camera()).look(
      {
        path: shown,
        viewport: { ...viewport, width: width ?? viewport.width, scrollX: 0, scrollY: 0 },
        colorScheme: colorScheme ?? page?.colorScheme ?? 'light',
        selector,
        fullPage,
        actions
      },
      signal
    )
    const pictures = sighting.element ? [sighting.element, sighting.page] : [sighting.page]
    return {
      outcome: 'succeeded',
      result: describeSighting(sighting, selector),
      pictures,
      summary: `looked at ${selector ?? shown}${sighting.console.length > 0 ? `, ${plural(sighting.console.length, 'console message')}` : ''}`
    }
  }
})

function describeSighting(sighting: Sighting, selector: string | undefined): string {
  const lines = [`${sighting.url} (“${sighting.title}”), status ${sighting.httpStatus ?? 'unknown'}`]
  if (selector !== undefined && !sighting.element) lines.push(`No element matches ${selector}.`)
  if (!sighting.isStable) lines.push(`The page did not come to rest: ${sighting.unstableReason ?? 'it kept changing'}.`)
  for (const entry of sighting.console) lines.push(`console ${entry.level}: ${entry.text}`)
  for (const request of sighting.failedRequests)
    lines.push(`failed request: ${request.method} ${request.url} ${request.status ?? request.failure ?? ''}`)
  return lines.join('\n')
}
