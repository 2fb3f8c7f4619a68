import { join } from 'node:path'
import { z } from 'zod'
import { ExtensionBrowser } from '../e2e/src/chromium.ts'
import { ROOT } from '../e2e/src/server-process.ts'
import type { ShopWorld } from '../e2e/src/shop-world.ts'
import type { SidePanel } from '../e2e/src/side-panel.ts'

export interface PanelTimes {
  /** For each prompt to a session that is open: ms from the click on Send. */
  inSession: Times[]
  /** For each first prompt of a new session. */
  newSession: Times[]
}

const timesSchema = z.object({
  /** The prompt is shown out of the log. */
  event: z.number(),
  /** The model’s first words are shown. */
  text: z.number()
})
type Times = z.infer<typeof timesSchema>

interface TimingOptions {
  warmUp: number
  prompts: number
  /** What the model says first. */
  firstWords: string
}

/** New sessions cost a sandbox each, so there are fewer. */
const NEW_SESSIONS = 5
const TURN_MS = 60_000

/** Sends prompts in the real side panel, with real clicks, and reads the panel's own clock. */
export async function timePanel(shop: ShopWorld, options: TimingOptions): Promise<PanelTimes> {
  const executablePath = process.env['FIXPOINT_CHROMIUM']
  const browser = await ExtensionBrowser.launch({
    extensionFolder: join(ROOT, 'extension', '.output', 'chrome-mv3'),
    ...(executablePath !== undefined && { executablePath })
  })
  try {
    const page = await browser.context.newPage()
    await page.goto(shop.shopUrl)
    await browser.clickAction(page)
    const panel = await browser.sidePanel()
    await pair(panel, shop)
    await panel.evaluate(probe(options.firstWords))

    const times: PanelTimes = { inSession: [], newSession: [] }
    // The very first one also compiles the panel's code, as the first prompts below do.
    for (let session = -1; session < NEW_SESSIONS; session++) {
      if (session >= 0) await panel.clickButton('New session')
      const measured = await sendAndTime(panel, shop, `A new session, ${session}`)
      if (session >= 0) times.newSession.push(measured)
    }
    for (let prompt = -options.warmUp; prompt < options.prompts; prompt++) {
      const measured = await sendAndTime(panel, shop, `Look at this, ${prompt}`)
      if (prompt >= 0) times.inSession.push(measured)
    }
    return times
  } finally {
    await browser.close()
  }
}

async function pair(panel: SidePanel, { server }: ShopWorld): Promise<void> {
  await panel.waitForText('Connect to your Fixpoint server')
  await panel.click('#root input')
  await panel.type((await server.client.call('createPairingCode', {})).link)
  await panel.press('Enter')
  await panel.waitForText('Connected')
  await panel.waitForText('Point at something')
}

async function sendAndTime(panel: SidePanel, { server }: ShopWorld, text: string): Promise<Times> {
  await panel.click('textarea')
  await panel.type(text)
  await panel.evaluate(`fixpointProbe.expect(${JSON.stringify(text)})`)
  await panel.clickButton('Send')
  await panel.waitUntil('fixpointProbe.isComplete()', TURN_MS)
  const times = timesSchema.parse(await panel.evaluate('fixpointProbe.times()'))
  // The newest session is the first of the list.
  const [newest] = (await server.client.call('listSessions', { query: {} })).sessions
  if (newest !== undefined) await server.waitUntilQuiet(newest.sessionId)
  await panel.waitUntil(`document.querySelector('.fx-turn:last-of-type')?.dataset.status !== 'running'`, TURN_MS)
  return times
}

/**
 * Notes in the panel when Send was clicked (the time that the browser gives the event) and, at each change of its document, what is
 * shown since. A prompt that is only on its way is not in a turn and not without the class of a pending one, so it does not count.
 */
function probe(firstWords: string): string {
  const [firstWord] = firstWords.split(' ')
  return `
    globalThis.fixpointProbe = (() => {
      let text = '', sentAt = null, found = {}
      const look = () => {
        if (sentAt === null) return
        const now = performance.now()
        const prompts = [...document.querySelectorAll('.fx-prompt:not(.fx-prompt--pending)')]
        const prompt = prompts.find(element => element.querySelector('.fx-prompt__text')?.textContent === text)
        if (prompt) found.event ??= now - sentAt
        const said = prompt?.closest('.fx-turn')?.querySelector('.fx-turn-text')?.textContent ?? ''
        if (said.startsWith(${JSON.stringify(firstWord)})) found.text ??= now - sentAt
      }
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
      addEventListener('click', event => {
        if (event.target.closest('.fx-composer__send')) sentAt = event.timeStamp
      }, true)
      return {
        expect(wanted) { text = wanted; sentAt = null; found = {} },
        isComplete: () => found.event !== undefined && found.text !== undefined,
        times: () => found
      }
    })()
    undefined`
}
