/**
 * A bug report, and what outlives an interruption: real Chromium with the real panel and the real server. The service worker is ended, the
 * panel closed and the page left, each while something is under way; draft, picks and pictures have to be there again, and each prompt once.
 *
 * Screenshots of what was seen stay in `.fixpoint/artifacts/bug-report/`.
 */
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { type ScriptedModel, startScriptedModel } from '@fixpoint/demo/model'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ExtensionBrowser } from './src/chromium.ts'
import { type CodeHost, startCodeHost } from './src/code-host.ts'
import { say, scriptOf } from './src/model-scripts.ts'
import { PictureAlbum } from './src/picture-album.ts'
import { freePort, ROOT, ServerProcess } from './src/server-process.ts'
import type { SidePanel } from './src/side-panel.ts'
import { makeTinyProject, type TinyProject } from './src/tiny-project.ts'

const TOKEN = 'ghp_0123456789abcdefghijABCDEFGHIJ012345'
const SECRET = 'correct-horse-battery-9'

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tiny</title><link rel="icon" href="data:,"></head>
<body style="font:16px sans-serif"><h1>Tiny shop</h1><p class="price">12 €</p><p class="note">free shipping</p>
<label>Voucher <input id="voucher"></label> <button id="add" onclick="console.error('out of stock')">Add to cart</button> <a href="/other">Other page</a></body></html>`

let project: TinyProject
let host: CodeHost
let model: ScriptedModel
let server: ServerProcess
let pages: Server
let origin = ''
let browser: ExtensionBrowser
let page: Page
let panel: SidePanel
const album = new PictureAlbum('bug-report', undefined)

beforeAll(async () => {
  project = makeTinyProject()
  host = await startCodeHost({ folder: project.folder, token: TOKEN })
  model = await startScriptedModel({ script: scriptOf([say('Nothing to do.')]) })
  const port = await freePort()
  origin = `http://localhost:${port}`
  pages = createServer((_request, response) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(PAGE))
  await new Promise<void>(resolve => pages.listen(port, resolve))
  server = await ServerProcess.start({
    config: {
      person: { name: 'Ada Lovelace', email: 'ada@example.com' },
      model: { provider: 'google', id: 'scripted', baseUrl: model.url },
      github: { apiUrl: `${host.url}/api/v3` },
      projects: [{ ...project.config, origins: [origin], repository: host.repositoryUrl('acme', 'tiny') }]
    },
    environment: { GOOGLE_GENERATIVE_AI_API_KEY: model.apiKey, FIXPOINT_GITHUB_TOKEN: TOKEN }
  })
  browser = await ExtensionBrowser.launch({ extensionFolder: join(ROOT, 'extension', '.output', 'chrome-mv3') })
  page = await browser.context.newPage()
  await page.goto(origin)
  await browser.clickAction(page)
  panel = await browser.sidePanel()
  await panel.waitForText('Connect to your Fixpoint server')
  const { link } = await server.client.call('createPairingCode', {})
  await panel.click('#root input')
  await panel.type(link)
  await panel.press('Enter')
  await panel.waitForText('Record a bug')
})
afterAll(async () => {
  await browser?.close()
  await server?.remove()
  await model?.close()
  await host?.close()
  pages?.close()
  project?.remove()
})

const stepTexts = () => panel.texts('.fx-recording .fx-steps__text')

async function openPanel(): Promise<void> {
  await browser.clickAction(page)
  panel = await browser.sidePanel()
  await panel.waitFor('.fx-composer')
}

async function startPointing(): Promise<void> {
  await panel.clickButton('Point')
  await panel.waitForText('Click an element, or drag a region.')
}

async function clickOnPage(selector: string): Promise<void> {
  const box = await page.locator(selector).boundingBox()
  if (!box) throw new Error(`${selector} is not shown.`)
  const [x, y] = [box.x + Math.min(20, box.width / 2), box.y + box.height / 2]
  await page.mouse.move(x + 30, y + 30)
  await page.mouse.move(x, y, { steps: 3 })
  await page.mouse.click(x, y)
}

/** The picks are in the composer with their pictures, and pointing is over. */
async function waitForPicks(count: number): Promise<void> {
  const picks = `document.querySelectorAll('.fx-composer .fx-pick').length === ${count}
    && document.querySelectorAll('.fx-composer .fx-pick img').length === ${count} && !document.querySelector('.fx-composer .fx-pick .fx-spinner')`
  try {
    await panel.waitUntil(`${picks} && !document.querySelector('.fx-composer__point[aria-pressed=true]')`, 30_000)
  } catch (cause) {
    throw new Error(`There are not ${count} picks with their pictures. The panel shows:\n${await panel.text()}`, { cause })
  }
}

const waitForText = (text: string) => panel.waitUntil(`document.querySelector('.fx-composer textarea')?.value === ${JSON.stringify(text)}`)
const write = async (text: string) => {
  await panel.evaluate(`document.querySelector('.fx-composer textarea').focus()`)
  await panel.type(text)
  await waitForText(text)
}

const sessions = async () => (await server.client.call('listSessions', { query: {} })).sessions.length

/** Every prompt of all sessions. */
async function sent(): Promise<string[]> {
  const { sessions } = await server.client.call('listSessions', { query: {} })
  const states = await Promise.all(sessions.map(({ sessionId }) => server.state(sessionId)))
  return states.flatMap(state => state.prompts.map(prompt => prompt.text))
}

/** While the server hears nothing, as behind a network that is gone. */
async function whileServerIsSilent(work: () => Promise<void>): Promise<void> {
  process.kill(server.pid, 'SIGSTOP')
  try {
    await work()
  } finally {
    process.kill(server.pid, 'SIGCONT')
  }
}

async function expectSentOnce(text: string): Promise<void> {
  await panel.waitUntil(
    `document.querySelector('.fx-prompt--pending') === null && document.querySelectorAll('.fx-composer .fx-pick').length === 0 && document.querySelector('.fx-composer textarea')?.value === ''`,
    30_000
  )
  expect((await sent()).filter(other => other === text)).toHaveLength(1)
}

async function take(name: string): Promise<void> {
  for (const [suffix, scheme, width] of [
    ['light', 'light', 400],
    ['dark', 'dark', 400],
    ['narrow', 'light', 320]
  ] as const) {
    await panel.emulateColorScheme(scheme)
    await panel.emulateSize({ width, height: 900 })
    await page.waitForTimeout(250)
    album.add(`${name}-${suffix}`, await panel.screenshot())
  }
  await panel.emulateColorScheme('light')
  await panel.emulateSize()
}

describe('a bug report', () => {
  it('records what the person does, and shows it as it comes', async () => {
    await panel.clickButton('Record a bug')
    await panel.waitForText('Began at')
    await page.click('#voucher')
    await page.keyboard.type(SECRET)
    await page.click('#add')
    await page.click('#add')
    await panel.waitForText('Clicked “Add to cart” (button) twice')
    // As long as it takes a person to see that nothing happens.
    await page.waitForTimeout(1_000)
    await page.getByText('Other page').click()
    await page.waitForURL('**/other')
    await panel.waitForText(`Went to ${origin}/other`)
    expect(await stepTexts()).toEqual([
      `Began at ${origin}/`,
      'Typed into “Voucher” (textbox)',
      'Clicked “Add to cart” (button) twice',
      'Clicked “Other page” (link)',
      `Went to ${origin}/other`
    ])
    await take('recording')
    await panel.clickButton('Stop')
    await panel.waitForText('Recorded · 5 steps')
    await panel.waitFor('.fx-composer__sent')
    await take('stopped')
  })

  it('becomes Markdown, to copy and to download', async () => {
    await panel.clickButton('Report…')
    await panel.waitFor('.fx-report')
    await panel.evaluate(`document.querySelector('.fx-report textarea').focus()`)
    await panel.type('The button does nothing')
    const shown = (await panel.texts('.fx-report__preview')).join()
    for (const part of ['> The button does nothing', '3. Clicked “Add to cart” (button) twice', 'error: out of stock'])
      expect(shown).toContain(part)
    await take('report')
    await panel.evaluate(`globalThis.saved = ''; const make = URL.createObjectURL
      URL.createObjectURL = blob => { blob.text().then(text => { globalThis.saved = text }); return make.call(URL, blob) }`)
    await panel.clickButton('Download')
    await panel.waitUntil(`globalThis.saved.includes('data:image/')`)
    const file = String(await panel.evaluate('globalThis.saved'))
    expect(file).toMatch(/^# Bug on Tiny\n/)
    expect(file + shown).not.toContain(SECRET)
  })

  it('becomes an issue, once, with the screenshot', async () => {
    await panel.clickButton('Open issue')
    await panel.waitForText('Issue #1 opened')
    expect(host.issues).toHaveLength(1)
    expect(host.issues[0]?.body).toMatch(/Clicked “Add to cart” \(button\) twice/)
    expect(host.issues[0]?.body).toMatch(/!\[Screenshot\]\(http\S+-page\.\w+\?raw=true\)/)
    // What was reported is not there any more to be reported again.
    await panel.waitUntil(
      `document.querySelector('.fx-recording') === null && document.querySelector('.fx-composer textarea').value === ''`
    )
    await take('issue')
  })
})

describe('draft, picks and pictures are there again, and nothing is sent twice', () => {
  it('when the worker is ended while the person points, and while a pick is captured', async () => {
    await page.goto(origin)
    if ((await sessions()) > 0) await panel.clickButton('New session')
    await write('make it green')
    await startPointing()
    await browser.endServiceWorker()
    await clickOnPage('.price')
    await waitForPicks(1)
    await startPointing()
    await clickOnPage('.note')
    await panel.waitUntil(`document.querySelector('.fx-composer__point')?.innerText.includes('Capturing')`, 2_000).catch(() => undefined)
    await browser.endServiceWorker()
    await waitForPicks(2)
    await waitForText('make it green')
  })

  it('when the panel is closed while the person points, and while a pick is captured', async () => {
    await startPointing()
    await browser.closeSidePanel()
    await clickOnPage('h1')
    await openPanel()
    await waitForPicks(3)
    await waitForText('make it green')
    await browser.closeSidePanel()
    await browser.endServiceWorker()
    await openPanel()
    await waitForPicks(3)
  })

  it('when the page is left while the person points, and while a pick is captured', async () => {
    await startPointing()
    await page.reload()
    await waitForPicks(3)
    await startPointing()
    await clickOnPage('#add')
    await page.reload()
    await panel.waitUntil(
      `!document.querySelector('.fx-composer__point[aria-pressed=true]') && document.querySelectorAll('.fx-composer .fx-pick').length >= 3`
    )
    await waitForText('make it green')
  })

  it('when all of it happens while the prompt is on its way', async () => {
    await whileServerIsSilent(async () => {
      await panel.press('Enter').catch(() => undefined)
      await panel.evaluate(`document.querySelector('.fx-composer textarea').focus()`)
      await panel.press('Enter')
      await panel.waitFor('.fx-prompt--pending')
      await browser.endServiceWorker()
      await page.reload()
    })
    await expectSentOnce('make it green')
  })

  it('when the panel is closed while the prompt is on its way', async () => {
    await startPointing()
    await clickOnPage('.price')
    await waitForPicks(1)
    await write('and this blue')
    await whileServerIsSilent(async () => {
      await panel.press('Enter')
      await panel.waitFor('.fx-prompt--pending')
      await browser.closeSidePanel()
    })
    await openPanel()
    // Before the prompt was complete nothing was sent: then the person sends it again.
    await panel.waitUntil(`document.querySelector('.fx-composer textarea') !== null`)
    const isThere = await panel.evaluate(`document.querySelector('.fx-composer textarea').value === 'and this blue'`)
    if (isThere === true && !(await sent()).includes('and this blue')) {
      await panel.evaluate(`document.querySelector('.fx-composer textarea').focus()`)
      await panel.press('Enter')
    }
    await expectSentOnce('and this blue')
  })
})
