/** What lies at a point of the window. */
import { frameDocumentOf, intoFrame, isDocument, parentOf, shadowRootOf } from './page-tree.ts'

/**
 * The deepest element at a point of the top window, in CSS pixels.
 * @param ignored is Fixpoint's own element, which may lie above the page.
 */
export function elementAtPoint(x: number, y: number, ignored: Element): Element | null {
  let root: Document | ShadowRoot = document
  let point = { x, y }
  let found: Element | null = null
  for (let depth = 0; depth < 100; depth++) {
    const element = seenElement(root, point, ignored)
    if (!element || element === found) return found
    found = element
    const inner = frameDocumentOf(element)
    if (inner) {
      point = intoFrame(element, point)
      root = inner
    } else {
      const shadow = shadowRootOf(element)
      if (!shadow) return found
      root = shadow
    }
  }
  return found
}

/**
 * The topmost element at a point of the root's own viewport. Cards are often made clickable by a pseudo-element of their link that
 * covers everything else in them; what a person sees and means there is what lies below it.
 */
function seenElement(root: Document | ShadowRoot, { x, y }: { x: number; y: number }, ignored: Element): Element | null {
  const topmost = root.elementFromPoint(x, y)
  if (!topmost || (topmost !== ignored && !isCover(topmost, x, y))) return topmost && throughPointerEvents(topmost, x, y)
  const below = root.elementsFromPoint(x, y).filter(element => element !== ignored)
  const seen = below.find(element => !isCover(element, x, y)) ?? below[0]
  return seen ? throughPointerEvents(seen, x, y) : null
}

// Beyond it the children are left alone: this runs while the pointer moves.
const MOST_CHILDREN_LOOKED_AT = 200

/**
 * Disabled buttons and decorations often have `pointer-events: none`, so that the pointer is over what holds them. What a person sees
 * and means there is the element itself.
 */
function throughPointerEvents(hit: Element, x: number, y: number): Element {
  let found = hit
  for (let depth = 0; depth < 20; depth++) {
    if (found.childElementCount === 0 || found.childElementCount > MOST_CHILDREN_LOOKED_AT) return found
    const child = [...found.children].findLast(candidate => contains(candidate, x, y) && isWithoutPointer(candidate, found !== hit))
    if (!child) return found
    found = child
  }
  return found
}

function isWithoutPointer(element: Element, isParentWithout: boolean): boolean {
  const { pointerEvents, visibility, opacity } = getComputedStyle(element)
  // Layers that cover everything (grain, gradients, focus rings) are not what is meant.
  const isLayer = !isParentWithout && element.childElementCount === 0 && (element.textContent ?? '').trim() === '' && !isGraphic(element)
  return pointerEvents === 'none' && visibility === 'visible' && Number(opacity) > 0 && !isLayer
}

function isGraphic(element: Element): boolean {
  return ['img', 'svg', 'canvas', 'video', 'button', 'input', 'select', 'textarea'].includes(element.localName)
}

function contains(element: Element, x: number, y: number): boolean {
  const { left, right, top, bottom } = element.getBoundingClientRect()
  return x >= left && x < right && y >= top && y < bottom
}

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

/** Whether an element is at a point only because one of its pseudo-elements spreads beyond it. */
function isCover(element: Element, x: number, y: number): boolean {
  const boxes = [...element.getClientRects()]
  if (boxes.length === 0 || boxes.some(box => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom)) return false
  return ['::before', '::after'].some(name => /^(absolute|fixed)$/.test(getComputedStyle(element, name).position))
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
