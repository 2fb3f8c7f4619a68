import type { Box } from '@fixpoint/protocol'
import { frameDocumentOf, isDocument, isFrame, reachableRoots, topBoxOf, toTopBox } from '../page-tree/page-tree.ts'
import { hasPrivateContent, PRIVATE_FIELDS, privateFieldKind } from '../privacy/private-fields.ts'
import { countRedaction, type RedactionCounts, type SecretSpan, secretSpans } from '../privacy/secrets.ts'
import { typedSecrets } from '../privacy/typed-secrets.ts'

// Shorter texts hold neither a secret that the detectors know nor one that was typed.
const SHORTEST_SECRET = 4

/** What has to be covered in a picture of the window. */
interface PrivateBoxes {
  boxes: Box[]
  counts: RedactionCounts
}

// Attributes that browsers show as text.
const SHOWN_ATTRIBUTES = { alt: 'img[alt], area[alt]', placeholder: '[placeholder]', value: 'input[type="button"], input[type="submit"]' }

/**
 * Boxes, in the top window, of everything private that is inside the window now.
 * @param openFrames of other sites that cover by themselves what is private in them.
 */
export function privateBoxes(ignored: Element, openFrames: ReadonlySet<Element>): PrivateBoxes {
  const result: PrivateBoxes = { boxes: [], counts: {} }
  const typed = typedSecrets()
  for (const root of reachableRoots()) {
    for (const field of root.querySelectorAll(PRIVATE_FIELDS)) {
      if (hasPrivateContent(field)) addBox(result, contentBox(field), privateFieldKind(field))
    }
    for (const frame of root.querySelectorAll('iframe, frame')) {
      // What a frame of another origin shows cannot be known: it may be a card field.
      if (frame !== ignored && isFrame(frame) && !frameDocumentOf(frame) && !openFrames.has(frame))
        addBox(result, topBoxOf(frame), 'frame of another site')
    }
    for (const [attribute, selector] of Object.entries(SHOWN_ATTRIBUTES)) {
      for (const element of root.querySelectorAll(selector)) {
        const [span] = privateSpans(element.getAttribute(attribute) ?? '', typed)
        if (span) addBox(result, topBoxOf(element), span.kind)
      }
    }
    addSecretTexts(result, root, typed)
  }
  return result
}

/** The field's box together with what flows out of it. */
function contentBox(field: Element): Box {
  const box = topBoxOf(field)
  if (field.localName === 'input' || field.localName === 'textarea' || field.localName === 'select') return box
  const range = field.ownerDocument.createRange()
  range.selectNodeContents(field)
  return union(box, toTopBox(range.getBoundingClientRect(), field.ownerDocument))
}

function addSecretTexts(result: PrivateBoxes, root: Document | ShadowRoot, typed: readonly string[]): void {
  const owner = isDocument(root) ? root : root.ownerDocument
  const texts = owner.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    for (const { kind, start, end } of privateSpans(node.nodeValue ?? '', typed)) {
      const range = owner.createRange()
      range.setStart(node, start)
      range.setEnd(node, end)
      for (const rect of range.getClientRects()) addBox(result, toTopBox(rect, owner), kind)
    }
  }
}

/** Secrets in a text: what looks like one, and what was typed into a field for one. */
export function privateSpans(text: string, typed: readonly string[]): SecretSpan[] {
  if (text.length < SHORTEST_SECRET) return []
  const spans = secretSpans(text)
  for (const secret of typed) {
    for (let start = text.indexOf(secret); start >= 0; start = text.indexOf(secret, start + secret.length)) {
      spans.push({ kind: 'password', start, end: start + secret.length })
    }
  }
  return spans
}

function addBox({ boxes, counts }: PrivateBoxes, box: Box, kind: string): void {
  const isInWindow = box.x < window.innerWidth && box.y < window.innerHeight && box.x + box.width > 0 && box.y + box.height > 0
  if (!isInWindow || box.width === 0 || box.height === 0) return
  // Whole pixels outwards, so that no rim of a letter is left at fractional positions and scales.
  const x = Math.floor(box.x) - 1
  const y = Math.floor(box.y) - 1
  boxes.push({ x, y, width: Math.ceil(box.x + box.width) + 1 - x, height: Math.ceil(box.y + box.height) + 1 - y })
  countRedaction(counts, kind)
}

function union(a: Box, b: Box): Box {
  if (b.width === 0 || b.height === 0) return a
  const x = Math.min(a.x, b.x)
  const y = Math.min(a.y, b.y)
  return { x, y, width: Math.max(a.x + a.width, b.x + b.width) - x, height: Math.max(a.y + a.height, b.y + b.height) - y }
}

/** True when everything in `now` lies under the covers that were drawn. */
export function areCovered(now: readonly Box[], covers: readonly Box[]): boolean {
  return now.every(box =>
    covers.some(
      cover =>
        box.x >= cover.x - 1 &&
        box.y >= cover.y - 1 &&
        box.x + box.width <= cover.x + cover.width + 1 &&
        box.y + box.height <= cover.y + cover.height + 1
    )
  )
}
