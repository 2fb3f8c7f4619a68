import { useEffect, useRef, useState } from 'react'

/** The second Escape must come within this time (ms). */
const ARMED_MS = 1_500

/**
 * Escape twice in a row anywhere in the document, unless something nearer to the person took the key.
 * @returns whether the first Escape was pressed and the second is awaited
 */
export function useDoubleEscape(isEnabled: boolean, onDoubleEscape: () => void): boolean {
  const [isArmed, setIsArmed] = useState(false)
  const handler = useRef(onDoubleEscape)
  useEffect(() => {
    handler.current = onDoubleEscape
  })

  useEffect(() => {
    if (!isEnabled) {
      setIsArmed(false)
      return
    }
    let timer: ReturnType<typeof setTimeout> | undefined
    const disarm = () => {
      clearTimeout(timer)
      timer = undefined
      setIsArmed(false)
    }
    const listen = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') {
        if (timer !== undefined) disarm()
        return
      }
      if (event.defaultPrevented || event.repeat || event.isComposing) return
      if (timer === undefined) {
        timer = setTimeout(disarm, ARMED_MS)
        setIsArmed(true)
        return
      }
      disarm()
      handler.current()
    }
    document.addEventListener('keydown', listen)
    return () => {
      document.removeEventListener('keydown', listen)
      clearTimeout(timer)
    }
  }, [isEnabled])

  return isArmed
}
