import { setTimeout as delay } from 'node:timers/promises'
import { cutText, FixpointError, stripControls, toStorableText } from '@fixpoint/protocol'
import type { ConsoleEntry, FailedRequest } from '@fixpoint/protocol/sandbox'
import type { ConsoleMessage, Page, Request } from 'playwright-core'

/** Without a request for this long the network is quiet; milliseconds. A script that loads the next one does so sooner. */
const QUIET_TIME = 100
/** A request of a script that has no answer after this time is one that waits for news; milliseconds. */
const LONG_POLL_TIME = 2_000
const MAX_ENTRIES = 200
const ENTRY_CHARACTERS = 1_900

/** Connections that stay open as long as the page does. */
const OPEN_ENDED = new Set(['eventsource', 'websocket', 'media', 'ping'])
const LONG_POLLED = new Set(['fetch', 'xhr'])

/** What happens around a page while it is looked at. */
export class PageEvents {
  readonly console: ConsoleEntry[] = []
  readonly failedRequests: FailedRequest[] = []
  /** Rejects when the page crashes or leads elsewhere; never resolves. */
  readonly failure: Promise<never>
  readonly #inFlight = new Map<Request, number>()
  #changedAt = performance.now()
  #onChange: () => void = () => {}

  /** @param isAllowed whether the page itself may be at the address */
  constructor(page: Page, isAllowed: (url: string) => boolean) {
    this.failure = new Promise<never>((_, reject) => {
      page.on('crash', () =>
        reject(new FixpointError('verify_timeout', 'The page crashed.', { hint: 'Look for endless loops and memory use.' }))
      )
      const check = (url: string) => {
        if (!isAllowed(url)) reject(new FixpointError('verify_target_invalid', `The page leads to ${cutText(stripControls(url), 300)}.`))
      }
      page.on('request', request => {
        if (isMainNavigation(request, page)) check(request.url())
      })
      page.on('framenavigated', frame => {
        if (frame === page.mainFrame()) check(frame.url())
      })
    })
    // Whoever looks also waits for this; here it only must not end the process when it comes after that.
    this.failure.catch(() => {})

    page.on('request', request => {
      if (OPEN_ENDED.has(request.resourceType())) return
      this.#inFlight.set(request, performance.now())
      this.#changed()
    })
    page.on('requestfinished', request => this.#ended(request))
    page.on('requestfailed', request => {
      this.#ended(request)
      const failure = request.failure()?.errorText ?? 'failed'
      // The page took it back itself, as React does with effects in development.
      if (failure !== 'net::ERR_ABORTED') this.#addFailed(request, null, failure)
    })
    page.on('response', response => {
      if (response.status() >= 400) this.#addFailed(response.request(), response.status(), undefined)
    })
    page.on('console', message => this.#addMessage(message))
    page.on('pageerror', error => this.#addEntry({ level: 'error', text: text(error.stack ?? error.message) }))
  }

  /**
   * Waits until nothing is being loaded.
   * @param limit milliseconds
   * @returns the address of what is still being loaded at the limit, or undefined when all is quiet
   */
  async untilQuiet(limit: number): Promise<string | undefined> {
    const deadline = performance.now() + limit
    for (;;) {
      const now = performance.now()
      const wait = this.#quietIn(now)
      if (wait <= 0) return undefined
      if (now >= deadline) return this.#awaited(now)?.url() ?? 'many requests'
      const change = new Promise<void>(resolve => {
        this.#onChange = resolve
      })
      await Promise.race([change, delay(Math.min(wait, deadline - now))])
    }
  }

  /** True when a request has begun or ended after the moment. */
  hasChangedSince(moment: number): boolean {
    return this.#changedAt > moment
  }

  /** Milliseconds until the network could count as quiet if nothing happened. */
  #quietIn(now: number): number {
    const awaited = this.#awaited(now)
    if (awaited === undefined) return this.#changedAt + QUIET_TIME - now
    const begunAt = this.#inFlight.get(awaited) ?? now
    return LONG_POLLED.has(awaited.resourceType()) ? begunAt + LONG_POLL_TIME - now : Number.POSITIVE_INFINITY
  }

  /** A request that is waited for. */
  #awaited(now: number): Request | undefined {
    for (const [request, begunAt] of this.#inFlight) {
      if (now - begunAt < LONG_POLL_TIME || !LONG_POLLED.has(request.resourceType())) return request
    }
    return undefined
  }

  #ended(request: Request): void {
    if (this.#inFlight.delete(request)) this.#changed()
  }

  #changed(): void {
    this.#changedAt = performance.now()
    this.#onChange()
  }

  #addFailed(request: Request, status: number | null, failure: string | undefined): void {
    if (isFavicon(request.url()) || this.failedRequests.length >= MAX_ENTRIES) return
    this.failedRequests.push({
      url: text(request.url()),
      method: request.method().slice(0, 20),
      status,
      ...(failure === undefined ? {} : { failure: text(failure).slice(0, 400) })
    })
  }

  #addMessage(message: ConsoleMessage): void {
    const type = message.type()
    if (type !== 'error' && type !== 'warning') return
    const { url, lineNumber, columnNumber } = message.location()
    if (isFavicon(url) || isAboutRendering(message.text())) return
    this.#addEntry({
      level: type,
      text: text(message.text()),
      // Counted from 0 by the browser, from 1 by people and editors.
      ...(url === '' ? {} : { location: text(`${url}:${lineNumber + 1}:${columnNumber + 1}`) })
    })
  }

  #addEntry(entry: ConsoleEntry): void {
    if (this.console.length < MAX_ENTRIES) this.console.push(entry)
  }
}

function isMainNavigation(request: Request, page: Page): boolean {
  return request.isNavigationRequest() && request.frame() === page.mainFrame()
}

/** Browsers ask for it unasked; that it is missing is no fault of the page. */
function isFavicon(url: string): boolean {
  return /\/favicon\.ico(?:\?|$)/.test(url)
}

/** Chromium tells web developers that its WebGL without a graphics card is slow; with the person's card it is not. */
function isAboutRendering(message: string): boolean {
  return /^\[\.WebGL-\w+\]\s*GL Driver Message/.test(message)
}

function text(value: string): string {
  return cutText(toStorableText(stripControls(value)), ENTRY_CHARACTERS)
}
