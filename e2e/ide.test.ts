/**
 * A session in VS Code, as a person has it: the real code-server in the real sandbox, in Chromium. Only the model is scripted.
 * Screenshots stay in `.fixpoint/artifacts/ide/`.
 */
import { execFileSync } from 'node:child_process'
import { type Browser, type BrowserContext, chromium, type FrameLocator, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { editStyle, say, scriptOf } from './src/model-scripts.ts'
import { PictureAlbum } from './src/picture-album.ts'
import { createWorld, type World } from './src/world.ts'

const PROMPT = 'Line the price up with the note.'
/** Longer than anything takes here, also on a busy machine. */
const PATIENCE_MS = 120_000

const album = new PictureAlbum('ide', undefined)
let world: World
let browser: Browser
let context: BrowserContext
let page: Page
let sessionId: string

const door = async (name: 'vscode' | 'preview', theme: 'system' | 'light' | 'dark' = 'dark') =>
  (await world.server.client.call('openDoor', { params: { sessionId }, body: { door: name, theme } })).url

/** The page of ours that is shown; VS Code puts each into two frames. */
const pageOfOurs = (index = 0): FrameLocator => page.frameLocator('iframe.webview').nth(index).frameLocator('iframe')

async function run(command: string): Promise<void> {
  await page.keyboard.press('F1')
  await page.locator('.quick-input-widget input').fill(`>${command}`)
  await page.locator('.quick-input-list .monaco-list-row', { hasText: command }).first().click()
}

const seen = async (locator: { waitFor(options: { timeout: number }): Promise<void> }) => await locator.waitFor({ timeout: PATIENCE_MS })

const container = () =>
  execFileSync('docker', ['ps', '--quiet', '--filter', `label=fixpoint.session=${sessionId}`], { encoding: 'utf8' }).trim()

beforeAll(async () => {
  world = await createWorld()
  world.setScript(scriptOf([editStyle('margin-left: 30px', 'margin-left: 0'), say('The price lines up with the note now.')]))
  sessionId = (await world.server.prompt('tiny', PROMPT)).sessionId
  await world.server.waitUntilQuiet(sessionId)
  world.setScript(scriptOf([say('I have seen it.')]))
  browser = await chromium.launch({ executablePath: process.env['FIXPOINT_CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
  context = await browser.newContext({ viewport: { width: 1_440, height: 900 }, colorScheme: 'dark' })
  page = await context.newPage()
  page.setDefaultTimeout(PATIENCE_MS)
})
afterAll(async () => {
  await browser?.close()
  await world?.remove()
})

describe('a session in VS Code', () => {
  it('opens by an address that works once, on the session’s files', async () => {
    const url = await door('vscode')
    await page.goto(url)
    await seen(page.locator('.explorer-folders-view .monaco-list-row[aria-label^="style.css"]'))
    expect(page.url()).not.toContain('ticket')

    const other = await browser.newPage()
    await other.goto(url)
    await other.getByText('The ticket does not open this door').waitFor()
    await other.close()
  })

  it('greets nobody, offers no chat and asks for no trust', async () => {
    const text = await page.locator('body').textContent()
    for (const words of ['Get Started', 'Build with Agent', 'Do you trust', 'Sign in to use']) expect(text).not.toContain(words)
    await seen(page.locator('.monaco-workbench.vs-dark'))
  })

  it('shows the session as the panel does', async () => {
    await page.locator('.activitybar a[aria-label="Fixpoint"]').click()
    const timeline = pageOfOurs().locator('.fx-timeline')
    await seen(timeline.getByText(PROMPT))
    await seen(timeline.getByText('The price lines up with the note now.'))
    await seen(timeline.locator('.fx-proof[data-verdict="verified"]'))
    await seen(page.locator('.statusbar-item', { hasText: 'Fixpoint: Verified' }))
    album.add('timeline-dark', await page.screenshot())
  })

  it('shows the proof with its pictures in a tab', async () => {
    await run('Fixpoint: Open Proof')
    const card = pageOfOurs(1).locator('.fx-proof')
    await seen(card.locator('img').first())
    const widths = await card.locator('img').evaluateAll(images => images.map(image => Reflect.get(image, 'naturalWidth')))
    expect(Math.min(...widths)).toBeGreaterThan(0)
    album.add('proof-dark', await page.screenshot())
  })

  it('opens the changes as VS Code’s own diffs', async () => {
    await run('Fixpoint: Show All Changes of the Session')
    const editor = page.locator('.multiDiffEntry, .multi-diff-root-floating-menu, .monaco-diff-editor').first()
    await seen(editor)
    await seen(page.locator('.monaco-diff-editor .view-line', { hasText: 'margin-left: 30px' }).first())
    await seen(page.locator('.monaco-diff-editor .view-line', { hasText: 'margin-left: 0' }).first())
    album.add('diff-dark', await page.screenshot())
  })

  it('marks the lines that the agent wrote', async () => {
    await page.locator('.activitybar a[aria-label^="Explorer"]').click()
    await page.locator('.explorer-folders-view .monaco-list-row[aria-label^="style.css"]').dblclick()
    const marks = page.locator('.editor-instance .glyph-margin-widgets .codicon, .editor-instance .cgmr').first()
    await seen(marks)
    album.add('marks-dark', await page.screenshot())
  })

  it('makes a prompt of code that is pointed at', async () => {
    await page.locator('.editor-instance .view-line', { hasText: 'margin-left: 0' }).click()
    await run('Fixpoint: Send Selection to Session…')
    await page.locator('.quick-input-widget input').fill('Use a variable here.')
    await page.keyboard.press('Enter')
    const queued = await world.server.waitForEvent(
      sessionId,
      event => event.type === 'prompt.queued' && event.data.text.startsWith('Use a variable here.')
    )
    expect(queued.data).toMatchObject({
      text: expect.stringContaining('line 2 of "style.css":\n```\n.price {'),
      author: { name: 'Ada Lovelace' }
    })
    await world.server.waitUntilQuiet(sessionId)
  })

  it('tells the agent what a person saves', async () => {
    const line = page.locator('.editor-instance .view-line', { hasText: 'margin-left: 0' })
    await line.click()
    await page.keyboard.press('End')
    await page.keyboard.type(' /* mine */')
    await page.keyboard.press('Control+S')
    const saved = await world.server.waitForEvent(sessionId, event => event.type === 'files.saved')
    expect(saved.data).toMatchObject({ paths: ['style.css'], by: { name: 'Ada Lovelace' } })

    let heard = ''
    world.setScript(request => {
      heard += request.openMessages.map(message => message.text).join('\n')
      return { parts: [{ text: 'I have seen it.' }] }
    })
    await world.server.client.call('createPrompt', { params: { sessionId }, body: { text: 'And now?' } })
    await world.server.waitUntilQuiet(sessionId)
    expect(heard).toContain('"Ada Lovelace" has saved changes of their own to "style.css"')
  })

  it('is where one was after the tab is loaded again', async () => {
    await page.reload()
    await seen(page.locator('.tab[aria-label^="style.css"]'))
    await seen(page.locator('.editor-instance .view-line', { hasText: 'margin-left: 0' }))
  })

  it('says so when the sandbox is lost, and comes back with the files', async () => {
    execFileSync('docker', ['kill', container()])
    await seen(page.getByText(/reconnect/i).first())
    album.add('lost-dark', await page.screenshot())
    await page.reload()
    await seen(page.locator('.editor-instance .view-line', { hasText: 'margin-left: 0' }))
    expect(container()).not.toBe('')
  })

  it('follows the system’s colours where the person chose none', async () => {
    const bright = await browser.newContext({ viewport: { width: 1_440, height: 900 }, colorScheme: 'light' })
    execFileSync('docker', ['kill', container()])
    await vi.waitFor(() => expect(container()).toBe(''))
    page = await bright.newPage()
    page.setDefaultTimeout(PATIENCE_MS)
    await page.goto(await door('vscode', 'system'))
    await page.locator('.activitybar a[aria-label="Fixpoint"]').click()
    await seen(pageOfOurs().locator('.fx-proof').first())
    await seen(page.locator('.monaco-workbench.vs'))
    album.add('timeline-light', await page.screenshot())
    await page.close()
  })
})

describe('what pages behind a door can do', () => {
  it('VS Code’s: look at their session and write to it, and no more', async () => {
    const other = (await world.server.client.call('createSession', { body: { projectId: 'tiny' } })).sessionId
    page = await context.newPage()
    page.setDefaultTimeout(PATIENCE_MS)
    await page.goto(await door('vscode'))
    await seen(page.locator('.monaco-workbench'))
    const ask = (path: string, method = 'GET', body: object | null = null) =>
      page.evaluate(
        async ([address, verb, content]) => {
          const response = await fetch(`/.fixpoint/api${address}`, {
            method: verb ?? 'GET',
            headers: { 'content-type': 'application/json' },
            ...(content === null ? {} : { body: content ?? null })
          })
          return response.status
        },
        [path, method, body === null ? null : JSON.stringify(body)]
      )
    const own = `/sessions/${sessionId}`
    expect(await ask(own)).toBe(200)
    expect(await ask(`/sessions/${other}`)).toBe(404)
    expect(await ask(`/sessions/${other}/prompts`, 'POST', { text: 'x' })).toBe(404)
    expect(await ask(`${own}/close`, 'POST')).toBe(404)
    expect(await ask(`${own}/doors`, 'POST', { door: 'preview' })).toBe(404)
    expect(await ask('/sessions')).toBe(404)
    expect(await ask('/pairing-codes', 'POST')).toBe(404)
    expect(await ask(`${own}/pull-request`, 'POST', { confirmProtectedPaths: true })).toBe(409)
    // The same requests with the person’s token are answered.
    expect((await world.server.request('/api/sessions')).status).toBe(200)
    expect((await world.server.request(`/api/sessions/${other}`)).status).toBe(200)
  })

  it('VS Code’s and the app’s: talk to nobody else', async () => {
    const reach = (url: string) =>
      page.evaluate(
        address =>
          fetch(address, { mode: 'no-cors' }).then(
            () => 'reached',
            () => 'refused'
          ),
        url
      )
    expect(await reach(`${world.server.url}/healthz`)).toBe('refused')
    expect(await reach('/healthz')).toBe('reached')
    await page.goto(await door('preview'))
    await seen(page.getByRole('heading', { name: 'Tiny shop' }))
    expect(await reach(`${world.server.url}/healthz`)).toBe('refused')
    expect(await reach('/style.css')).toBe('reached')
  })

  it('the app’s: see no cookie, no opener, and not the server’s API', async () => {
    expect(await page.evaluate('[document.cookie, window.opener]')).toEqual(['', null])
    const status = await page.evaluate("fetch('/.fixpoint/api/server').then(response => response.status)")
    expect(status).toBe(404)
    album.add('preview', await page.screenshot())
  })
})
