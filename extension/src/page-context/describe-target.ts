import { PAGE_CONTEXT_LIMITS } from '@fixpoint/protocol/page-context-limits'
import { frameDocumentOf, isFrame, topBoxOf } from '../page-tree/page-tree.ts'
import type { Slices } from '../page-tree/slices.ts'
import { boxOfTarget, type PickTarget } from '../picker/pick-target.ts'
import { isPrivateField } from '../privacy/private-fields.ts'
import { accessibleNameOf, roleOf } from './accessibility.ts'
import type { CollectedPick } from './collected-context.ts'
import type { PageText } from './page-text.ts'
import { selectorsOf } from './selectors.ts'

type CollectedRegionElement = NonNullable<CollectedPick['region']>['elements'][number]

/** What a pick says beyond its element: where it was clicked, what a region holds, which text was selected. */
export async function describeTarget(target: PickTarget | undefined, text: PageText, slices: Slices): Promise<Partial<CollectedPick>> {
  const box = target && boxOfTarget(target)
  if (!target || !box) return {}
  if (target.kind === 'element') return { point: target.point, frameOrigin: originOfForeignFrame(target.element) }
  if (target.kind === 'text') {
    const words = text.clean(publicText(target.range), PAGE_CONTEXT_LIMITS.selectionCharacters)
    return words === '' ? {} : { selection: { text: words, ...offsetsIn(target.element, target.range), box } }
  }
  const elements: CollectedRegionElement[] = []
  for (const element of target.elements) {
    if (element.isConnected) elements.push(await describeInside(element, text, slices))
    if (slices.isDueNow()) await slices.rest()
  }
  return {
    region: {
      box,
      elements,
      omitted: target.omitted
    }
  }
}

/** Which site a frame belongs to, as far as its element says. */
function originOfForeignFrame(element: Element): string | undefined {
  if (!isFrame(element) || frameDocumentOf(element)) return undefined
  const url = URL.parse(element.src)
  return url && /^https?:$/.test(url.protocol) ? url.origin : undefined
}

async function describeInside(element: Element, text: PageText, slices: Slices): Promise<CollectedRegionElement> {
  return {
    selectors: (await selectorsOf(element, text.words, slices)).map(selector => selector.slice(0, 2_000)),
    tag: element.localName.replace(/[^a-zA-Z0-9._:-]/g, '_').slice(0, 100),
    role: roleOf(element),
    accessibleName: accessibleNameOf(element, text) || undefined,
    text: text.of(element, 160) || undefined,
    box: topBoxOf(element)
  }
}

/** The text of a range without what people typed into editable parts of it. */
function publicText(range: Range): string {
  const { commonAncestorContainer: top } = range
  if (top.nodeType === Node.TEXT_NODE) return range.toString()
  const parts: string[] = []
  const texts = (top.ownerDocument ?? document).createTreeWalker(top, NodeFilter.SHOW_TEXT)
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    if (!range.intersectsNode(node) || isTyped(node)) continue
    const start = node === range.startContainer ? range.startOffset : 0
    const end = node === range.endContainer ? range.endOffset : undefined
    parts.push((node.nodeValue ?? '').slice(start, end))
  }
  return parts.join(' ')
}

function isTyped(node: Node): boolean {
  for (let element = node.parentElement; element; element = element.parentElement) if (isPrivateField(element)) return true
  return false
}

/** In the element's `textContent`. */
function offsetsIn(element: Element, range: Range): { start: number; end: number } | undefined {
  if (!element.contains(range.startContainer) || !element.contains(range.endContainer)) return undefined
  const before = element.ownerDocument.createRange()
  before.selectNodeContents(element)
  before.setEnd(range.startContainer, range.startOffset)
  const start = before.toString().length
  return { start, end: start + range.toString().length }
}
