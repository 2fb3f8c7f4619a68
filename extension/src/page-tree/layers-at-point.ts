/** Everything that lies at a point of the window, one above the other. */
import { contains } from './at-point.ts'
import { frameDocumentOf, intoFrame, isDocument, parentOf, shadowRootOf } from './page-tree.ts'

/**
 * Everything at a point of the top window, from the topmost down, through shadow roots and same-origin frames.
 * @param isThorough finds what takes no pointer events too. It makes the browser compute all styles anew, so it is for a key, not for
 * each move.
 */
export function elementsAtPoint(x: number, y: number, ignored: Element, isThorough: boolean): Element[] {
  const found = new Set<Element>()
  const visit = (root: Document | ShadowRoot, point: { x: number; y: number }, depth: number): void => {
    for (const element of isThorough ? allAtPoint(root, point) : root.elementsFromPoint(point.x, point.y)) {
      if (element === ignored || element.getRootNode() !== root) continue
      const inner = frameDocumentOf(element)
      const shadow = inner ? null : shadowRootOf(element)
      if (inner && depth < 20) visit(inner, intoFrame(element, point), depth + 1)
      if (shadow && depth < 20) visit(shadow, point, depth + 1)
      found.add(element)
    }
  }
  visit(document, { x, y }, 0)
  return [...found]
}

/** `elementsFromPoint` without `pointer-events`; a rule for a moment, which nobody sees, because nothing is painted meanwhile. */
function allAtPoint(root: Document | ShadowRoot, { x, y }: { x: number; y: number }): Element[] {
  const view = isDocument(root) ? root.defaultView : root.ownerDocument.defaultView
  if (!view) return root.elementsFromPoint(x, y)
  const sheet = new view.CSSStyleSheet()
  sheet.replaceSync('* { pointer-events: auto !important }')
  root.adoptedStyleSheets.push(sheet)
  try {
    return [...root.elementsFromPoint(x, y), ...inertAtPoint(root, x, y)]
  } finally {
    root.adoptedStyleSheets.splice(root.adoptedStyleSheets.lastIndexOf(sheet), 1)
  }
}

const MOST_INERT = 20_000

/** What lies behind a modal dialog or is inert is never hit; its boxes tell where it is. The innermost and last painted come first. */
function inertAtPoint(root: Document | ShadowRoot, x: number, y: number): Element[] {
  if (!root.querySelector('dialog:modal, [inert]')) return []
  const found: Element[] = []
  const all = root.querySelectorAll('body *')
  for (let index = 0; index < Math.min(all.length, MOST_INERT); index++) {
    const element = all[index]
    if (element && contains(element, x, y) && element.checkVisibility({ visibilityProperty: true })) found.push(element)
  }
  return found.reverse()
}

/**
 * The layers at a point of the top window, from the topmost down: of what is inside one another only the innermost, as the arrow keys
 * lead to the others.
 */
export function layersAtPoint(x: number, y: number, ignored: Element): Element[] {
  const layers: Element[] = []
  const around = new Set<Element>()
  for (const element of elementsAtPoint(x, y, ignored, true)) {
    if (around.has(element)) continue
    layers.push(element)
    for (let outer = parentOf(element); outer && !around.has(outer); outer = parentOf(outer)) around.add(outer)
  }
  return layers
}
