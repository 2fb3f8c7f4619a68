/**
 * Takes the person's mouse, touch and keyboard events before the page sees them. Events that scripts made (`isTrusted` false) are
 * the page's own business: they pass and never mean anything to Fixpoint.
 */

const POINTER_EVENTS = [
  'pointerdown',
  'pointerup',
  'pointermove',
  'pointerover',
  'pointerout',
  'pointerenter',
  'pointerleave',
  'pointercancel',
  'mousedown',
  'mouseup',
  'mousemove',
  'mouseover',
  'mouseout',
  'mouseenter',
  'mouseleave',
  'click',
  'auxclick',
  'dblclick',
  'contextmenu',
  'touchstart',
  'touchend',
  'touchmove',
  'dragstart',
  'selectstart'
] as const
const KEY_EVENTS = ['keydown', 'keypress', 'keyup'] as const

// Their default action must not happen: focus, selection, following a link, opening a select.
const WITHOUT_DEFAULT = new Set<string>([
  'pointerdown',
  'mousedown',
  'mouseup',
  'click',
  'auxclick',
  'dblclick',
  'touchstart',
  'touchend',
  'dragstart',
  'selectstart'
])

interface ShieldHandlers {
  /** Any pointer event; the shield has already kept it from the page. */
  onPointer(event: MouseEvent): void
  /** The wheel turned. True when it was meant for the picker; otherwise the page scrolls. */
  onWheel(event: WheelEvent): boolean
  /** A key went down or up. True when it was meant for the picker, so that its default action is dropped too. */
  onKey(event: KeyboardEvent): boolean
}

/**
 * Listens on a window until the signal aborts. Capture on the window comes before everything but listeners that the page put
 * there earlier; those may see the event, which changes nothing for the picker.
 */
export function shieldWindow(target: Window, handlers: ShieldHandlers, signal: AbortSignal): void {
  const options = { capture: true, passive: false, signal }
  const onPointer = (event: Event) => {
    if (!event.isTrusted) return
    event.stopImmediatePropagation()
    if (WITHOUT_DEFAULT.has(event.type)) event.preventDefault()
    if (isMouseEvent(event)) handlers.onPointer(event)
  }
  const onKey = (event: Event) => {
    if (!event.isTrusted || !isKeyboardEvent(event)) return
    event.stopImmediatePropagation()
    const isMeant = event.type !== 'keypress' && handlers.onKey(event)
    if (isMeant || isTyping(event)) event.preventDefault()
  }
  const onWheel = (event: WheelEvent) => {
    if (!event.isTrusted || !handlers.onWheel(event)) return
    event.stopImmediatePropagation()
    event.preventDefault()
  }
  target.addEventListener('wheel', onWheel, options)
  for (const type of POINTER_EVENTS) target.addEventListener(type, onPointer, options)
  for (const type of KEY_EVENTS) target.addEventListener(type, onKey, options)
}

/** Keys that would change a focused field, press a focused button or move the focus; scrolling keys and shortcuts stay as they are. */
function isTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false
  return event.key.length === 1 || ['Tab', 'Enter', 'Backspace', 'Delete'].includes(event.key)
}

// Events of frames are made by another realm's constructors, so `instanceof` cannot tell.
function isMouseEvent(event: Event): event is MouseEvent {
  return 'clientX' in event && 'button' in event
}

function isKeyboardEvent(event: Event): event is KeyboardEvent {
  return 'key' in event && 'altKey' in event
}
