import { frameDocumentOf, isFrame } from '../page-tree/page-tree.ts'

const FOCUS_EVENTS = ['focus', 'blur', 'focusin', 'focusout']

/**
 * Keys have to arrive where they are listened to while somebody points. In the page and its same-origin frames they do wherever the
 * focus is; only out of a frame of another site it has to be taken.
 * @returns puts the focus back where it was: into that frame, or on an element that lost it meanwhile.
 */
export function borrowFocus(): () => void {
  const before = focusedElement()
  const isForeign = before !== null && isFrame(before) && !frameDocumentOf(before)
  if (isForeign) window.focus()
  return () => {
    const now = focusedElement()
    // Keys went into a frame of another site, while the pointer was there.
    if (before === null && now && isFrame(now)) quietly(now, () => now.blur())
    if (!before?.isConnected) return
    if (isForeign) quietly(before, () => before.contentWindow?.focus())
    else if (focusedElement() !== before && 'focus' in before) quietly(before, () => (before as HTMLElement).focus({ preventScroll: true }))
  }
}

/** Through same-origin frames. Null where nothing has the focus but the page itself. */
function focusedElement(): Element | null {
  let owner: Document | null = document
  let found: Element | null = null
  while (owner) {
    const active: Element | null = owner.activeElement
    if (!active || active === owner.body || active === owner.documentElement) return found
    found = active
    owner = frameDocumentOf(active)
  }
  return found
}

/** The page has not seen the focus go, so it need not see it come back. */
function quietly(element: Element, work: () => void): void {
  const life = new AbortController()
  const keepFromPage = (event: Event) => event.stopImmediatePropagation()
  const windows = new Set([window, element.ownerDocument.defaultView])
  for (const target of windows) {
    for (const type of FOCUS_EVENTS) target?.addEventListener(type, keepFromPage, { capture: true, signal: life.signal })
  }
  try {
    work()
  } finally {
    life.abort()
  }
}
