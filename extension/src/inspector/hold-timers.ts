/**
 * Holds back the page's timers and animation frames, so that nothing vanishes while somebody points at it. Runs in the page's own world
 * by `chrome.scripting.executeScript({ func })`, so it must be complete in itself.
 *
 * What is set from now on is held when it is due, until `releaseTimers`. What was set before runs: nobody can ask a browser for it.
 * The record hangs on the window under a symbol that only this run knows the name of.
 */
export function holdTimers(name: string): void {
  const { defineProperty, getOwnPropertyDescriptor, getOwnPropertySymbols } = Object
  const { apply } = Reflect
  if (getOwnPropertySymbols(window).some(symbol => symbol.description === name)) return

  const names = ['setTimeout', 'setInterval', 'requestAnimationFrame', 'requestIdleCallback'] as const
  const endings = ['clearTimeout', 'clearInterval', 'cancelAnimationFrame', 'cancelIdleCallback'] as const
  const before = new Map<string, PropertyDescriptor>()
  const due = new Map<string, () => void>()
  let isHeld = true

  for (const [index, key] of names.entries()) {
    const descriptor = getOwnPropertyDescriptor(window, key)
    const ending = endings[index]
    const endingDescriptor = ending === undefined ? undefined : getOwnPropertyDescriptor(window, ending)
    const original: unknown = descriptor?.value
    const originalEnding: unknown = endingDescriptor?.value
    if (!descriptor?.configurable || typeof original !== 'function' || ending === undefined) continue
    if (!endingDescriptor?.configurable || typeof originalEnding !== 'function') continue
    // Timeouts and intervals share their numbers.
    const kind = index < 2 ? 'timer' : key
    const replacement = (callback: unknown, ...rest: unknown[]): unknown => {
      if (typeof callback !== 'function') return apply(original, window, [callback, ...rest])
      let id: unknown
      const held = (...values: unknown[]) => {
        if (isHeld) due.set(`${kind} ${String(id)}`, () => apply(callback, window, values))
        else apply(callback, window, values)
      }
      id = apply(original, window, [held, ...rest])
      return id
    }
    const endingReplacement = (id: unknown): void => {
      due.delete(`${kind} ${String(id)}`)
      apply(originalEnding, window, [id])
    }
    try {
      defineProperty(window, key, { ...descriptor, value: replacement })
      defineProperty(window, ending, { ...endingDescriptor, value: endingReplacement })
      before.set(key, descriptor)
      before.set(ending, endingDescriptor)
    } catch {
      // A page that lets nobody change it keeps its timers.
    }
  }

  const release = () => {
    isHeld = false
    for (const [key, descriptor] of before) defineProperty(window, key, descriptor)
    for (const run of due.values()) {
      try {
        run()
      } catch (error) {
        // As if the browser had called it.
        reportError(error)
      }
    }
    due.clear()
  }
  defineProperty(window, Symbol(name), { value: release, configurable: true, enumerable: false })
}

/** Gives the timers back; what was due meanwhile runs now. Complete in itself, like `holdTimers`. */
export function releaseTimers(name: string): void {
  const symbol = Object.getOwnPropertySymbols(window).find(({ description }) => description === name)
  if (symbol === undefined) return
  const release: unknown = Object.getOwnPropertyDescriptor(window, symbol)?.value
  Reflect.deleteProperty(window, symbol)
  if (typeof release === 'function') release()
}
