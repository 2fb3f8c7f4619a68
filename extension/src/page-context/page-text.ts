import { cutText, stripControls, toStorableText } from '@fixpoint/protocol'
import { frameDocumentOf, shadowRootOf } from '../page-tree/page-tree.ts'
import { isPrivateField } from '../privacy/private-fields.ts'
import { countRedaction, type RedactionCounts, redactSecrets } from '../privacy/secrets.ts'
import { typedSecrets, withoutTypedSecrets } from '../privacy/typed-secrets.ts'

const SILENT_TAGS = new Set(['script', 'style', 'template', 'noscript', 'head', 'option', 'datalist', 'object', 'audio', 'video'])
// Elements looked at for the text of one element; a table of 10,000 rows says no more in its last row.
const MOST_ELEMENTS = 2_000
// What `cutText` adds at the end.
const CUT_NOTE = 40

/** Reads texts of the page: without what people typed, without secrets, without what terminals and reviewers cannot see. */
export class PageText {
  readonly counts: RedactionCounts = {}
  /** Of the page as it was when the reading began. */
  readonly typedSecrets: readonly string[]

  constructor() {
    this.typedSecrets = typedSecrets()
  }

  /** A text of the page made fit to be sent, at most `limit` characters. */
  clean(text: string, limit: number): string {
    // Cut roughly first: the detectors must not run over megabytes. What a secret loses at this end is cut off below anyway.
    let result = stripControls(toStorableText(text.slice(0, limit * 4 + 1_000)))
      .replace(/\s+/g, ' ')
      .trim()
    result = withoutTypedSecrets(result, this.typedSecrets, () => countRedaction(this.counts, 'password'))
    return toStorableText(cutText(redactSecrets(result, this.counts), limit - CUT_NOTE))
  }

  /** What an element says, in reading order, also from its shadow root. */
  of(element: Element, limit: number): string {
    const parts: string[] = []
    let characters = 0
    let visited = 0
    const visit = (current: Element): void => {
      if (visited++ > MOST_ELEMENTS || characters > limit * 4 || SILENT_TAGS.has(current.localName)) return
      if (isPrivateField(current) || !current.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return
      for (const child of contentOf(current)) {
        if (child.nodeType === Node.ELEMENT_NODE) visit(child as Element)
        else if (child.nodeType === Node.TEXT_NODE && child.nodeValue?.trim()) {
          parts.push(child.nodeValue)
          characters += child.nodeValue.length
        }
        if (characters > limit * 4) return
      }
    }
    visit(element)
    return this.clean(parts.join(' '), limit)
  }

  /** What stands in the element itself, not in its children. */
  ownText(element: Element, limit: number): string {
    if (isPrivateField(element) || SILENT_TAGS.has(element.localName)) return ''
    let text = ''
    for (const child of element.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) text += ` ${child.nodeValue}`
      if (text.length > limit * 4) break
    }
    return this.clean(text, limit)
  }
}

/** What is shown inside an element: the shadow root's content and that of frames stand for the element's own. */
function contentOf(element: Element): Iterable<Node> {
  const inner = frameDocumentOf(element)?.documentElement
  if (inner) return [inner]
  const shadow = shadowRootOf(element)
  return shadow ? [...shadow.childNodes, ...element.childNodes] : element.childNodes
}
