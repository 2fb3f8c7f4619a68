/**
 * The page as one tree: shadow roots and the documents of same-origin frames belong to their hosts. Elements of frames come from
 * another realm, so `instanceof` says nothing about them; node types and names do.
 */
import type { Box } from '@fixpoint/protocol'

/** The elements that `attachShadow` takes, besides custom ones (DOM Standard, “valid shadow host name”). */
export const SHADOW_HOSTS = new Set('article aside blockquote body div footer h1 h2 h3 h4 h5 h6 header main nav p section span'.split(' '))

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

/**
 * Frames of other origins: what the pointer does in them is told to nobody else.
 * @param roots to look in; see `reachableRoots`.
 */
export function foreignFrames(roots: Iterable<Document | ShadowRoot>): HTMLIFrameElement[] {
  const found: HTMLIFrameElement[] = []
  for (const root of roots) {
    // Unlike a search, a collection of a document is kept by the browser until the document changes.
    for (const frame of isDocument(root) ? root.getElementsByTagName('iframe') : root.querySelectorAll('iframe')) {
      if (found.length >= MOST_FOREIGN_FRAMES) return found
      if (isFrame(frame) && !frameDocumentOf(frame)) found.push(frame)
    }
  }
  return found
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
export function framePlacement(frame: Element): { x: number; y: number; scaleX: number; scaleY: number } {
  const rect = frame.getBoundingClientRect()
  const { offsetWidth = rect.width, offsetHeight = rect.height } = isHTMLElement(frame) ? frame : {}
  const scaleX = offsetWidth > 0 ? rect.width / offsetWidth : 1
  const scaleY = offsetHeight > 0 ? rect.height / offsetHeight : 1
  const style = getComputedStyle(frame)
  const left = frame.clientLeft + (Number.parseFloat(style.paddingLeft) || 0)
  const top = frame.clientTop + (Number.parseFloat(style.paddingTop) || 0)
  return { x: rect.x + left * scaleX, y: rect.y + top * scaleY, scaleX, scaleY }
}

/** A point of the window around a frame, in the frame's own window. */
export function intoFrame(frame: Element, point: { x: number; y: number }): { x: number; y: number } {
  const { x, y, scaleX, scaleY } = framePlacement(frame)
  return { x: (point.x - x) / scaleX, y: (point.y - y) / scaleY }
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

export function isHTMLElement(node: Element): node is HTMLElement {
  return node.namespaceURI === 'http://www.w3.org/1999/xhtml'
}

export function isShadowRoot(node: Node): node is ShadowRoot {
  return node.nodeType === Node.DOCUMENT_FRAGMENT_NODE && 'host' in node
}

export function isDocument(node: Node): node is Document {
  return node.nodeType === Node.DOCUMENT_NODE
}
