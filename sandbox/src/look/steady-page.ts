/**
 * 2026-01-15 10:00 UTC, a Thursday: what the page takes for the present, so that dates on it are the same in every picture.
 */
export const PAGE_TIME = Date.UTC(2026, 0, 15, 10)
export const PAGE_SEED = 20_260_115
/** More windows than a page opens that means well. */
export const MAX_WINDOWS = 20

/**
 * Style that ends animations and transitions at once and hides the caret. Durations are shortened and not taken away: an animation
 * that leaves its last state behind (`forwards`) still does.
 */
export const STEADY_STYLE = `*, *::before, *::after {
  animation-duration: 0s !important; animation-delay: 0s !important; animation-iteration-count: 1 !important;
  transition-duration: 0s !important; transition-delay: 0s !important;
  caret-color: transparent !important; scroll-behavior: auto !important;
}`

interface Surroundings {
  time: number
  seed: number
  style: string
  maxWindows: number
}

/**
 * Runs in the page before its own scripts. Passed to the browser as text: uses nothing from outside.
 *
 * The clock stands still except that a timer finds it where it expects it: code that waits by comparing times, such as a
 * debounced search field, goes on, and what is shown does not depend on how fast the machine is.
 */
export function steadyPage({ time, seed, style, maxWindows }: Surroundings): void {
  let now = time
  let readings = 0
  const advanceTo = (moment: number) => {
    if (moment > now) {
      now = moment
      readings = 0
    }
  }
  const readClock = () => {
    // A loop that waits for time to pass would never end.
    readings += 1
    if (readings > 100_000) now += 1
    return Math.floor(now)
  }

  const RealDate = Date
  const SteadyDate = new Proxy(RealDate, {
    construct: (target, parameters, newTarget) =>
      Reflect.construct(target, parameters.length === 0 ? [readClock()] : parameters, newTarget),
    apply: () => new RealDate(readClock()).toString(),
    get: (target, key) => (key === 'now' ? readClock : Reflect.get(target, key))
  })
  RealDate.prototype.constructor = SteadyDate
  globalThis.Date = SteadyDate

  const { setTimeout, setInterval, requestAnimationFrame } = globalThis
  const steadyTimer =
    (start: (handler: TimerHandler, delay?: number, ...rest: unknown[]) => number, isRepeated: boolean) =>
    (handler: TimerHandler, delay?: number, ...rest: unknown[]): number => {
      if (typeof handler !== 'function') return start(handler, delay, ...rest)
      const wait = Math.max(0, Number(delay) || 0)
      let due = now + wait
      return start(
        (...parameters: unknown[]) => {
          advanceTo(due)
          if (isRepeated) due = now + wait
          Reflect.apply(handler, globalThis, parameters)
        },
        delay,
        ...rest
      )
    }
  Object.assign(globalThis, {
    setTimeout: steadyTimer(setTimeout.bind(globalThis), false),
    setInterval: steadyTimer(setInterval.bind(globalThis), true),
    requestAnimationFrame: (callback: FrameRequestCallback) =>
      requestAnimationFrame.call(globalThis, frame => {
        advanceTo(now + 1_000 / 60)
        callback(frame)
      })
  })

  // The sandbox has no network interface, which would make pages show that they are offline, and some not even try.
  Object.defineProperty(Navigator.prototype, 'onLine', { get: () => true, configurable: true })

  // mulberry32, a small generator with a state of 32 bits.
  let state = seed
  Math.random = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }

  // Each attempt costs the browser time, also one that it refuses.
  const { open } = globalThis
  let windows = 0
  globalThis.open = (...parameters) => {
    windows += 1
    return windows > maxWindows ? null : Reflect.apply(open, globalThis, parameters)
  }

  const adopt = (root: Document | ShadowRoot) => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(style)
    root.adoptedStyleSheets.push(sheet)
  }
  adopt(document)
  const { attachShadow } = Element.prototype
  Element.prototype.attachShadow = function (init) {
    const root = attachShadow.call(this, init)
    adopt(root)
    return root
  }
}
