/** What lies at a point of the window. */
import { frameDocumentOf, intoFrame, shadowRootOf } from './page-tree.ts'

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

export function contains(element: Element, x: number, y: number): boolean {
  const { left, right, top, bottom } = element.getBoundingClientRect()
  return x >= left && x < right && y >= top && y < bottom
}

/** Whether an element is at a point only because one of its pseudo-elements spreads beyond it. */
function isCover(element: Element, x: number, y: number): boolean {
  const boxes = [...element.getClientRects()]
  if (boxes.length === 0 || boxes.some(box => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom)) return false
  return ['::before', '::after'].some(name => /^(absolute|fixed)$/.test(getComputedStyle(element, name).position))
}
