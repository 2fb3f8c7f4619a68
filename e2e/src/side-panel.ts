import type { CDPSession } from 'playwright'
import { z } from 'zod'
import { DevToolsTarget } from './devtools-target.ts'

const boxSchema = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() })

/**
 * The real side panel. Playwright does not show it among the pages, because it is none of a tab; so this speaks to its target
 * through the browser's session. Clicks and keys are real input: they count as the person's gestures.
 */
export class SidePanel {
  readonly #target: DevToolsTarget

  private constructor(target: DevToolsTarget) {
    this.#target = target
  }

  static async attach(session: CDPSession, targetId: string): Promise<SidePanel> {
    return new SidePanel(await DevToolsTarget.attach(session, targetId))
  }

  /** Evaluates an expression in the panel; promises are awaited, the value comes back as JSON. */
  evaluate(expression: string): Promise<unknown> {
    return this.#target.evaluate(expression)
  }

  /** Waits until an element that matches is shown. */
  async waitFor(selector: string, timeout = 30_000): Promise<void> {
    await this.waitUntil(`document.querySelector(${JSON.stringify(selector)})?.checkVisibility() === true`, timeout)
  }

  /** Waits until an expression is true in the panel. */
  async waitUntil(expression: string, timeout = 30_000): Promise<void> {
    const end = Date.now() + timeout
    while (Date.now() < end) {
      if ((await this.#evaluateUnlessGone(expression)) === true) return
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    throw new Error(`Not true in the side panel within ${timeout} ms: ${expression}`)
  }

  /** The same, or undefined where the panel was loaded anew meanwhile. */
  async #evaluateUnlessGone(expression: string): Promise<unknown> {
    try {
      return await this.evaluate(expression)
    } catch (error) {
      if (error instanceof Error && /navigated or closed|context was destroyed|find context/i.test(error.message)) return undefined
      throw error
    }
  }

  async text(): Promise<string> {
    return z.string().parse(await this.evaluate(reading("document.body?.innerText ?? ''")))
  }

  /** Waits until a text can be read in the panel, scrolled to or not. */
  async waitForText(text: string, timeout = 30_000): Promise<void> {
    try {
      await this.waitUntil(reading(`document.body?.innerText.includes(${JSON.stringify(text)})`), timeout)
    } catch (cause) {
      throw new Error(`“${text}” was not shown within ${timeout} ms. The panel shows:\n${await this.text()}`, { cause })
    }
  }

  /** The texts of all elements that match, in the document's order. */
  async texts(selector: string): Promise<string[]> {
    const expression = `[...document.querySelectorAll(${JSON.stringify(selector)})].map(element => element.innerText)`
    return z.array(z.string()).parse(await this.evaluate(reading(expression)))
  }

  /** Clicks the middle of an element with the mouse. */
  async click(selector: string): Promise<void> {
    await this.#clickElement(`document.querySelector(${JSON.stringify(selector)})`)
  }

  /** Clicks the first button, menu item or radio button with this name. What is far out of sight is not laid out, and has no inner text. */
  async clickButton(name: string): Promise<void> {
    await this.#clickElement(
      `[...document.querySelectorAll('button')].find(button => button.checkVisibility() && !button.disabled &&
        (button.ariaLabel ?? (button.innerText.trim() || button.textContent.trim())) === ${JSON.stringify(name)})`
    )
  }

  /** Clicks the element that an expression finds, as soon as it is there and has stood still for three frames. */
  async #clickElement(expression: string): Promise<void> {
    try {
      await this.waitUntil(`(${expression})?.checkVisibility() === true`)
    } catch (cause) {
      throw new Error(`There is nothing to click: ${expression}. The panel shows:\n${await this.text()}`, { cause })
    }
    const { x, y, width, height } = boxSchema.parse(
      await this.evaluate(
        `(async () => {
          for (let last = '', still = 0; ; ) {
            const element = ${expression}
            element.scrollIntoView({ block: 'nearest' })
            const { x, y, width, height } = element.getBoundingClientRect()
            const box = { x, y, width, height }
            still = JSON.stringify(box) === last ? still + 1 : 0
            if (still === 3) return box
            last = JSON.stringify(box)
            await new Promise(resolve => setTimeout(resolve, 16))
          }
        })()`
      )
    )
    const place = { x: x + width / 2, y: y + height / 2, button: 'left', clickCount: 1 }
    await this.#target.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x: place.x, y: place.y })
    await this.#target.send('Input.dispatchMouseEvent', { type: 'mousePressed', ...place })
    await this.#target.send('Input.dispatchMouseEvent', { type: 'mouseReleased', ...place })
  }

  /** Types text into what has the focus. */
  async type(text: string): Promise<void> {
    await this.#target.send('Input.insertText', { text })
  }

  /** Presses a key such as `Enter` or `Escape`. */
  async press(key: string): Promise<void> {
    const codes: Record<string, number> = { Enter: 13, Escape: 27, Tab: 9, Backspace: 8, ArrowUp: 38, ArrowDown: 40 }
    const event = { key, code: key, windowsVirtualKeyCode: codes[key] ?? 0, ...(key === 'Enter' ? { text: '\r' } : {}) }
    await this.#target.send('Input.dispatchKeyEvent', { type: 'keyDown', ...event })
    await this.#target.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event })
  }

  /** Shows the panel as it is with the given preference of the person. */
  async emulateColorScheme(scheme: 'light' | 'dark'): Promise<void> {
    await this.#target.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] })
  }

  /** Shows the panel as if it had this size, in CSS pixels, on a screen with so many pixels for each; without a size, as it is. */
  async emulateSize(size?: { width: number; height: number; deviceScaleFactor?: number }): Promise<void> {
    if (size === undefined) await this.#target.send('Emulation.clearDeviceMetricsOverride', {})
    else await this.#target.send('Emulation.setDeviceMetricsOverride', { deviceScaleFactor: 1, mobile: false, ...size })
  }

  /** A PNG of what the panel shows. */
  async screenshot(): Promise<Buffer> {
    const { data } = z.object({ data: z.string() }).parse(await this.#target.send('Page.captureScreenshot', { format: 'png' }))
    return Buffer.from(data, 'base64')
  }
}

/** An expression whose `innerText` has what is scrolled away too: Chromium leaves out what it need not paint (`content-visibility`). */
function reading(expression: string): string {
  return `(() => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync('* { content-visibility: visible !important }')
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
    try { return ${expression} } finally { document.adoptedStyleSheets = document.adoptedStyleSheets.filter(other => other !== sheet) }
  })()`
}
