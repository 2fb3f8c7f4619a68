/** Layout can move without any event; this is how often, in ms, one looks. */
const INTERVAL = 250

interface Follower {
  draw(): void
  /** Called at intervals; calls `requestDraw` when there is something to draw. */
  look(requestDraw: () => void): void
}

/** Draws again, at most once a frame, when the page scrolls, is resized, or may have moved otherwise; until the signal aborts. */
export function followLayout({ draw, look }: Follower, signal: AbortSignal): void {
  let isFrameRequested = false
  const requestDraw = () => {
    if (isFrameRequested) return
    isFrameRequested = true
    requestAnimationFrame(() => {
      isFrameRequested = false
      if (!signal.aborted) draw()
    })
  }
  window.addEventListener('scroll', requestDraw, { capture: true, passive: true, signal })
  window.addEventListener('resize', requestDraw, { passive: true, signal })
  const timer = setInterval(() => look(requestDraw), INTERVAL)
  signal.addEventListener('abort', () => clearInterval(timer))
}
