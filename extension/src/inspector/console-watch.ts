import { z } from 'zod'

/** Entries kept for one pointing run; the newest win. */
const MOST_ENTRIES = 50

/** A request that the page made by script; what came of it is in the browser's measurements (`failed-requests.ts`). */
export const noticedRequestSchema = z.object({
  method: z.string().max(30),
  url: z.string().max(4_000),
  isOpaque: z.boolean()
})
export type NoticedRequest = z.infer<typeof noticedRequestSchema>

/** What the watch in the page recorded. The page can write into it, as it can write to the console. */
export const watchedPageSchema = z.object({
  /** Address of the document. */
  address: z.string().max(4_000),
  messages: z.array(z.object({ level: z.enum(['error', 'warning']), text: z.string().max(3_000), at: z.number() })).max(MOST_ENTRIES),
  requests: z.array(noticedRequestSchema).max(200)
})

/**
 * Begins to record console errors, warnings and uncaught errors, and which requests scripts make. Nothing is done to a request or its
 * answer, whose errors belong to the page. Runs in the page's own world by
 * `chrome.scripting.executeScript({ func })`, so it must be complete in itself.
 *
 * The record hangs on the window under a symbol that only this run knows the name of, until `endConsoleWatch` takes it off again.
 */
export function beginConsoleWatch(runId: string): void {
  const MOST_ENTRIES = 50
  const MOST_CHARACTERS = 2_000
  const MOST_REQUESTS = 200
  const { defineProperty, getOwnPropertyDescriptor, getOwnPropertySymbols } = Object
  const { apply } = Reflect
  if (getOwnPropertySymbols(window).some(symbol => symbol.description === runId)) return

  const entries: { level: 'error' | 'warning'; text: string; at: number }[] = []
  const requests: { method: string; url: string; isOpaque: boolean }[] = []
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
    watchCalls(console, name, values => {
      let text = '[not readable]'
      try {
        text = format(values)
      } finally {
        record(level, text)
      }
    })
  }

  /** The value of an accessor that the browser itself has made; nothing for one of the page's. */
  function native(prototype: object, target: unknown, key: string): unknown {
    const getter = getOwnPropertyDescriptor(prototype, key)?.get
    try {
      return getter && `${Function.prototype.toString.call(getter)}`.includes('[native code]') ? apply(getter, target, []) : undefined
    } catch {
      return undefined
    }
  }

  function noteRequest(method: unknown, address: unknown, mode: unknown): void {
    if (!isActive) return
    const asked =
      typeof address === 'string' ? address : (native(URL.prototype, address, 'href') ?? native(Request.prototype, address, 'url'))
    if (typeof asked !== 'string' || asked.length > 4_000 || !URL.canParse(asked, document.baseURI)) return
    const { href } = new URL(asked, document.baseURI)
    const named = typeof method === 'string' ? method : native(Request.prototype, address, 'method')
    const url = href.slice(0, 4_000)
    requests.push({ method: typeof named === 'string' ? named.toUpperCase().slice(0, 30) : 'GET', url, isOpaque: mode === 'no-cors' })
    if (requests.length > MOST_REQUESTS) requests.shift()
  }

  /**
   * Puts a proxy that takes note of each call over a function, until the end. A proxy keeps name, length and text of the function, and
   * goes on to the original whatever happens here.
   */
  function watchCalls(owner: object, name: string, note: (values: unknown[]) => void): void {
    const descriptor = getOwnPropertyDescriptor(owner, name)
    const original: unknown = descriptor?.value
    if (!descriptor?.configurable || typeof original !== 'function') return
    const watching = new Proxy(original, {
      apply(target, receiver, values: unknown[]) {
        try {
          note(values)
        } catch {
          // What cannot be noted is not listed.
        }
        return apply(target, receiver, values)
      }
    })
    defineProperty(owner, name, { ...descriptor, value: watching })
    restore.push(() => {
      // What the page has put over it in the meantime stays; the proxy below it is silent from now on.
      if (getOwnPropertyDescriptor(owner, name)?.value === watching) defineProperty(owner, name, descriptor)
    })
  }
  watchCalls(window, 'fetch', ([address, init]) => noteRequest(init && own(init, 'method'), address, init && own(init, 'mode')))
  watchCalls(XMLHttpRequest.prototype, 'open', ([method, address]) => noteRequest(method, address, undefined))

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
  defineProperty(window, Symbol(runId), { value: { entries, requests, end }, configurable: true, enumerable: false, writable: false })
}

/** What was recorded so far. With `isEnd` the page gets everything back as it was. Complete in itself, like the one above. */
export function readConsoleWatch(runId: string, isEnd: boolean): { address: string; messages: unknown[]; requests: unknown[] } {
  const address = location.href.slice(0, 4_000)
  const symbol = Object.getOwnPropertySymbols(window).find(({ description }) => description === runId)
  const watch: unknown = symbol && Object.getOwnPropertyDescriptor(window, symbol)?.value
  if (!symbol || typeof watch !== 'object' || watch === null || !('entries' in watch) || !('requests' in watch) || !('end' in watch)) {
    return { address, messages: [], requests: [] }
  }
  const { entries, requests, end } = watch
  if (isEnd) {
    Reflect.deleteProperty(window, symbol)
    if (typeof end === 'function') end()
  }
  return {
    address,
    messages: Array.isArray(entries) ? entries.slice(-50) : [],
    requests: Array.isArray(requests) ? requests.slice(-200) : []
  }
}
