import { computeAccessibleName, getRole } from 'dom-accessibility-api'
import { isPrivateField, privateFieldSelector } from '../privacy/private-fields.ts'
import type { PageText } from './page-text.ts'

// The name of a large container would be computed from everything in it, which is no name.
const LARGEST_NAMED_SUBTREE = 300

export function roleOf(element: Element): string | undefined {
  const role = element.getAttribute('role')?.trim().split(/\s+/)[0] || getRole(element)
  return role && role !== 'generic' && role !== 'presentation' && /^[a-z-]{1,50}$/i.test(role) ? role.toLowerCase() : undefined
}

/**
 * The accessible name as browsers compute it. Where the computation would read what a person typed (a field inside a label or a
 * button), only what the author wrote on the element counts.
 */
export function accessibleNameOf(element: Element, text: PageText): string | undefined {
  const authored = authoredName(element, text)
  if (element.getElementsByTagName('*').length > LARGEST_NAMED_SUBTREE || readsPrivateFields(element)) return authored
  const name = text.clean(computeAccessibleName(element), 500)
  return name || authored
}

/** A name that the author gave by an attribute. */
export function authoredName(element: Element, text: PageText): string | undefined {
  for (const attribute of ['aria-label', 'alt', 'title', 'placeholder']) {
    const value = element.getAttribute(attribute)
    if (value?.trim()) return text.clean(value, 200)
  }
  return undefined
}

function readsPrivateFields(element: Element): boolean {
  if (element.querySelector(privateFieldSelector())) return true
  const labels = 'labels' in element && isIterable(element.labels) ? [...element.labels] : []
  const referenced = (element.getAttribute('aria-labelledby') ?? '')
    .split(/\s+/)
    .map(id => (id ? element.ownerDocument.getElementById(id) : null))
  return [...labels, ...referenced].some(other => {
    if (!(other && typeof other === 'object' && 'querySelectorAll' in other)) return false
    const label = other as Element
    return isPrivateField(label) || [...label.querySelectorAll(privateFieldSelector())].some(field => field !== element)
  })
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value
}
