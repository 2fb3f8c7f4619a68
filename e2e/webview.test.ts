/** The built pages of the companion, in Chromium, with everything in them that people, agents and repositories write being hostile. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pageHtml } from '../ide-extension/src/page-html.ts'
import { pageWords } from '../ide-extension/src/page-words.ts'
import { HOSTILE_TEXTS } from '../ui/src/fixtures/hostile-texts.ts'
import { fixtureLogs } from '../ui/src/fixtures/logs.ts'
import { PictureAlbum } from './src/picture-album.ts'
import { ROOT } from './src/server-process.ts'

const ORIGIN = 'http://webview.test'
const built = (name: string) => readFileSync(join(ROOT, 'ide-extension', 'dist', 'vsix', name))

const album = new PictureAlbum('webview', undefined)
let browser: Browser
/** What the page asked for besides its own two files. */
let asked: string[] = []

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: process.env['FIXPOINT_CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
})
afterAll(() => browser?.close())

interface Opening {
  colorScheme?: 'light' | 'dark'
  withoutPolicy?: boolean
  translation?: Record<string, string>
}

async function open({ colorScheme = 'light', withoutPolicy = false, translation = {} }: Opening = {}) {
  asked = []
  const context = await browser.newContext({ viewport: { width: 360, height: 900 }, colorScheme })
  const page = await context.newPage()
  const html = pageHtml({
    shows: { view: 'timeline' },
    language: 'en',
    words: pageWords({ t: message => translation[message] ?? message }),
    translation,
    source: ORIGIN,
    script: `${ORIGIN}/webview.js`,
    style: `${ORIGIN}/webview.css`
  })
  const files: Record<string, { body: Buffer | string; contentType: string }> = {
    '/': { body: withoutPolicy ? html.replace(/<meta http-equiv[^>]*>/, '') : html, contentType: 'text/html' },
    '/webview.js': { body: built('webview.js'), contentType: 'text/javascript' },
    '/webview.css': { body: built('webview.css'), contentType: 'text/css' }
  }
  await page.route('**/*', async route => {
    const url = new URL(route.request().url())
    const file = url.origin === ORIGIN ? files[url.pathname] : undefined
    if (file === undefined) asked.push(url.href)
    await (file === undefined ? route.abort() : route.fulfill(file))
  })
  await page.addInitScript(`window.acquireVsCodeApi = () => ({ 
    postMessage: message => globalThis.hear?.(message),
    getState: () => undefined,
    // VS Code answers with the state, as what is called here must not mind.
    setState: state => state
  })`)
  await page.goto(`${ORIGIN}/`)
  return page
}

async function showSession(page: Page): Promise<void> {
  const { events, sessionId } = fixtureLogs.hostile()
  await page.evaluate(
    ([log, id]) => {
      window.postMessage({ kind: 'events', sessionId: id, events: log, isStart: true })
      window.postMessage({ kind: 'status', status: 'connected', problem: null, canPrompt: true })
    },
    [events, sessionId] as const
  )
}

const attacks = (page: Page) => page.evaluate('globalThis.__attacked ?? 0')

describe('the pages of the companion', () => {
  it('show 80 attacks in prompts, file names, commits and outputs as text', async () => {
    const page = await open({ withoutPolicy: true })
    await showSession(page)
    await page.locator('.fx-timeline').waitFor()
    // Everything that opens is opened.
    for (let round = 0; round < 4; round++) {
      await page.evaluate(
        `for (const button of document.querySelectorAll('button[aria-expanded=false], .fx-tools__earlier')) button.click()`
      )
      await page.waitForTimeout(200)
    }
    expect(await page.locator('button[aria-expanded=true]').count()).toBeGreaterThan(HOSTILE_TEXTS.length * 2)
    const shown = await page.evaluate('document.body.textContent')
    const missing = HOSTILE_TEXTS.filter(text => text.startsWith('<') && !text.includes('\n')).filter(text => !String(shown).includes(text))
    expect(missing).toEqual([])
    expect(await attacks(page)).toBe(0)
    expect(
      await page.locator('#root script, #root iframe, #root object, #root embed, #root form:not(.fi-prompt), #root base').count()
    ).toBe(0)
    expect(asked).toEqual([])
    album.add('hostile', await page.screenshot())
    await page.context().close()
  })

  it('let a person write, and hand it to the extension', async () => {
    const page = await open()
    const posted: unknown[] = []
    await page.exposeFunction('hear', (message: unknown) => void posted.push(message))
    await showSession(page)
    const field = page.locator('textarea')
    await field.pressSequentially('Line it up.')
    await page.locator('.fi-prompt button').last().click()
    await expect.poll(() => posted).toContainEqual({ kind: 'prompt', text: 'Line it up.' })
    // It stays until the server has it.
    expect(await field.inputValue()).toBe('Line it up.')
    await page.evaluate(() => window.postMessage({ kind: 'sent' }))
    await expect.poll(() => field.inputValue()).toBe('')
    await page.context().close()
  })

  it('speak the language of VS Code, in what the shared components say too', async () => {
    const page = await open({ translation: { Send: 'Senden', Timeline: 'Verlauf', '{0} more lines': '{0} Zeilen mehr' } })
    await showSession(page)
    await page.getByLabel('Verlauf').waitFor()
    await page.getByRole('button', { name: 'Senden' }).waitFor()
    await page.context().close()
  })

  it('would be attacked where texts were markup, and their policy would stop that too', async () => {
    const inject = `for (const text of ${JSON.stringify(HOSTILE_TEXTS)}) {
      const element = document.createElement('div')
      element.innerHTML = text
      document.body.append(element)
    }`
    const open1 = await open({ withoutPolicy: true })
    await open1.evaluate(inject)
    await expect.poll(() => attacks(open1)).toBeGreaterThan(0)
    expect(asked.length).toBeGreaterThan(0)
    await open1.context().close()

    const guarded = await open()
    await guarded.evaluate(inject)
    await guarded.waitForTimeout(500)
    expect(await attacks(guarded)).toBe(0)
    expect(asked).toEqual([])
    await guarded.context().close()
  })
})
