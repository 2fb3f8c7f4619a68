import type { Box } from '@fixpoint/protocol'
import { elementAtPoint } from '../page-tree/at-point.ts'
import { frameDocumentOf, intoFrame, isDocument, isShadowRoot, toTopBox } from '../page-tree/page-tree.ts'
import { isPrivateField } from '../privacy/private-fields.ts'
import type { PickTarget, Point } from './pick-target.ts'

// A selection of a whole page has thousands; so many are drawn.
const MOST_RECTS = 200

/** The text that the person has selected in the page, before Fixpoint came. */
export function selectedText(roots: readonly (Document | ShadowRoot)[]): PickTarget | null {
  for (const root of roots) {
    const selection = isDocument(root) ? root.getSelection() : null
    const target = selection && !selection.isCollapsed && selection.rangeCount > 0 ? textTarget(selection.getRangeAt(0)) : null
    if (target) return target
  }
  return null
}

/** The text between two points of the top window, in one document. */
export function textBetween(from: Point, to: Point, ignored: Element): PickTarget | null {
  const a = caretAt(from, ignored)
  const b = caretAt(to, ignored)
  if (!a || !b || a.node.ownerDocument !== b.node.ownerDocument || a.node.getRootNode() !== b.node.getRootNode()) return null
  const range = (a.node.ownerDocument ?? document).createRange()
  range.setStart(a.node, a.offset)
  range.collapse(true)
  const isForward = range.comparePoint(b.node, b.offset) >= 0
  if (isForward) range.setEnd(b.node, b.offset)
  else range.setStart(b.node, b.offset)
  return textTarget(range)
}

/** Null where there is no text in it, or what a person typed. */
function textTarget(range: Range): PickTarget | null {
  const { commonAncestorContainer: node } = range
  const element = node.nodeType === Node.ELEMENT_NODE ? (node as Element) : node.parentElement
  if (!element || range.collapsed || range.toString().trim() === '') return null
  for (let current: Element | null = element; current; current = current.parentElement) if (isPrivateField(current)) return null
  return { kind: 'text', element, range: range.cloneRange() }
}

function caretAt({ x, y }: Point, ignored: Element): { node: Node; offset: number } | null {
  const element = elementAtPoint(x, y, ignored)
  if (!element) return null
  const frames: Element[] = []
  for (let view = element.ownerDocument.defaultView; view?.frameElement; view = view.frameElement.ownerDocument.defaultView) {
    frames.unshift(view.frameElement)
  }
  const point = frames.reduce((inner, frame) => (frameDocumentOf(frame) ? intoFrame(frame, inner) : inner), { x, y })
  const shadowRoots: ShadowRoot[] = []
  for (let root = element.getRootNode(); isShadowRoot(root); root = root.host.getRootNode()) shadowRoots.push(root)
  const caret = element.ownerDocument.caretPositionFromPoint(point.x, point.y, { shadowRoots })
  return caret && { node: caret.offsetNode, offset: caret.offset }
}

/** The lines of a text, in the top window. */
export function rectsOfText(range: Range): Box[] {
  const owner = range.startContainer.ownerDocument ?? document
  return [...range.getClientRects()]
    .slice(0, MOST_RECTS)
    .filter(({ width, height }) => width > 0 && height > 0)
    .map(({ x, y, width, height }) => toTopBox({ x, y, width, height }, owner))
}
