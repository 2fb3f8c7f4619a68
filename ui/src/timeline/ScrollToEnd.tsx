import { ArrowDown } from 'lucide-react'
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { Button } from '../controls/Button.tsx'
import { strings } from '../strings.ts'

/** Nearer to the end than this (px) counts as being there. */
const NEAR_END = 40

/** Above what is read from its start, in px. */
const READING_GAP = 12

/**
 * A scrolling area that stays at its end while it grows, until the person scrolls away or opens something. A button leads back.
 * Where the last of the parts that say how they are read (`data-read`) is read from its `start`, the area stops there: whoever waited
 * for a result sees how it begins. A part that is read from its `end` comes after that, such as the next prompt.
 * @param resetKey the area starts at its end again when this changes, for example with another session
 */
export function ScrollToEnd({ resetKey, children }: { resetKey: string; children: ReactNode }) {
  const area = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const isFollowing = useRef(true)
  const lastTop = useRef(0)
  const [isAway, setIsAway] = useState(false)

  // biome-ignore lint/correctness/useExhaustiveDependencies: another key starts over
  useLayoutEffect(() => {
    isFollowing.current = true
    setIsAway(false)
    if (area.current !== null) area.current.scrollTop = 0
    lastTop.current = follow(area.current)
  }, [resetKey])

  useEffect(() => {
    if (content.current === null || area.current === null) return
    const observer = new ResizeObserver(() => {
      if (isFollowing.current) lastTop.current = follow(area.current)
      else setIsAway(distanceToEnd(area.current) > NEAR_END)
    })
    observer.observe(content.current)
    observer.observe(area.current)
    return () => observer.disconnect()
  }, [])

  function handleScroll() {
    const top = area.current?.scrollTop ?? 0
    const isNearEnd = distanceToEnd(area.current) <= NEAR_END
    // Growing content fires late scroll events too; only a movement is the person's.
    if (isNearEnd) isFollowing.current = true
    else if (top !== lastTop.current) isFollowing.current = false
    lastTop.current = top
    setIsAway(!isNearEnd && !isFollowing.current)
  }

  /** Whoever opens a line wants to read it: what comes at the end must not push it away. */
  function pause(target: EventTarget) {
    if (target instanceof Element && target.closest('[aria-expanded], [role=radio], a, img') !== null) isFollowing.current = false
  }

  function jump() {
    isFollowing.current = true
    setIsAway(false)
    if (area.current !== null) area.current.scrollTop = area.current.scrollHeight
    area.current?.focus()
  }

  return (
    <div className="fx-scroll">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it only watches what its content is used for */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: a key that opens something is a click too */}
      <div
        ref={area}
        className="fx-scroll__area"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        onScroll={handleScroll}
        onClick={event => pause(event.target)}
      >
        <div ref={content}>{children}</div>
      </div>
      {isAway && (
        <Button className="fx-scroll__jump" onClick={jump}>
          <ArrowDown aria-hidden size={14} /> {strings.timeline.jump}
        </Button>
      )}
    </div>
  )
}

/** Scrolls down to the end, or to the start of what is read from there. @returns where the area is then, in px. */
function follow(area: HTMLElement | null): number {
  if (area === null) return 0
  const last = [...area.querySelectorAll<HTMLElement>('[data-read]')].at(-1)
  const isReadFromStart = last?.dataset['read'] === 'start'
  const start = isReadFromStart ? Math.max(area.scrollTop, topInside(area, last) - READING_GAP) : Number.POSITIVE_INFINITY
  area.scrollTop = Math.min(area.scrollHeight, start)
  return area.scrollTop
}

function topInside(area: HTMLElement, element: HTMLElement): number {
  return element.getBoundingClientRect().top - area.getBoundingClientRect().top + area.scrollTop
}

function distanceToEnd(area: HTMLElement | null): number {
  return area === null ? 0 : area.scrollHeight - area.scrollTop - area.clientHeight
}
