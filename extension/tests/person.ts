import { fileURLToPath } from 'node:url'
import type { Box } from '@fixpoint/protocol'
import type { GetDataType, GetReturnType } from '@webext-core/messaging'
import type { Page } from 'playwright'
import { ExtensionBrowser, type LaunchOptions } from '../../e2e/src/chromium.ts'
import type { PageDraft } from '../src/draft.ts'
import type { MessageMap } from '../src/messages.ts'
import type { Outcome } from '../src/outcome.ts'

export const EXTENSION_FOLDER = fileURLToPath(new URL('../.output/browser-tests/chrome-mv3', import.meta.url))

/** A person with a browser: opens pages, clicks the icon, points, and asks in the panel's place what was captured. */
export class Person {
  readonly browser: ExtensionBrowser
  /** An extension page without anything of the panel's, to send the panel's messages from. */
  readonly #panel: Page

  private constructor(browser: ExtensionBrowser, panel: Page) {
    this.browser = browser
    this.#panel = panel
  }

  static async start(options: Partial<LaunchOptions> = {}): Promise<Person> {
    const browser = await ExtensionBrowser.launch({ extensionFolder: EXTENSION_FOLDER, ...options })
    return new Person(browser, await browser.openExtensionPage('/manifest.json'))
  }

  /** Opens an address in the first tab and gives the extension access by a click on its icon. */
  async open(url: string): Promise<{ page: Page; tabId: number }> {
    const page =
      this.browser.context.pages().find(other => !other.url().startsWith('chrome-extension:')) ?? (await this.browser.context.newPage())
    await page.goto(url)
    await this.browser.clickAction(page)
    // The click is told to the background after it was carried out.
    const tabId = await eventually(() => this.browser.tabId(page))
    await eventually(async () => {
      const windowId = await this.#panel.evaluate(id => chrome.tabs.get(id).then(tab => tab.windowId), tabId)
      const tab = await this.ask('getActiveTab', { windowId })
      if (!tab.ok || tab.value.problem?.code === 'page_access_needed') throw new Error('no access yet')
    })
    value(await this.ask('clearDraft', { tabId }))
    // The panel slides in and takes its part of the window.
    let width = -1
    await eventually(async () => {
      const before = width
      width = await this.#innerWidth(tabId)
      await page.waitForTimeout(100)
      if (width !== before) throw new Error('the window is still changing')
    })
    return { page, tabId }
  }

  async #innerWidth(tabId: number): Promise<number> {
    const worker = await this.browser.worker()
    return Number(
      await worker.evaluate(
        `chrome.scripting.executeScript({ target: { tabId: ${tabId} }, func: () => innerWidth }).then(([first]) => first.result, () => 0)`
      )
    )
  }

  /** Sends a message as the panel does. */
  async ask<K extends keyof MessageMap>(type: K, data: GetDataType<MessageMap[K]>): Promise<GetReturnType<MessageMap[K]>> {
    const message = { id: 1, type, data, timestamp: Date.now() }
    const answer = await this.#panel.evaluate(sent => chrome.runtime.sendMessage(sent), message)
    if (answer?.err) throw new Error(JSON.stringify(answer.err))
    return answer.res
  }

  /** What is written on the extension's icon while the tab is shown. */
  async badge(tabId: number): Promise<string> {
    return this.#panel.evaluate(id => chrome.action.getBadgeText({ tabId: id }), tabId)
  }

  async startPointing(tabId: number): Promise<void> {
    const state = value(await this.ask('startPointing', { tabId, requestId: crypto.randomUUID() }))
    if (state.status !== 'pointing') throw new Error(`Pointing did not start: ${JSON.stringify(state)}`)
  }

  /** Points, moves the mouse to a place of the window and clicks. */
  async pickAt(page: Page, tabId: number, x: number, y: number): Promise<PageDraft> {
    await this.startPointing(tabId)
    await page.mouse.move(x + 40, y + 40)
    await page.mouse.move(x, y, { steps: 2 })
    await page.mouse.click(x, y)
    return this.completeDraft(tabId)
  }

  /** Points and clicks the middle of an element. */
  async pick(page: Page, tabId: number, selector: string): Promise<PageDraft> {
    const box = await page.locator(selector).first().boundingBox()
    if (!box) throw new Error(`${selector} is not shown.`)
    return this.pickAt(page, tabId, box.x + box.width / 2, box.y + box.height / 2)
  }

  /** The draft as soon as its picks are complete and pointing is over. */
  async completeDraft(tabId: number): Promise<PageDraft> {
    return eventually(async () => {
      const pointing = value(await this.ask('getPointing', { tabId }))
      if (pointing.failure) throw new Final(JSON.stringify(pointing.failure))
      const draft = value(await this.ask('getDraft', { tabId }))
      const picks = draft?.picks.map(({ tag, isComplete }) => `${tag} ${isComplete ? 'is' : 'is not'} complete`) ?? []
      if (!draft || picks.length === 0 || !draft.picks.every(pick => pick.isComplete))
        throw new Error(`Not complete; ${pointing.status}, picks: ${picks.join(', ') || 'none'}.`)
      if (pointing.status !== 'off') throw new Error(`still ${pointing.status}`)
      return draft
    }, 40_000)
  }

  /** What Chrome paints without any covers, for controls. */
  async plainPicture(page: Page): Promise<string> {
    const worker = await this.browser.worker()
    await page.bringToFront()
    // Chrome takes two pictures a second, and the one before may just have been taken.
    return eventually(async () => String(await worker.evaluate('chrome.tabs.captureVisibleTab({ format: "png" })')), 10_000)
  }

  /**
   * How far the pixels of a picture are from one colour, for each part: 0 is a surface without anything on it, 255 has black on white.
   * Parts are in CSS pixels; `scale` says how many pixels of the picture one of them has.
   */
  async contrasts(dataUrl: string, parts: readonly Box[], scale: number): Promise<number[]> {
    return this.#panel.evaluate(
      async ([url, boxes, factor]) => {
        const bitmap = await createImageBitmap(await (await fetch(url)).blob())
        const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')
        if (!context) throw new Error('no canvas')
        context.drawImage(bitmap, 0, 0)
        return boxes.map(box => {
          const [x, y, width, height] = [box.x, box.y, box.width, box.height].map(length => Math.round(length * factor))
          const { data } = context.getImageData(x ?? 0, y ?? 0, Math.max(1, width ?? 1), Math.max(1, height ?? 1))
          let contrast = 0
          for (const channel of [0, 1, 2]) {
            let least = 255
            let most = 0
            for (let index = channel; index < data.length; index += 4) {
              least = Math.min(least, data[index] ?? 0)
              most = Math.max(most, data[index] ?? 0)
            }
            contrast = Math.max(contrast, most - least)
          }
          return contrast
        })
      },
      [dataUrl, [...parts], scale] as const
    )
  }

  /** Something that the background says to the tab's documents. */
  async tellDocuments<K extends keyof MessageMap>(tabId: number, type: K, data: GetDataType<MessageMap[K]>): Promise<void> {
    const message = JSON.stringify({ id: 0, type, data, timestamp: Date.now() })
    await this.browser.evaluateInWorker(`chrome.tabs.sendMessage(${tabId}, ${message})`)
  }

  /** Ends the extension's service worker, as Chrome does when it is idle. */
  async endServiceWorker(): Promise<void> {
    await this.browser.endServiceWorker()
  }

  async close(): Promise<void> {
    await this.browser.close()
  }
}

export function value<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Final(`${outcome.failure.code}: ${outcome.failure.message}`)
  return outcome.value
}

/** Thrown when waiting longer cannot help. */
class Final extends Error {}

/** Tries again until it does not throw, for at most a minute: a busy machine is no fault. */
export async function eventually<T>(work: () => Promise<T>, timeout = 60_000): Promise<T> {
  const end = Date.now() + timeout
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (error instanceof Final || Date.now() > end) throw error
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }
}
