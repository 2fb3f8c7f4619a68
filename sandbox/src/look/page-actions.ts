import { cutText, FixpointError, stripControls } from '@fixpoint/protocol'
import type { PageAction } from '@fixpoint/protocol/sandbox'
import type { Page } from 'playwright-core'

/** Milliseconds for one action. */
const ACTION_LIMIT = 5_000

/**
 * Does what a person would do on the page, one after the other.
 * @throws FixpointError invalid_parameter, its field naming the action that could not be done
 */
export async function doActions(page: Page, actions: PageAction[]): Promise<void> {
  for (const [index, action] of actions.entries()) {
    try {
      await doAction(page, action)
    } catch (error) {
      if (!(error instanceof Error) || /crashed|has been closed/.test(error.message)) throw error
      // The call log that Playwright adds after the first line tells what it tried.
      const reason = cutText(stripControls(error.message), 700)
      throw new FixpointError('invalid_parameter', `The action “${action.action}” could not be done: ${reason}`, {
        field: `actions.${index}`,
        hint: 'Look at the page without it first.',
        cause: error
      })
    }
  }
}

async function doAction(page: Page, action: PageAction): Promise<void> {
  switch (action.action) {
    case 'click':
      return await page.locator(action.selector).first().click({ timeout: ACTION_LIMIT })
    case 'hover':
      return await page.locator(action.selector).first().hover({ timeout: ACTION_LIMIT })
    case 'fill':
      return await page.locator(action.selector).first().fill(action.value, { timeout: ACTION_LIMIT })
    case 'press':
      return await page.keyboard.press(action.key)
    case 'wait':
      return await page.waitForTimeout(action.milliseconds)
  }
}
