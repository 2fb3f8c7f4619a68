const FOCUS_EVENTS = ['focus', 'blur', 'focusin', 'focusout']

/**
 * Keys have to arrive at the window while somebody points.
 * @returns puts the focus back where it was: into a frame, or on an element that lost it meanwhile.
 */
export function borrowFocus(): () => void {
  const before = document.activeElement
  const isFrame = before !== null && (before.localName === 'iframe' || before.localName === 'frame')
  window.focus()
  return () => {
    if (!before?.isConnected) return
    const isBack = document.activeElement === before
    if (isFrame && isBack) quietly(() => (before as HTMLIFrameElement).contentWindow?.focus())
    else if (!isBack && 'focus' in before && before !== document.body) quietly(() => (before as HTMLElement).focus({ preventScroll: true }))
  }
}

/** The page has not seen the focus go, so it need not see it come back. */
function quietly(work: () => void): void {
  const life = new AbortController()
  const keepFromPage = (event: Event) => event.stopImmediatePropagation()
  for (const type of FOCUS_EVENTS) window.addEventListener(type, keepFromPage, { capture: true, signal: life.signal })
  try {
    work()
  } finally {
    life.abort()
  }
}
