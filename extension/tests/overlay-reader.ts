import type { Page } from 'playwright'
import { z } from 'zod'

/** What Fixpoint draws over a page, read by the DevTools protocol: its shadow root is closed to everybody else. */
const drawingSchema = z.object({
  label: z.string(),
  /** The label's parts, in the order in which they are read. */
  parts: z.array(z.string()),
  /** Outline, label and so on: where they are seen. */
  boxes: z.record(z.string(), z.array(z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }))),
  mode: z.string(),
  zoom: z.number()
})
export type Drawing = z.infer<typeof drawingSchema>

/** Null where Fixpoint's overlay is not on the page. */
export async function readOverlay(page: Page): Promise<Drawing | null> {
  const session = await page.context().newCDPSession(page)
  try {
    const { root } = await session.send('DOM.getDocument', { depth: 2, pierce: true })
    const html = root.children?.find(node => node.nodeName === 'HTML')
    const host = html?.children?.find(node => node.attributes?.includes('popover') && node.shadowRoots?.[0]?.shadowRootType === 'closed')
    const shadowId = host?.shadowRoots?.[0]?.backendNodeId
    if (shadowId === undefined) return null
    // A world of its own: the page may have changed what its own functions say.
    const { frameTree } = await session.send('Page.getFrameTree')
    const { executionContextId } = await session.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id })
    const { object } = await session.send('DOM.resolveNode', { backendNodeId: shadowId, executionContextId })
    const { result } = await session.send('Runtime.callFunctionOn', {
      objectId: object.objectId ?? '',
      returnByValue: true,
      functionDeclaration: `function () {
        const shown = [...this.children].filter(part => !part.hidden && part.localName !== 'iframe')
        const boxes = {}
        for (const part of shown) {
          // The outline is made of bars around what fills it.
          const { x, y, width, height } = (part.querySelector('.fill') ?? part).getBoundingClientRect()
          ;(boxes[part.className.split(' ')[0]] ??= []).push({ x, y, width, height })
        }
        const label = shown.find(part => part.className === 'label')?.ariaLabel ?? ''
        const mode = shown.find(part => part.className === 'mode')?.textContent ?? ''
        return { label, parts: label.split(' | '), boxes, mode, zoom: this.host.currentCSSZoom }
      }`
    })
    return drawingSchema.parse(result.value)
  } finally {
    await session.detach()
  }
}
