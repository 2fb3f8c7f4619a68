import { type RefObject, useEffect, useRef } from 'react'

interface PanelKeys {
  isPointing: boolean
  onLeavePointing: () => void
  input: RefObject<HTMLTextAreaElement | null>
}

/** Keys that work anywhere in the panel: Escape leaves pointing, `/` goes to the composer. */
export function usePanelKeys(keys: PanelKeys): void {
  const latest = useRef(keys)
  useEffect(() => {
    latest.current = keys
  })
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const { isPointing, onLeavePointing, input } = latest.current
      if (event.defaultPrevented) return
      if (event.key === 'Escape' && isPointing) {
        event.preventDefault()
        onLeavePointing()
      } else if (event.key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey && !isWriting(event.target)) {
        event.preventDefault()
        input.current?.focus()
      }
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [])
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable], dialog') !== null
}
