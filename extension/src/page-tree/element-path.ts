import type { ElementPath, ElementReference } from '../message-schemas.ts'
import { isDocument, isShadowRoot, topBoxOf } from './page-tree.ts'

/** How the page's own world finds this element; see `elementPathSchema`. */
function elementPath(element: Element): ElementPath {
  const steps: ElementPath = []
  let current: Element | null = element
  while (current) {
    const parent: ParentNode | null = current.parentNode
    if (!parent) break
    steps.push(Array.prototype.indexOf.call(parent.children, current))
    if (isShadowRoot(parent)) {
      steps.push('shadow')
      current = parent.host
    } else if (isDocument(parent)) {
      const frame: Element | null = parent.defaultView?.frameElement ?? null
      if (frame) steps.push('frame')
      current = frame
    } else {
      current = current.parentElement
    }
  }
  return steps.reverse()
}

/** The path with what is compared to make sure that it still leads to the same element. */
export function elementReference(element: Element): ElementReference {
  return { path: elementPath(element), tag: element.localName.slice(0, 100), box: topBoxOf(element) }
}
