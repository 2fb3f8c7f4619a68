/** VS Code's window in Chromium, as a person uses it. */
import type { Locator, Page } from 'playwright'

/** Longer than anything takes here, also on a busy machine. */
export const PATIENCE_MS = 120_000

export class Workbench {
  readonly page: Page

  constructor(page: Page) {
    page.setDefaultTimeout(PATIENCE_MS)
    this.page = page
  }

  /** Runs a command of the palette. */
  async run(command: string): Promise<void> {
    await this.page.keyboard.press('F1')
    await this.page.locator('.quick-input-widget input').fill(`>${command}`)
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: command }).first().click()
  }

  /** Answers the field at the top. */
  async answer(text: string): Promise<void> {
    await this.page.locator('.quick-input-widget input').fill(text)
    await this.page.keyboard.press('Enter')
  }

  /** A file or folder in the explorer. */
  entry(name: string): Locator {
    return this.page.locator(`.explorer-folders-view .monaco-list-row[aria-label^="${name}"]`)
  }

  line(text: string): Locator {
    return this.page.locator('.editor-instance .view-line', { hasText: text })
  }

  /** What the terminal in front shows. */
  terminal(text: string | RegExp): Locator {
    return this.page.locator('.terminal-wrapper.active .xterm-rows, .terminal-wrapper .xterm-rows', { hasText: text }).first()
  }
}

export async function seen(locator: Locator): Promise<void> {
  await locator.waitFor({ timeout: PATIENCE_MS })
}
