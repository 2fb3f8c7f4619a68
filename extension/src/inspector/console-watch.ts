import { z } from 'zod'

/** Entries kept for one pointing run; the newest win. */
const MOST_ENTRIES = 50

/** What the watch in the page recorded. The page can write into it, as it can write to the console. */
export const watchedConsoleSchema = z
  .array(
    z.object({
      level: z.enum(['error', 'warning']),
      text: z.string().max(3_000),
      at: z.number()
    })
  )
  .max(MOST_ENTRIES)

/**
 * Begins to record console errors, warnings and uncaught errors. Runs in the page's own world by
 * `chrome.scripting.executeScript({ func })`, so it must be complete in itself.
 *
 * The record hangs on the window under a symbol that only this run knows the name of, until `endConsoleWatch` takes it off again.
 */
export function beginConsoleWatch(runId: string): void {
  const MOST_ENTRIES = 50
  const MOST_CHARACTERS = 2_000
  const { defineProperty, getOwnPropertyDescriptor, getOwnPropertySymbols } = Object
  const { apply } = Reflect
  if (getOwnPropertySymbols(window).some(symbol => symbol.description === runId)) return

  const entries: { level: 'error' | 'warning'; text: string; at: number }[] = []
  const restore: (() => void)[] = []
  let isActive = true

  function own(target: object, key: PropertyKey): unknown {
    try {
      return getOwnPropertyDescriptor(target, key)?.value
    } catch {
      return undefined
    }
  }

  function textOf(value: unknown): string {
    if (typeof value === 'string') return value.slice(0, MOST_CHARACTERS)
    if (typeof value === 'function') return '[function]'
    if (typeof value !== 'object' || value === null) return String(value)
    // Only own data properties are read; an object of the page's could do anything when it is turned into text.
    const message = own(value, 'message')
    const stack = own(value, 'stack')
    if (typeof stack === 'string' && typeof message === 'string' && stack.includes(message)) return stack.slice(0, MOST_CHARACTERS)
    return typeof message === 'string' ? message.slice(0, MOST_CHARACTERS) : '[object]'
  }

  /** Puts values into the places of a format string, as consoles do. */
  function format(values: readonly unknown[]): string {
    const rest = [...values]
    let result = ''
    if (typeof rest[0] === 'string' && rest[0].includes('%')) {
      const template = textOf(rest.shift())
      result = template.replace(/%[sdifoOc%]/g, place => {
        if (place === '%%') return '%'
        if (rest.length === 0) return place
        const value = textOf(rest.shift())
        return place === '%c' ? '' : value
      })
    }
    for (const value of rest.slice(0, 20)) result += `${result === '' ? '' : ' '}${textOf(value)}`
    return result.slice(0, MOST_CHARACTERS)
  }

  function record(level: 'error' | 'warning', text: string): void {
    if (!isActive) return
    entries.push({ level, text, at: Date.now() })
    if (entries.length > MOST_ENTRIES) entries.shift()
  }

  const methods = [
    ['error', 'error'],
    ['warn', 'warning']
  ] as const
  for (const [name, level] of methods) {
    const descriptor = getOwnPropertyDescriptor(console, name)
    const original: unknown = descriptor?.value
    if (!descriptor?.configurable || typeof original !== 'function') continue
    // A proxy keeps name, length and text of the function; it goes on to the original whatever happens here.
    const watching = new Proxy(original, {
      apply(target, receiver, values: unknown[]) {
        try {
          record(level, format(values))
        } catch {
          record(level, '[not readable]')
        }
        return apply(target, receiver, values)
      }
    })
    defineProperty(console, name, { ...descriptor, value: watching })
    restore.push(() => {
      // What the page has put over it in the meantime stays; the proxy below it is silent from now on.
      if (getOwnPropertyDescriptor(console, name)?.value === watching) defineProperty(console, name, descriptor)
    })
  }

  const onError = (event: ErrorEvent) => record('error', `Uncaught ${event.message} (${event.filename}:${event.lineno}:${event.colno})`)
  const onRejection = (event: PromiseRejectionEvent) => record('error', `Unhandled rejection: ${textOf(event.reason)}`)
  window.addEventListener('error', onError)
  window.addEventListener('unhandledrejection', onRejection)
  restore.push(() => {
    window.removeEventListener('error', onError)
    window.removeEventListener('unhandledrejection', onRejection)
  })

  const end = () => {
    isActive = false
    for (const step of restore) step()
  }
  defineProperty(window, Symbol(runId), { value: { entries, end }, configurable: true, enumerable: false, writable: false })
}

/** What was recorded so far. With `isEnd` the page gets everything back as it was. Complete in itself, like the one above. */
export function readConsoleWatch(runId: string, isEnd: boolean): { level: string; text: string; at: number }[] {
  const symbol = Object.getOwnPropertySymbols(window).find(({ description }) => description === runId)
  if (!symbol) return []
  const watch: unknown = Object.getOwnPropertyDescriptor(window, symbol)?.value
  if (typeof watch !== 'object' || watch === null || !('entries' in watch) || !('end' in watch)) return []
  const { entries, end } = watch
  if (isEnd) {
    Reflect.deleteProperty(window, symbol)
    if (typeof end === 'function') end()
  }
  return Array.isArray(entries) ? entries.slice(-50) : []
}
