/**
 * Real Chromium with the real extension, driven as a person would.
 *
 * Page access: the click on the extension's icon is made by `Extensions.triggerAction` of the DevTools protocol, on the browser's
 * own session and the tab's target. It is the browser's own action click: it grants `activeTab`, counts as a gesture (so that
 * `chrome.sidePanel.open` works) and needs neither a visible toolbar nor a flag; seen in Chromium 156, new headless. The product
 * has no code for tests.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, type CDPSession, chromium, type Page, type Worker } from 'playwright'
import { z } from 'zod'
import { DevToolsTarget } from './devtools-target.ts'
import { SidePanel } from './side-panel.ts'

export interface LaunchOptions {
  /** The built extension, unpacked. */
  extensionFolder: string
  /** Chromium's program; Debian's by default. Google's branded Chrome does not load unpacked extensions by a flag any more. */
  executablePath?: string
  headless?: boolean
  /**
   * Size of the browser's window, in CSS pixels. The page has what toolbar and side panel leave of it: an emulated viewport would be
   * a size that pictures of the tab do not have.
   */
  window?: { width: number; height: number }
  /** Leaves the page open that the extension shows after it was installed. */
  keepWelcomePage?: boolean
  /** Pixels of the screen for each CSS pixel. */
  deviceScaleFactor?: number
  colorScheme?: 'light' | 'dark'
  /** More flags for Chromium. */
  args?: readonly string[]
}

const targetsSchema = z.object({
  targetInfos: z.array(z.object({ targetId: z.string(), type: z.string(), url: z.string() }))
})

/** A browser with a fresh profile and the extension in it. */
export class ExtensionBrowser {
  readonly context: BrowserContext
  readonly extensionId: string
  readonly #session: CDPSession
  readonly #profile: string

  private constructor(context: BrowserContext, extensionId: string, session: CDPSession, profile: string) {
    this.context = context
    this.extensionId = extensionId
    this.#session = session
    this.#profile = profile
  }

  static async launch(options: LaunchOptions): Promise<ExtensionBrowser> {
    const profile = await mkdtemp(join(tmpdir(), 'fixpoint-profile-'))
    const { width, height } = options.window ?? { width: 1_680, height: 1_050 }
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: options.executablePath ?? '/usr/bin/chromium',
      headless: options.headless ?? true,
      viewport: null,
      colorScheme: options.colorScheme ?? 'light',
      args: [
        `--disable-extensions-except=${options.extensionFolder}`,
        `--load-extension=${options.extensionFolder}`,
        `--window-size=${width},${height}`,
        `--force-device-scale-factor=${options.deviceScaleFactor ?? 1}`,
        // Chromium's own sandbox does not start for root.
        '--no-sandbox',
        ...(options.args ?? [])
      ]
    })
    const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'))
    const browser = context.browser()
    if (!browser) throw new Error('The browser has gone while it was started.')
    const isWelcomePage = (page: Page) => page.url().endsWith('/welcome.html')
    const welcome = context.pages().find(isWelcomePage) ?? (await context.waitForEvent('page', { predicate: isWelcomePage }))
    if (!options.keepWelcomePage) await welcome.close()
    return new ExtensionBrowser(context, new URL(worker.url()).host, await browser.newBrowserCDPSession(), profile)
  }

  /** A browser that runs already, with the extension in it; it is closed with this. */
  static async attach(context: BrowserContext, extensionId: string, profile: string): Promise<ExtensionBrowser> {
    const browser = context.browser()
    if (!browser) throw new Error('The browser has gone.')
    return new ExtensionBrowser(context, extensionId, await browser.newBrowserCDPSession(), profile)
  }

  /** The extension's service worker; Chromium may have ended and restarted it since. */
  async worker(): Promise<Worker> {
    return this.#runningWorker() ?? this.context.waitForEvent('serviceworker')
  }

  /** Ends the service worker, as Chrome does when it has been idle; the next event starts it again. */
  async endServiceWorker(): Promise<void> {
    const worker = await this.#workerTarget()
    if (!worker) return
    await this.#evaluateIn(worker, 'globalThis.isToEnd = true')
    await this.#session.send('Target.closeTarget', { targetId: worker })
    // The next one may be there at once, as the same target.
    while ((await this.#workerTarget()) === worker && (await this.#evaluateIn(worker, 'globalThis.isToEnd === true')) !== false)
      await new Promise(resolve => setTimeout(resolve, 20))
  }

  /** What an expression is worth in the extension's service worker as it is now. */
  async evaluateInWorker(expression: string): Promise<unknown> {
    const worker = await this.#workerTarget()
    if (!worker) throw new Error('The service worker does not run.')
    return await this.#evaluateIn(worker, expression)
  }

  async #workerTarget(): Promise<string | undefined> {
    const isWorker = (target: { type: string; url: string }) => target.type === 'service_worker' && target.url.includes(this.extensionId)
    return (await this.#targets()).find(isWorker)?.targetId
  }

  /** What the target says within a second: one that ends meanwhile says nothing. */
  async #evaluateIn(targetId: string, expression: string): Promise<unknown> {
    const answer = DevToolsTarget.attach(this.#session, targetId).then(target => target.evaluate(expression))
    return await Promise.race([answer.catch(() => undefined), new Promise(resolve => setTimeout(resolve, 1_000))])
  }

  #runningWorker(): Worker | undefined {
    return this.context.serviceWorkers().find(worker => worker.url().startsWith(`chrome-extension://${this.extensionId}/`))
  }

  /** Clicks the extension's icon while this page's tab is shown: opens the panel and gives the extension access to the page. */
  async clickAction(page: Page): Promise<void> {
    await page.bringToFront()
    const targetId = await this.#tabTarget(page)
    await this.#session.send('Extensions.triggerAction', { id: this.extensionId, targetId })
  }

  /** Chrome's number of the tab that a page is in. The extension must have access to the page. */
  async tabId(page: Page): Promise<number> {
    await page.bringToFront()
    const worker = await this.worker()
    const id = await worker.evaluate('chrome.tabs.query({ active: true, lastFocusedWindow: true }).then(([tab]) => tab?.id)')
    return z.number().parse(id)
  }

  /** The side panel that a click on the icon has opened. */
  async sidePanel(path = '/sidepanel.html'): Promise<SidePanel> {
    const url = `chrome-extension://${this.extensionId}${path}`
    for (let attempt = 0; attempt < 100; attempt++) {
      const target = (await this.#targets()).find(info => info.url.startsWith(url) && info.type !== 'tab')
      if (target) return SidePanel.attach(this.#session, target.targetId)
      await new Promise(resolve => setTimeout(resolve, 100))
    }
    throw new Error(`No side panel has opened within 10 s (${url}).`)
  }

  /** Closes the side panel, as a person does. */
  async closeSidePanel(path = '/sidepanel.html'): Promise<void> {
    const panel = await this.sidePanel(path)
    // It has no time to answer.
    void panel.evaluate('window.close()').catch(() => undefined)
    for (let attempt = 0; attempt < 100; attempt++) {
      if (!(await this.hasSidePanel(path))) return
      await new Promise(resolve => setTimeout(resolve, 100))
    }
    throw new Error('The side panel stays open.')
  }

  async hasSidePanel(path = '/sidepanel.html'): Promise<boolean> {
    const url = `chrome-extension://${this.extensionId}${path}`
    return (await this.#targets()).some(info => info.url.startsWith(url) && info.type !== 'tab')
  }

  /** One of the extension's pages in a window of its own, so that the tab that is worked on stays the active one of its window. */
  async openExtensionPage(path: string): Promise<Page> {
    const url = `chrome-extension://${this.extensionId}${path}`
    const opened = this.context.waitForEvent('page')
    const worker = await this.worker()
    await worker.evaluate(
      `chrome.windows.create({ url: ${JSON.stringify(url)}, focused: false, width: 400, height: 800 }).then(() => true)`
    )
    const page = await opened
    await page.waitForLoadState()
    return page
  }

  async close(): Promise<void> {
    await this.context.close()
    await rm(this.#profile, { recursive: true, force: true })
  }

  async #targets() {
    // An empty filter lets tabs through, which are left out otherwise.
    return targetsSchema.parse(await this.#session.send('Target.getTargets', { filter: [{}] })).targetInfos
  }

  /** A page and the tab around it are two targets; they share nothing but the address, which is made unique for the search. */
  async #tabTarget(page: Page): Promise<string> {
    const session = await this.context.newCDPSession(page)
    const { targetInfo } = await session.send('Target.getTargetInfo')
    await session.detach()
    const tabs = (await this.#targets()).filter(({ type }) => type === 'tab')
    const sameAddress = tabs.filter(({ url }) => url === targetInfo.url)
    const [only] = sameAddress
    if (!only || sameAddress.length > 1) throw new Error(`${sameAddress.length} tabs show ${targetInfo.url}; expected one.`)
    return only.targetId
  }
}
