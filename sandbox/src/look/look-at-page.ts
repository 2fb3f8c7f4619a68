import { setTimeout as delay } from 'node:timers/promises'
import { boxSchema, cutText, FixpointError, stripControls, toStorableText } from '@fixpoint/protocol'
import type { look, PictureRef } from '@fixpoint/protocol/sandbox'
import type { Page } from 'playwright-core'
import { z } from 'zod'
import { doActions } from './page-actions.ts'
import { fittingRegion, type PageRegion, pictureScale, regionAround, takePicture, takeSteadyPicture } from './page-camera.ts'
import { PageEvents } from './page-events.ts'
import { PageWorld } from './page-world.ts'
import { findPicks } from './pick-finder.ts'
import type { Pictures } from './pictures.ts'
import { STEADY_STYLE } from './steady-page.ts'
import type { FreshPage, WarmBrowser } from './warm-browser.ts'

type LookInput = z.output<typeof look.input>
type LookOutput = z.output<typeof look.output>

/** Limits of the steps in milliseconds; what is not ready then is said in `unstableReason`. All of it ends at `timeoutMs`. */
const LOAD_LIMIT = 10_000
const NETWORK_LIMIT = 8_000
/** For a page that has used up the time for loading. */
const LAST_NETWORK_LIMIT = 1_000
const SETTLE_LIMIT = 3_000
const STEADY_LIMIT = 3_000

/** Around the crop of an element, in CSS pixels: enough to see how it sits among its neighbours. */
const CROP_MARGIN = 16
/** Under this number, which no pick has, the page's world remembers the element of `selector`. */
const SELECTOR_NUMBER = 0

const factsSchema = z.object({
  url: z.string(),
  title: z.string(),
  scrollX: z.number(),
  scrollY: z.number(),
  pageWidth: z.number(),
  pageHeight: z.number(),
  viewWidth: z.number(),
  viewHeight: z.number()
})
const nothingSchema = z.unknown()

/**
 * Opens a page and takes pictures of it; see `look` in the protocol for what it promises and what it fails with.
 */
export async function lookAtPage(
  { browser, pictures }: { browser: WarmBrowser; pictures: Pictures },
  input: LookInput
): Promise<LookOutput> {
  const startedAt = performance.now()
  const isOver = new AbortController()
  const timeout = delay(input.timeoutMs, undefined, { signal: isOver.signal }).then(() => {
    throw new FixpointError('verify_timeout', `The page did not settle within ${input.timeoutMs / 1_000} s.`, { limit: input.timeoutMs })
  })
  const deviceScaleFactor = pictureScale(input.viewport)
  const taken = browser.take(deviceScaleFactor)
  try {
    const fresh = await Promise.race([taken, timeout])
    const events = new PageEvents(fresh.page, url => isOfServer(url, input.port))
    const visit = new Visit({ fresh, events, pictures, input, deviceScaleFactor, deadline: startedAt + input.timeoutMs })
    const work = visit.run()
    // It goes on for a moment after the race is lost, and fails when the page is closed.
    work.catch(() => {})
    const output = await Promise.race([work, timeout, events.failure])
    return { ...output, durationMs: performance.now() - startedAt }
  } finally {
    isOver.abort()
    timeout.catch(() => {})
    taken.then(
      fresh => {
        browser.discard(fresh)
        browser.prepare(deviceScaleFactor)
      },
      // Told to the caller already.
      () => {}
    )
  }
}

/** True for the addresses that a page may have: those of the dev server, and those that Chromium has for no page and for errors. */
function isOfServer(url: string, port: number): boolean {
  if (url === 'about:blank' || url === 'chrome-error://chromewebdata/') return true
  const parsed = URL.parse(url)
  if (parsed === null || parsed.protocol !== 'http:' || parsed.port !== String(port)) return false
  return ['localhost', '127.0.0.1', '[::1]'].includes(parsed.hostname)
}

interface VisitOptions {
  fresh: FreshPage
  events: PageEvents
  pictures: Pictures
  input: LookInput
  deviceScaleFactor: number
  /** On the clock of `performance.now()`. */
  deadline: number
}

/** One look, from the navigation to the last picture. */
class Visit {
  readonly #options: VisitOptions
  readonly #page: Page
  readonly #world: PageWorld
  #unstableReason: string | undefined

  constructor(options: VisitOptions) {
    this.#options = options
    this.#page = options.fresh.page
    this.#world = new PageWorld(options.fresh.session)
  }

  async run(): Promise<Omit<LookOutput, 'durationMs'>> {
    const { events, input, pictures } = this.#options
    await this.#emulate()
    const { httpStatus, isLoaded } = await this.#open()
    await this.#scroll()
    await this.#settle(isLoaded ? NETWORK_LIMIT : LAST_NETWORK_LIMIT)
    // The page may have got long enough meanwhile, and a script may have scrolled it.
    if (await this.#scroll()) await this.#settle()
    if (input.actions.length > 0) {
      await doActions(this.#page, input.actions)
      await this.#settle()
    }

    const page = pictures.add(await this.#takePage())
    const facts = await this.#world.call(factsSchema, 'facts')
    // What is told belongs to the picture; what happens while the crops are taken does not.
    const console = [...events.console]
    const failedRequests = [...events.failedRequests]
    const picks = await findPicks(this.#world, input.picks)
    for (const pick of picks) {
      const crop = pick.found ? await this.#takeCrop(pick.number) : undefined
      if (crop !== undefined) pick.crop = crop
    }
    const element = input.selector === undefined ? undefined : await this.#takeSelector(input.selector)
    return {
      url: facts.url,
      httpStatus,
      title: cutText(toStorableText(stripControls(facts.title)), 500),
      isStable: this.#unstableReason === undefined,
      ...(this.#unstableReason === undefined ? {} : { unstableReason: this.#unstableReason }),
      page,
      ...(element === undefined ? {} : { element }),
      picks,
      console,
      failedRequests
    }
  }

  async #emulate(): Promise<void> {
    const { fresh, input, deviceScaleFactor } = this.#options
    const { width, height } = input.viewport
    await Promise.all([this.#page.setViewportSize({ width, height }), this.#page.emulateMedia({ colorScheme: input.colorScheme })])
    // Chromium scales a picture by what was set in the session that takes it, which is not Playwright's.
    await fresh.session.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor, mobile: false })
  }

  /** @returns the status that the page was answered with, and whether all that it asks for has come */
  async #open(): Promise<{ httpStatus: number | null; isLoaded: boolean }> {
    const { port, path } = this.#options.input
    const url = new URL(`http://localhost:${port}`)
    const target = URL.parse(path, url)
    if (target === null || !isOfServer(target.href, port)) {
      throw new FixpointError('verify_target_invalid', `${JSON.stringify(cutText(path, 200))} is not a path of the dev server.`, {
        field: 'path'
      })
    }
    try {
      const response = await this.#page.goto(target.href, { waitUntil: 'commit', timeout: this.#remaining(Number.POSITIVE_INFINITY) })
      const loaded = this.#page.waitForLoadState('load', { timeout: this.#remaining(LOAD_LIMIT) }).then(() => true)
      const isLoaded = await loaded.catch(error => {
        if (isTimeout(error)) return false
        throw error
      })
      if (!isLoaded) this.#addReason(`The page was still loading after ${LOAD_LIMIT / 1_000} s.`)
      return { httpStatus: response?.status() ?? null, isLoaded }
    } catch (error) {
      // Where the page leads elsewhere, that it cannot get there is beside the point.
      await Promise.race([this.#options.events.failure, Promise.resolve()])
      throw navigationError(error, target.href)
    }
  }

  /** To the person's scroll offset. @returns whether the page was somewhere else */
  async #scroll(): Promise<boolean> {
    const { scrollX, scrollY } = this.#options.input.viewport
    return (await this.#world.call(z.object({ hasMoved: z.boolean() }), 'scroll', { x: scrollX, y: scrollY })).hasMoved
  }

  /** Until nothing is loaded, nothing moves and everything in view is there. */
  async #settle(networkLimit = NETWORK_LIMIT): Promise<void> {
    const { events } = this.#options
    const deadline = performance.now() + this.#remaining(networkLimit)
    for (;;) {
      const begunAt = performance.now()
      const limit = this.#remaining(SETTLE_LIMIT)
      const [pending, { isComplete }] = await Promise.all([
        events.untilQuiet(deadline - begunAt),
        this.#world.call(z.object({ isComplete: z.boolean() }), 'settle', { style: STEADY_STYLE, limit })
      ])
      if (pending !== undefined) this.#addReason(`Requests were still under way, such as ${cutText(stripControls(pending), 200)}.`)
      if (pending === undefined && events.hasChangedSince(begunAt) && performance.now() < deadline) continue
      if (!isComplete) this.#addReason('Fonts or images in view did not arrive.')
      return
    }
  }

  async #takePage(): Promise<Buffer> {
    const { fresh, input, deviceScaleFactor } = this.#options
    const { scrollX, scrollY, pageWidth, pageHeight } = await this.#world.call(factsSchema, 'facts')
    const { width, height } = input.viewport
    const region = input.fullPage
      ? fittingRegion({ x: 0, y: 0, width: pageWidth, height: pageHeight }, deviceScaleFactor)
      : { x: scrollX, y: scrollY, width, height }
    const { picture, isStable } = await takeSteadyPicture(
      () => takePicture(fresh.session, region, input.fullPage),
      async () => {
        await this.#world.call(nothingSchema, 'stopMotion', { style: STEADY_STYLE })
      },
      this.#remaining(STEADY_LIMIT)
    )
    if (!isStable) this.#addReason(`The picture kept changing for ${STEADY_LIMIT / 1_000} s.`)
    return picture
  }

  async #takeSelector(selector: string): Promise<PictureRef | undefined> {
    if (!(await this.#world.call(z.boolean(), 'isSelector', { selector }))) {
      throw new FixpointError('invalid_parameter', `${JSON.stringify(cutText(selector, 200))} is not a CSS selector.`, {
        field: 'selector'
      })
    }
    const { isFound } = await this.#world.call(z.object({ isFound: z.boolean() }), 'findFirst', { selector, number: SELECTOR_NUMBER })
    return isFound ? await this.#takeCrop(SELECTOR_NUMBER) : undefined
  }

  /** @returns undefined where the element takes no space */
  async #takeCrop(number: number): Promise<PictureRef | undefined> {
    let place = await this.#placeOf(number)
    if (place !== undefined && !place.isInView) {
      await this.#world.call(nothingSchema, 'scrollIntoView', { number })
      await this.#world.call(nothingSchema, 'settle', { style: STEADY_STYLE, limit: this.#remaining(SETTLE_LIMIT) })
      place = await this.#placeOf(number)
    }
    if (place === undefined) return undefined
    const { fresh, pictures } = this.#options
    return pictures.add(await takePicture(fresh.session, place.region, !place.isInView))
  }

  async #placeOf(number: number): Promise<{ region: PageRegion; isInView: boolean } | undefined> {
    const box = await this.#world.call(boxSchema.nullable(), 'box', { number })
    if (box === null) return undefined
    const { scrollX, scrollY, pageWidth, pageHeight, viewWidth, viewHeight } = await this.#world.call(factsSchema, 'facts')
    const inPage = { ...box, x: box.x + scrollX, y: box.y + scrollY }
    const around = regionAround(inPage, CROP_MARGIN, { width: pageWidth, height: pageHeight })
    if (around === undefined) return undefined
    const region = fittingRegion(around, this.#options.deviceScaleFactor)
    const isInView =
      region.x >= scrollX &&
      region.y >= scrollY &&
      region.x + region.width <= scrollX + viewWidth &&
      region.y + region.height <= scrollY + viewHeight
    return { region, isInView }
  }

  /** Time for a step, at most what is left of the whole. */
  #remaining(limit: number): number {
    return Math.max(1, Math.min(limit, this.#options.deadline - performance.now()))
  }

  #addReason(reason: string): void {
    this.#unstableReason ??= reason
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError'
}

/** What the person can do depends on why it did not open; see Chromium's net_error_list.h. */
function navigationError(error: unknown, url: string): Error {
  if (!(error instanceof Error)) return new FixpointError('internal', 'The page could not be opened.', { cause: error })
  if (error instanceof FixpointError) return error
  if (isTimeout(error)) return new FixpointError('verify_timeout', `${url} does not answer.`, { cause: error })
  if (/Download is starting/.test(error.message)) {
    return new FixpointError('verify_target_invalid', `${url} is a download, not a page.`, { field: 'path', cause: error })
  }
  const reason = /net::(ERR_[A-Z_]+)/.exec(error.message)?.[1]
  if (reason === undefined) return error
  return new FixpointError('verify_unreachable', `${url} could not be opened (${reason}).`, { cause: error })
}
