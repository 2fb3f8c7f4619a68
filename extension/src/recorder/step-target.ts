import { isShadowRoot, shadowRootOf } from '../page-tree/page-tree.ts'
import { isPrivateField } from '../privacy/private-fields.ts'

/** What people act on: a click on the words of a button is one on the button. */
const ACTED_ON =
  'button,a[href],input,select,textarea,summary,label,option,[contenteditable]:not([contenteditable="false" i]),[role]:not([role="presentation"],[role="none"]),[onclick],[tabindex]'
/** Its value is chosen and not typed. */
const CHOSEN_TYPES = new Set('checkbox radio range color file date time datetime-local month week'.split(' '))
const BUTTON_TYPES = new Set(['button', 'submit', 'reset', 'image'])

/** The innermost element of an event, also inside closed shadow roots, which events do not tell of. */
export function innermostTarget(event: Event): Element | null {
  const [first] = event.composedPath()
  if (!isElement(first)) return null
  let element = first
  for (let root = shadowRootOf(element); root; root = shadowRootOf(element)) {
    const inner = event instanceof MouseEvent && event.detail > 0 ? root.elementFromPoint(event.clientX, event.clientY) : root.activeElement
    if (!inner || inner === element || inner.getRootNode() !== root) break
    element = inner
  }
  return element
}

/** The nearest element around it that people act on; itself where there is none. */
export function actedOn(element: Element): Element {
  for (let current: Element | null = element; current; current = outwards(current)) {
    if (current.matches(ACTED_ON) || isPrivateField(current)) return current
  }
  return element
}

function outwards(element: Element): Element | null {
  if (element.parentElement) return element.parentElement
  const root = element.getRootNode()
  return isShadowRoot(root) ? root.host : null
}

/** Typing into it is told by `input` events, and only once. */
export function isTypedInto(element: Element): boolean {
  if (element.localName === 'input') {
    const type = (element.getAttribute('type') ?? 'text').toLowerCase()
    return !CHOSEN_TYPES.has(type) && !BUTTON_TYPES.has(type)
  }
  return element.localName === 'textarea' || (isHTMLElement(element) && element.isContentEditable)
}

/** Choosing in it is told by a `change` event. */
export function isChosenIn(element: Element): boolean {
  return (
    element.localName === 'select' ||
    element.localName === 'option' ||
    (element.localName === 'input' && CHOSEN_TYPES.has((element.getAttribute('type') ?? 'text').toLowerCase()))
  )
}

/** A label hands its click on to its field, which tells of it by itself. */
export function isLabelOfField(element: Element): boolean {
  return element.localName === 'label' && 'control' in element && isElement(element.control)
}

/** Enter and Space press these, which is told as a click. */
export function isPressedByKey(element: Element): boolean {
  return element.matches('button,a[href],summary,[role="button"],[role="link"]') || isChosenIn(element) || isButtonInput(element)
}

export function isButtonInput(element: Element): boolean {
  return element.localName === 'input' && BUTTON_TYPES.has((element.getAttribute('type') ?? '').toLowerCase())
}

/** Without `instanceof`: an element of a frame has the classes of its own window. */
function isElement(value: unknown): value is Element {
  return typeof value === 'object' && value !== null && 'nodeType' in value && value.nodeType === Node.ELEMENT_NODE
}

function isHTMLElement(element: Element): element is HTMLElement {
  return 'isContentEditable' in element
}
