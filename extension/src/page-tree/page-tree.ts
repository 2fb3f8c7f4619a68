/**
 * The page as one tree: shadow roots and the documents of same-origin frames belong to their hosts. Elements of frames come from
 * another realm, so `instanceof` says nothing about them; node types and names do.
 */
import type { Box } from '@fixpoint/protocol'

/** The elements that `attachShadow` takes, besides custom ones (DOM Standard, “valid shadow host name”). */
const SHADOW_HOSTS = new Set('article aside blockquote body div footer h1 h2 h3 h4 h5 h6 header main nav p section span'.split(' '))

/**
 * Elements with content that had no shadow root when they were asked. Asking costs more than everything else that is done to an element,
 * and what a page has filled once does not become a host later; empty ones and custom ones are asked each time.
 */
const filledWithoutRoot = new WeakSet<Element>()

/** The shadow root of an element, open or closed: content scripts may ask for closed ones too. */
export function shadowRootOf(element: Element): ShadowRoot | null {
  if (filledWithoutRoot.has(element)) return element.shadowRoot
  const { localName } = element
  if (!SHADOW_HOSTS.has(localName) && !localName.includes('-')) return null
  const root = element.shadowRoot ?? closedRootOf(element)
  if (!root && !localName.includes('-') && element.firstChild) filledWithoutRoot.add(element)
  return root
}

function closedRootOf(element: Element): ShadowRoot | null {
  return isHTMLElement(element) ? (chrome.dom?.openOrClosedShadowRoot(element) ?? null) : null
}

/** The document inside a frame, or null where the frame belongs to another origin. */
export function frameDocumentOf(element: Element): Document | null {
  if (!isFrame(element)) return null
  try {
    return element.contentDocument
  } catch {
    // Chrome answers null for other origins; a sandboxed frame may throw, which means the same.
    return null
  }
}

export function isFrame(element: Element): element is HTMLIFrameElement {
  return element.localName === 'iframe' || element.localName === 'frame'
}

// Pages have a handful; what goes beyond is left to itself.
const MOST_FOREIGN_FRAMES = 40

/** Frames of other origins: what the pointer does in them is told to nobody else. */
export function foreignFrames(): Element[] {
  const frames = [...document.getElementsByTagName('iframe')].slice(0, MOST_FOREIGN_FRAMES)
  return frames.filter(frame => !frameDocumentOf(frame))
}

/** The element around another one, across the borders of shadow roots and frames. */
export function parentOf(element: Element): Element | null {
  if (element.parentElement) return element.parentElement
  const root = element.getRootNode()
  if (isShadowRoot(root)) return root.host
  return isDocument(root) ? (root.defaultView?.frameElement ?? null) : null
}

/** The elements directly inside another one; for hosts what their shadow root holds, followed by their own children. */
export function childrenOf(element: Element): Element[] {
  const inner = frameDocumentOf(element)?.documentElement
  if (inner) return [inner]
  const shadow = shadowRootOf(element)
  return shadow ? [...shadow.children, ...element.children] : [...element.children]
}

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
      const frame = framePlacement(element)
      point = { x: (point.x - frame.x) / frame.scaleX, y: (point.y - frame.y) / frame.scaleY }
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
  if (!topmost || (topmost !== ignored && !isCover(topmost, x, y))) return topmost
  const below = root.elementsFromPoint(x, y).filter(element => element !== ignored)
  return below.find(element => !isCover(element, x, y)) ?? below[0] ?? null
}

/** Whether an element is at a point only because one of its pseudo-elements spreads beyond it. */
function isCover(element: Element, x: number, y: number): boolean {
  const boxes = [...element.getClientRects()]
  if (boxes.length === 0 || boxes.some(box => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom)) return false
  return ['::before', '::after'].some(name => /^(absolute|fixed)$/.test(getComputedStyle(element, name).position))
}

/** Where an element is in the top window, also from inside frames that are moved or scaled. */
export function topBoxOf(element: Element): Box {
  const { x, y, width, height } = element.getBoundingClientRect()
  return toTopBox({ x, y, width, height }, element.ownerDocument)
}

/** Translates a box of a document's own viewport into the top window's. */
export function toTopBox(box: Box, owner: Document): Box {
  let result = box
  let frame = owner.defaultView?.frameElement ?? null
  for (let depth = 0; frame && depth < 20; depth++) {
    const { x, y, scaleX, scaleY } = framePlacement(frame)
    result = { x: x + result.x * scaleX, y: y + result.y * scaleY, width: result.width * scaleX, height: result.height * scaleY }
    frame = frame.ownerDocument.defaultView?.frameElement ?? null
  }
  return result
}

/** Where the content of a frame begins in the window around it, and how much it is scaled by transforms. */
function framePlacement(frame: Element): { x: number; y: number; scaleX: number; scaleY: number } {
  const rect = frame.getBoundingClientRect()
  const { offsetWidth = rect.width, offsetHeight = rect.height } = isHTMLElement(frame) ? frame : {}
  const scaleX = offsetWidth > 0 ? rect.width / offsetWidth : 1
  const scaleY = offsetHeight > 0 ? rect.height / offsetHeight : 1
  const style = getComputedStyle(frame)
  const left = frame.clientLeft + (Number.parseFloat(style.paddingLeft) || 0)
  const top = frame.clientTop + (Number.parseFloat(style.paddingTop) || 0)
  return { x: rect.x + left * scaleX, y: rect.y + top * scaleY, scaleX, scaleY }
}

/** Every document of the page that can be looked into: the top one and same-origin frames, also those in shadow roots. */
export function* reachableRoots(root: Document | ShadowRoot = document, limit = { left: 200 }): Generator<Document | ShadowRoot> {
  if (limit.left-- <= 0) return
  yield root
  for (const element of root.querySelectorAll('*')) {
    // Closed roots of elements that are no custom ones are found when the pointer comes there: asking each element takes too long.
    const inner = isFrame(element) ? frameDocumentOf(element) : element.localName.includes('-') ? shadowRootOf(element) : element.shadowRoot
    if (inner) yield* reachableRoots(inner, limit)
  }
}

function isHTMLElement(node: Element): node is HTMLElement {
  return node.namespaceURI === 'http://www.w3.org/1999/xhtml'
}

export function isShadowRoot(node: Node): node is ShadowRoot {
  return node.nodeType === Node.DOCUMENT_FRAGMENT_NODE && 'host' in node
}

export function isDocument(node: Node): node is Document {
  return node.nodeType === Node.DOCUMENT_NODE
}
