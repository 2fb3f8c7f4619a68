/** A sandbox that nobody uses sleeps; one that a tab is open on does not; and whoever comes back finds everything. In Chromium, with the real VS Code. */
import { execFileSync } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWorld, type World } from './src/world.ts'

const IDLE_SECONDS = 5
const PATIENCE_MS = 120_000

let world: World
let browser: Browser
let context: BrowserContext
let sessionId: string

const address = async (door: 'vscode' | 'preview') =>
  (await world.server.client.call('openDoor', { params: { sessionId }, body: { door, theme: 'light' } })).url

/** What the engine has, not what the server says. */
const containers = () => {
  const list = ['ps', '--quiet', '--filter', `label=fixpoint.session=${sessionId}`]
  return execFileSync('docker', list, { encoding: 'utf8' }).split('\n').filter(Boolean)
}
const asleep = () => expect.poll(containers, { timeout: 60_000, interval: 500 }).toEqual([])

async function open(url: string): Promise<Page> {
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  await page.goto(url)
  return page
}

const inExplorer = (page: Page, name: string) => page.locator(`.explorer-folders-view .monaco-list-row[aria-label^="${name}"]`)

beforeAll(async () => {
  world = await createWorld({ config: { sandbox: { idleSeconds: IDLE_SECONDS } } })
  ;({ sessionId } = await world.server.prompt('tiny', 'Is there anything to do?'))
  await world.server.waitUntilQuiet(sessionId)
  browser = await chromium.launch({ executablePath: process.env['FIXPOINT_CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
  context = await browser.newContext()
})
afterAll(async () => {
  await browser?.close()
  await world?.remove()
})

describe('a sandbox with VS Code', () => {
  let url: string

  it('is kept as long as a tab is open, although nothing is done in it', async () => {
    const page = await open(await address('vscode'))
    await inExplorer(page, 'style.css').dblclick()
    await page.locator('.view-lines', { hasText: 'margin-left' }).waitFor()
    url = page.url()
    const before = containers()
    expect(before).toHaveLength(1)
    await delay((IDLE_SECONDS + 2) * 1_000)
    expect(containers()).toEqual(before)
    await page.locator('.view-lines').click()
    await page.keyboard.press('Control+Home')
    await page.keyboard.type('/* mine */')
    await page.keyboard.press('Control+S')
    await expect
      .poll(async () => (await world.server.state(sessionId)).saves, { timeout: PATIENCE_MS })
      .toEqual([expect.objectContaining({ path: 'style.css' })])
    await page.close()
  })

  it('sleeps after that, and wakes for who comes back to the address, with what was saved', async () => {
    await asleep()
    const page = await open(url)
    await page.locator('.view-lines', { hasText: '/* mine */' }).waitFor()
    expect(containers()).toHaveLength(1)
    await page.close()
  })

  it('is woken by a preview too, and by one that was left open', async () => {
    await asleep()
    const page = await open(await address('preview'))
    await page.getByText('Tiny shop').waitFor()
    // The page has no connection that would say somebody is there.
    await asleep()
    expect(await page.evaluate(`fetch('/style.css').then(answer => answer.text())`)).toContain('/* mine */')
    expect(containers()).toHaveLength(1)
    await page.close()
  })

  it('says so where its files are gone when somebody comes back', async () => {
    await asleep()
    const list = ['volume', 'ls', '--quiet', '--filter', `label=fixpoint.session=${sessionId}`]
    const volumes = execFileSync('docker', list, { encoding: 'utf8' }).split('\n').filter(Boolean)
    expect(volumes).not.toEqual([])
    execFileSync('docker', ['volume', 'rm', ...volumes])
    const page = await open(await address('preview'))
    await page.getByText('Tiny shop').waitFor()
    const warnings = async () => {
      const { turns } = await world.server.state(sessionId)
      return turns.flatMap(({ items }) => items.flatMap(item => (item.kind === 'notice' && item.level === 'warning' ? [item.text] : [])))
    }
    await expect.poll(warnings).toEqual([expect.stringMatching(/replaced.*style\.css/)])
    // Told once, however often one comes back.
    await page.reload()
    await page.getByText('Tiny shop').waitFor()
    expect(await warnings()).toHaveLength(1)
    await page.close()
  })
})
