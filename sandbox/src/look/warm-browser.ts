import { setTimeout as delay } from 'node:timers/promises'
import { FixpointError } from '@fixpoint/protocol'
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core'
import { Turns } from '../turns.ts'
import { MAX_WINDOWS, PAGE_SEED, PAGE_TIME, STEADY_STYLE, steadyPage } from './steady-page.ts'

/** A page of its own in a browser context of its own. */
export interface FreshPage {
  page: Page
  session: CDPSession
  context: BrowserContext
  browser: Browser
}

const LAUNCH_LIMIT = 30_000
/** A browser that does not close a page within this time hangs; milliseconds. */
const CLOSE_LIMIT = 3_000

/** For a container without network and capabilities; the container is the sandbox. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-component-update',
  // Some components are fetched on demand in spite of it; a closed port answers at once, and nothing is asked of the proxy.
  '--component-updater=url-source=http://localhost:9/',
  // The switch above leaves some components; their updates would be refused and shown to people as the project's requests.
  '--component-updater=url-source=https://127.0.0.1:9/',
  '--disable-sync',
  // WebGL without a graphics card.
  '--enable-unsafe-swiftshader'
]

/** Playwright switches the browser's own protection from floods of windows off. */
const UNWANTED_ARGUMENTS = ['--disable-popup-blocking']

interface WarmBrowserOptions {
  executable: string
  environment: Record<string, string>
  /** Ends the browser's processes, whatever state they are in. */
  kill: () => void
}

/**
 * One browser that stays, started anew where it died, and one page that is ready before it is needed: a fresh one takes longer
 * to make than to use.
 */
export class WarmBrowser {
  readonly #options: WarmBrowserOptions
  readonly #turns = new Turns()
  #browser: Browser | undefined
  #isClosed = false
  #spare: { page: FreshPage; deviceScaleFactor: number } | undefined

  constructor(options: WarmBrowserOptions) {
    this.#options = options
  }

  /** Starts the browser and makes a page ready, if that is not so yet; nobody waits for it. */
  prepare(deviceScaleFactor = 1): void {
    this.#warm(deviceScaleFactor).catch(error => this.#report('the browser is not ready for the next look', error))
  }

  /** Nothing is made ready any more, and what fails because everything ends is not reported. */
  close(): void {
    this.#isClosed = true
  }

  async #warm(deviceScaleFactor: number): Promise<void> {
    await this.#turns.take(async () => {
      if (this.#isClosed) return
      if (this.#spare?.page.browser.isConnected()) return
      this.#spare = { page: await this.#make(await this.#connected(), deviceScaleFactor), deviceScaleFactor }
    })
  }

  /** @returns a page that nobody has used; whoever takes it gives it back to `discard`. */
  async take(deviceScaleFactor: number): Promise<FreshPage> {
    return await this.#turns.take(async () => {
      const browser = await this.#connected()
      const spare = this.#spare
      this.#spare = undefined
      if (spare !== undefined && spare.page.browser === browser) {
        if (spare.deviceScaleFactor === deviceScaleFactor) return spare.page
        this.discard(spare.page)
      }
      return await this.#make(browser, deviceScaleFactor)
    })
  }

  /** Closes the page; a browser that does not follow is ended, and started anew when it is needed. */
  discard({ context, browser }: FreshPage): void {
    const closed = context.close().then(
      () => true,
      // Closed already, with the browser.
      () => !browser.isConnected()
    )
    Promise.race([closed, delay(CLOSE_LIMIT, false)])
      .then(isClosed => {
        if (!isClosed) this.#abandon(browser)
      })
      .catch(error => this.#report('a page could not be closed', error))
  }

  #report(what: string, error: unknown): void {
    // The first line: after it Playwright shows the browser's own log.
    if (!this.#isClosed) process.stderr.write(`sandboxd: ${what}: ${String(error).split('\n', 1)}\n`)
  }

  #abandon(browser: Browser): void {
    process.stderr.write('sandboxd: the browser hangs and is started anew\n')
    if (this.#browser === browser) this.#browser = undefined
    this.#options.kill()
  }

  async #connected(): Promise<Browser> {
    if (this.#browser?.isConnected()) return this.#browser
    // Loaded here because it takes longer than all the rest of sandboxd together.
    const { chromium } = await import('playwright-core')
    try {
      this.#browser = await chromium.launch({
        executablePath: this.#options.executable,
        args: ARGUMENTS,
        ignoreDefaultArgs: UNWANTED_ARGUMENTS,
        env: this.#options.environment,
        timeout: LAUNCH_LIMIT,
        handleSIGHUP: false,
        handleSIGINT: false,
        handleSIGTERM: false
      })
      return this.#browser
    } catch (cause) {
      throw new FixpointError('internal', 'The browser of the sandbox does not start.', { cause })
    }
  }

  async #make(browser: Browser, deviceScaleFactor: number): Promise<FreshPage> {
    const context = await browser.newContext({
      deviceScaleFactor,
      reducedMotion: 'reduce',
      locale: 'en-US',
      timezoneId: 'UTC',
      acceptDownloads: false,
      serviceWorkers: 'block'
    })
    await context.addInitScript(steadyPage, { time: PAGE_TIME, seed: PAGE_SEED, style: STEADY_STYLE, maxWindows: MAX_WINDOWS })
    const page = await context.newPage()
    // A window that the page opens, by a click for example.
    context.on('page', other => {
      if (other !== page) other.close().catch(error => this.#report('a window could not be closed', error))
    })
    return { page, context, browser, session: await context.newCDPSession(page) }
  }
}
