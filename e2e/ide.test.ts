/**
 * A session in VS Code, as a person has it: the real code-server in the real sandbox, in Chromium. Only the model is scripted.
 * Screenshots stay in `.fixpoint/artifacts/ide/`.
 */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type Browser, type BrowserContext, chromium, type FrameLocator, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { call, editStyle, say, scriptOf } from './src/model-scripts.ts'
import { PictureAlbum } from './src/picture-album.ts'
import { TINY_FILES } from './src/tiny-project.ts'
import { createWorld, type World } from './src/world.ts'

const HEALTHY = expect.stringMatching(/"status":\s*"(alive|expired)"/)

const PROMPT = 'Line the price up with the note.'
/** Longer than anything takes here, also on a busy machine. */
const PATIENCE_MS = 120_000

/** A name that is markup, and runs something where it is taken for it. */
const HOSTILE_NAME = '<img src=x onerror=globalThis.__attacked=1>.css'

/** A repository that tries, by its settings, to get at the person who opens it. */
const hostileFiles = (trapUrl: string): Record<string, string> => ({
  '.vscode/settings.json': JSON.stringify({
    'fixpoint.serverUrl': trapUrl,
    'fixpoint.lineMarks': false,
    'http.proxy': trapUrl,
    'task.allowAutomaticTasks': 'on',
    'telemetry.telemetryLevel': 'all',
    'extensions.ignoreRecommendations': false,
    'update.mode': 'default'
  }),
  '.vscode/tasks.json': JSON.stringify({
    version: '2.0.0',
    tasks: [{ label: 'evil', type: 'shell', command: 'touch /tmp/task-ran', problemMatcher: [], runOptions: { runOn: 'folderOpen' } }]
  }),
  '.vscode/extensions.json': JSON.stringify({ recommendations: ['evil.extension'] }),
  [HOSTILE_NAME]: 'a {}\n'
})

const album = new PictureAlbum('ide', undefined)
let world: World
let browser: Browser
let context: BrowserContext
let page: Page
let sessionId: string
let trap: Server
let trapUrl: string
const trapped: string[] = []

const door = async (name: 'vscode' | 'preview', theme: 'system' | 'light' | 'dark' = 'system') =>
  (await world.server.client.call('openDoor', { params: { sessionId }, body: { door: name, theme } })).url

/** The page of ours that is shown; VS Code puts each into two frames. */
const pageOfOurs = (index = 0): FrameLocator => page.frameLocator('iframe.webview').nth(index).frameLocator('iframe')

async function run(command: string): Promise<void> {
  await page.keyboard.press('F1')
  await page.locator('.quick-input-widget input').fill(`>${command}`)
  await page.locator('.quick-input-list .monaco-list-row', { hasText: command }).first().click()
}

const seen = async (locator: { waitFor(options: { timeout: number }): Promise<void> }) => await locator.waitFor({ timeout: PATIENCE_MS })

/** The window in dark and in light colours, which follow the system’s. */
async function picture(name: string): Promise<void> {
  for (const [colorScheme, look] of [
    ['light', 'vs'],
    ['dark', 'vs-dark']
  ] as const) {
    await page.emulateMedia({ colorScheme })
    await seen(page.locator(`.monaco-workbench.${look}`))
    album.add(`${name}-${colorScheme}`, await page.screenshot())
  }
}

/** Runs until the sandbox has this file. */
const waitFor = (file: string) => call('bash', { command: `while [ ! -e ${file} ]; do sleep 0.2; done` })

const container = () =>
  execFileSync('docker', ['ps', '--quiet', '--filter', `label=fixpoint.session=${sessionId}`], { encoding: 'utf8' }).trim()

const inSandbox = (command: string) => execFileSync('docker', ['exec', container(), 'sh', '-c', command], { encoding: 'utf8' })

beforeAll(async () => {
  trap = createServer((request, response) => {
    trapped.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`)
    response.end()
  })
  trap.listen(0, '127.0.0.1')
  await once(trap, 'listening')
  const address = trap.address()
  trapUrl = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  world = await createWorld({ project: { files: { ...TINY_FILES, ...hostileFiles(trapUrl) } } })
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
  trap.close()
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

  it('does nothing that a repository’s settings want, and shows file names as they are', async () => {
    await seen(page.locator('.explorer-folders-view .monaco-list-row', { hasText: HOSTILE_NAME }))
    expect(await page.evaluate('globalThis.__attacked')).toBeUndefined()
    expect(await page.locator('.notification-list-item').allTextContents()).toEqual([])
    const ran = () => inSandbox('ls /tmp').includes('task-ran')
    expect(ran()).toBe(false)
    // The task works where a person starts it.
    const task = page.locator('.quick-input-list .monaco-list-row', { hasText: 'evil' })
    await vi.waitFor(
      async () => {
        // It is listed once VS Code has read the tasks.
        await page.keyboard.press('F1')
        await page.locator('.quick-input-widget input').fill('task evil')
        await task.first().click({ timeout: 5_000 })
      },
      { timeout: PATIENCE_MS }
    )
    await vi.waitFor(() => expect(ran()).toBe(true), { timeout: PATIENCE_MS })
    await run('View: Hide Panel')
    expect(trapped).toEqual([])
    await fetch(trapUrl)
    expect(trapped).toEqual(['GET / '])
  })

  it('listens on nothing but a socket of the sandbox', async () => {
    const [details] = JSON.parse(execFileSync('docker', ['inspect', container()], { encoding: 'utf8' }))
    expect([details.HostConfig.NetworkMode, details.NetworkSettings.Ports, details.HostConfig.PortBindings ?? {}]).toEqual(['none', {}, {}])
    const health = (how: string) => inSandbox(`curl --silent --max-time 3 ${how}/healthz || true`)
    const listening = inSandbox('cat /proc/net/tcp /proc/net/tcp6')
      .split('\n')
      .map(line => line.trim().split(/\s+/))
      .filter(fields => fields[3] === '0A')
      .map(fields => Number.parseInt(fields[1]?.split(':').at(-1) ?? '', 16))
    for (const port of new Set(listening)) expect([port, health(`--noproxy '*' http://127.0.0.1:${port}`)]).not.toEqual([port, HEALTHY])
    // It would be known where it answers.
    const [socket = ''] = inSandbox('grep -o "/[^ ]*vscode[^ ]*sock[^ ]*" /proc/net/unix | sort -u').split('\n')
    expect(health(`--unix-socket '${socket}' http://localhost`)).toEqual(HEALTHY)
  })

  it('shows the session as the panel does', async () => {
    await page.locator('.activitybar a[aria-label="Fixpoint"]').click()
    const timeline = pageOfOurs().locator('.fx-timeline')
    await seen(timeline.getByText(PROMPT))
    await seen(timeline.getByText('The price lines up with the note now.'))
    await seen(timeline.locator('.fx-proof[data-verdict="verified"]'))
    await seen(page.locator('.statusbar-item', { hasText: 'Fixpoint: Verified' }))
    await picture('timeline')
    await page.setViewportSize({ width: 700, height: 900 })
    await seen(timeline)
    await picture('narrow')
    await page.setViewportSize({ width: 1_440, height: 900 })
  })

  it('lists what was changed, by file and by turn, each with its diff', async () => {
    const sides = async (title: string) => {
      await seen(page.locator('.tab.active', { hasText: title }))
      for (const text of ['margin-left: 30px', 'margin-left: 0']) {
        await seen(page.locator('.monaco-diff-editor .view-line', { hasText: text }).first())
      }
    }
    await page.locator('.pane-header', { hasText: 'Changed files' }).click()
    await page.locator('.pane', { hasText: 'Changed files' }).locator('.monaco-list-row', { hasText: 'style.css' }).click()
    await sides('style.css (Fixpoint)')
    // So that it stays when the next one is opened.
    await page.locator('.tab.active').dblclick()
    await picture('changed-files')
    await page.locator('.pane-header', { hasText: 'Changed files' }).click()
    await page.locator('.pane-header', { hasText: 'Turns' }).click()
    const turn = page.locator('.pane', { hasText: 'Turns' }).locator('.monaco-list-row', { hasText: PROMPT })
    await turn.hover()
    await turn.getByRole('button', { name: 'Show Changes of This Turn' }).click()
    await sides(PROMPT)
    await page.locator('.pane-header', { hasText: 'Turns' }).click()
  })

  it('shows the proof with its pictures in a tab', async () => {
    await run('Fixpoint: Open Proof')
    const card = pageOfOurs(1).locator('.fx-proof')
    await seen(card.locator('img').first())
    const widths = await card.locator('img').evaluateAll(images => images.map(image => Reflect.get(image, 'naturalWidth')))
    expect(Math.min(...widths)).toBeGreaterThan(0)
    await picture('proof')
  })

  it('opens the changes as VS Code’s own diffs', async () => {
    await run('Fixpoint: Show All Changes of the Session')
    const editor = page.locator('.multiDiffEntry, .multi-diff-root-floating-menu, .monaco-diff-editor').first()
    await seen(editor)
    await seen(page.locator('.monaco-diff-editor .view-line', { hasText: 'margin-left: 30px' }).first())
    await seen(page.locator('.monaco-diff-editor .view-line', { hasText: 'margin-left: 0' }).first())
    await picture('diff')
  })

  it('marks the lines that the agent wrote', async () => {
    await page.locator('.activitybar a[aria-label^="Explorer"]').click()
    await page.locator('.explorer-folders-view .monaco-list-row[aria-label^="style.css"]').dblclick()
    const marks = page.locator('.editor-instance .glyph-margin-widgets .codicon, .editor-instance .cgmr').first()
    await seen(marks)
    await page.locator('.editor-instance .view-line', { hasText: 'margin-left: 0' }).getByText('margin').first().hover()
    const hover = page.locator('.monaco-hover', { hasText: PROMPT })
    await seen(hover)
    expect((await hover.textContent())?.replaceAll('\u00a0', ' ')).toMatch(/Ada Lovelace · .* · step 1 · Verified/)
    await picture('marks')
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

  it('makes a prompt of a comment on a line', async () => {
    await page.locator('.editor-instance .view-line', { hasText: 'margin-left: 0' }).click()
    await run('Comments: Add Comment on Current Selection')
    const thread = page.locator('.review-widget')
    await seen(thread)
    await page.keyboard.type('Why is this zero?')
    await thread.locator('.comment-form-container .monaco-button', { hasText: 'Send to Session' }).click()
    const queued = await world.server.waitForEvent(
      sessionId,
      event => event.type === 'prompt.queued' && event.data.text.startsWith('Why is this zero?')
    )
    expect(queued.data).toMatchObject({ text: expect.stringContaining('line 2 of "style.css"') })
    await seen(thread.getByText('Sent to the session').first())
    await picture('comment')
    await world.server.waitUntilQuiet(sessionId)
    await page.keyboard.press('Escape')
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

  it('tells the agent while it works what a person saves and makes', async () => {
    const requests: string[] = []
    const steps = scriptOf([waitFor('/tmp/saved'), say('I have seen it.')])
    world.setScript(request => {
      if (!request.responseSchema) requests.push(JSON.stringify(request.body))
      return steps(request)
    })
    await world.server.client.call('createPrompt', { params: { sessionId }, body: { text: 'Wait for me.' } })
    await world.server.waitForEvent(sessionId, event => event.type === 'tool.started' && event.data.input.includes('/tmp/saved'))
    await page.locator('.explorer-folders-view .monaco-list-row[aria-label^="style.css"]').hover()
    await page.getByRole('button', { name: 'New File...' }).first().click()
    await page.locator('.explorer-folders-view input').fill('mine.css')
    await page.keyboard.press('Enter')
    const isTold = (path: string) =>
      world.server.waitForEvent(sessionId, ({ type, data }) => type === 'files.saved' && data.paths.includes(path))
    await isTold('mine.css')
    await page.locator('.tab[aria-label^="style.css"]:not([aria-label*="Fixpoint"])').first().click()
    await page.locator('.editor-instance .view-line', { hasText: 'margin-left: 0' }).click()
    await page.keyboard.press('End')
    await page.keyboard.type(' /* meanwhile */')
    const { seq } = await world.server.client.call('getSession', { params: { sessionId } })
    await page.keyboard.press('Control+S')
    await world.server.waitForEvent(sessionId, event => event.seq > seq && event.type === 'files.saved')
    inSandbox('touch /tmp/saved')
    await world.server.waitUntilQuiet(sessionId)
    const [before = '', after = ''] = requests
    expect(before).not.toContain('mine.css')
    expect(after).toMatch(/has saved changes of their own to .{0,200}mine\.css.{0,60}style\.css/)
  })

  it('queues, withdraws, stops and accepts', async () => {
    world.setScript(scriptOf([waitFor('/tmp/never'), say('Done.')]))
    await page.locator('.activitybar a[aria-label^="Fixpoint"]').click()
    const view = pageOfOurs()
    const write = async (text: string, button: string) => {
      await view.locator('textarea').fill(text)
      await view.getByRole('button', { name: button, exact: true }).click()
    }
    await write('Work on it for long.', 'Send')
    await seen(view.getByRole('button', { name: 'Stop', exact: true }))
    await write('On second thoughts, this as well.', 'Queue')
    const waiting = view.locator('.fx-queue__prompt', { hasText: 'On second thoughts' })
    await seen(waiting)
    await picture('queue')
    await waiting.getByRole('button').click()
    await waiting.waitFor({ state: 'detached' })
    await view.getByRole('button', { name: 'Stop', exact: true }).click()
    const { prompts } = await world.server.waitUntilQuiet(sessionId)
    expect(prompts.slice(-2).map(prompt => prompt.status)).toEqual(['stopped', 'withdrawn'])
    world.setScript(scriptOf([say('All right.'), say('All right.')]))
    await write('Leave it.', 'Send')
    await world.server.waitForEvent(sessionId, event => event.type === 'prompt.queued' && event.data.text === 'Leave it.')
    await world.server.waitUntilQuiet(sessionId)
    await view.getByRole('button', { name: 'Accept', exact: true }).last().click()
    const accepted = await world.server.waitForEvent(sessionId, event => event.type === 'turns.accepted')
    expect(accepted.data).toMatchObject({ by: { name: 'Ada Lovelace' } })
    await view.getByRole('button', { name: 'Accept', exact: true }).first().waitFor({ state: 'detached' })
    await page.locator('.activitybar a[aria-label^="Explorer"]').click()
  })

  it('says where the agent has its hands, and locks nothing', async () => {
    world.setScript(scriptOf([editStyle('margin-left: 0', 'margin-left: 2px'), call('bash', { command: 'sleep 6' }), say('Done.')]))
    await world.server.client.call('createPrompt', { params: { sessionId }, body: { text: 'Two pixels.' } })
    const sign = page.locator('.explorer-folders-view [aria-label*="Changed by the turn that runs"]')
    await seen(sign.first())
    await picture('touched')
    await world.server.waitUntilQuiet(sessionId)
    await sign.first().waitFor({ state: 'detached', timeout: PATIENCE_MS })
  })

  it('tells of a change to a file with unsaved changes, which nothing writes over', async () => {
    const notice = page.locator('.notification-list-item', { hasText: 'of which you have unsaved changes' })
    const edit = async (from: string, to: string, typed: string) => {
      await page.locator('.editor-instance .view-line', { hasText: from }).click()
      await page.keyboard.press('End')
      await page.keyboard.type(typed)
      world.setScript(scriptOf([editStyle(from, to), call('bash', { command: 'sleep 3' }), say('Done.')]))
      await world.server.client.call('createPrompt', { params: { sessionId }, body: { text: `Make it ${to}.` } })
      await seen(notice)
    }
    await edit('margin-left: 2px', 'margin-left: 3px', ' /* unsaved */')
    const editor = page.locator('.editor-instance .view-line', { hasText: '/* unsaved */' })
    expect((await editor.textContent())?.replaceAll('\u00a0', ' ')).toContain('margin-left: 2px')
    expect(inSandbox('cat /workspace/style.css')).toContain('margin-left: 3px')
    await picture('conflict')
    await notice.getByRole('button', { name: 'Compare' }).click()
    await seen(page.locator('.monaco-diff-editor .view-line', { hasText: 'margin-left: 3px' }).first())
    await seen(page.locator('.monaco-diff-editor .view-line', { hasText: '/* unsaved */' }).first())
    await picture('conflict-compared')
    await notice.getByRole('button', { name: 'Keep Mine' }).click()
    await vi.waitFor(() => expect(inSandbox('cat /workspace/style.css')).toMatch(/margin-left: 2px.*unsaved/), { timeout: PATIENCE_MS })
    await page.locator('.tab', { hasText: 'in the workspace ↔ unsaved' }).waitFor({ state: 'detached' })
    await world.server.waitUntilQuiet(sessionId)

    await page.locator('.tab[aria-label^="style.css"]:not([aria-label*="Fixpoint"])').first().click()
    await edit('margin-left: 2px', 'margin-left: 4px', ' /* given up */')
    await notice.getByRole('button', { name: 'Take the Agent’s' }).click()
    await seen(page.locator('.editor-instance .view-line', { hasText: 'margin-left: 4px' }).first())
    expect(await page.getByText('/* given up */').count()).toBe(0)
    await world.server.waitUntilQuiet(sessionId)
    expect(inSandbox('cat /workspace/style.css')).not.toContain('given up')
  })

  it('takes a turn back, and asks before it discards', async () => {
    const row = page.locator('.explorer-folders-view .monaco-list-row[aria-label*="extra.css"]')
    world.setScript(scriptOf([call('write', { path: 'extra.css', content: 'a {}\n' }), say('Done.')]))
    await world.server.client.call('createPrompt', { params: { sessionId }, body: { text: 'One more file.' } })
    await world.server.waitUntilQuiet(sessionId)
    await seen(row)
    await run('Fixpoint: Discard What Was Not Accepted…')
    const dialog = page.locator('.monaco-dialog-box')
    await seen(dialog.getByText('What people changed stays.'))
    await picture('discard')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached', timeout: PATIENCE_MS })
    const style = inSandbox('cat /workspace/style.css')
    await run('Fixpoint: Undo This Turn')
    await world.server.waitForEvent(sessionId, event => event.type === 'undo.finished')
    await row.waitFor({ state: 'detached', timeout: PATIENCE_MS })
    expect(inSandbox('ls /workspace')).not.toContain('extra.css')
    expect(inSandbox('cat /workspace/style.css')).toBe(style)
    await page.locator('.activitybar a[aria-label^="Fixpoint"]').click()
    await seen(pageOfOurs().getByText('Undone by Ada Lovelace.'))
    await picture('undone')
    await page.locator('.activitybar a[aria-label^="Explorer"]').click()
  })

  it('is where one was after the tab is loaded again', async () => {
    await page.reload()
    await seen(page.locator('.editor-instance .view-line', { hasText: 'margin-left: 4px' }))
    await page.locator('.tab[aria-label*="style.css (Fixpoint)"]').first().click()
    for (const text of ['margin-left: 30px', 'margin-left: 0']) {
      await seen(page.locator('.monaco-diff-editor .view-line', { hasText: text }).first())
    }
    await page.locator('.tab', { hasText: PROMPT }).first().click()
    // Which of the pages is the tab’s depends on what VS Code showed first.
    const proofs = () => Promise.all(page.frames().map(frame => frame.locator('.fi-proof img').first().isVisible()))
    await vi.waitFor(async () => expect(await proofs()).toContain(true), { timeout: PATIENCE_MS })
    await picture('proof-again')
    await page.locator('.tab[aria-label^="style.css"]:not([aria-label*="Fixpoint"])').first().click()
  })

  it('says so when the sandbox is lost, and comes back with the files', async () => {
    execFileSync('docker', ['kill', container()])
    await seen(page.getByText(/reconnect/i).first())
    await picture('lost')
    await page.reload()
    await page.locator('.tab[aria-label^="style.css"]:not([aria-label*="Fixpoint"])').first().click()
    await seen(page.locator('.editor-instance .view-line', { hasText: 'margin-left: 4px' }))
    expect(container()).not.toBe('')
    await picture('recovered')
  })

  it('has the colours that the person chose, whatever the system’s are', async () => {
    execFileSync('docker', ['kill', container()])
    await vi.waitFor(() => expect(container()).toBe(''), { timeout: 15_000 })
    const other = await browser.newContext({ viewport: { width: 1_440, height: 900 }, colorScheme: 'dark' })
    page = await other.newPage()
    page.setDefaultTimeout(PATIENCE_MS)
    await page.goto(await door('vscode', 'light'))
    await page.locator('.activitybar a[aria-label="Fixpoint"]').click()
    await seen(pageOfOurs().locator('.fx-proof').first())
    await seen(page.locator('.monaco-workbench.vs'))
    await other.close()
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
    const own = new URL(page.url()).origin
    const vscode = own.replace('preview-', 'vscode-')
    // There is something to steal, and a script of the app sees what is meant for it.
    const names = async () => (await context.cookies([own, vscode])).map(({ name, domain }) => `${name} ${domain}`)
    const before = await names()
    expect(before).toHaveLength(2)
    expect(await page.evaluate(`document.cookie = 'theirs=1', document.cookie`)).toBe('theirs=1')
    // A cookie for all hosts beside it would take the place of ours, or shut the door.
    await page.evaluate(`for (const domain of ['localhost', '.localhost', new URL(${JSON.stringify(vscode)}).hostname])
      document.cookie = 'fixpoint-door=evil; path=/; domain=' + domain`)
    expect((await names()).filter(name => name.startsWith('fixpoint-door'))).toEqual(before)
    const frame = (url: string) =>
      page.evaluate(
        address =>
          new Promise(resolve => {
            const element = document.createElement('iframe')
            element.src = address
            element.onload = () => resolve(element.contentDocument === null ? 'closed' : element.contentDocument.title)
            document.body.append(element)
          }),
        url
      )
    expect(await frame(own)).toBe('Tiny')
    expect(await frame(vscode)).toBe('closed')
    const register = (url: string) =>
      page.evaluate(
        address =>
          navigator.serviceWorker.register(address).then(
            () => 'registered',
            error => error.name
          ),
        url
      )
    expect(await register(`${vscode}/sw.js`)).toBe('SecurityError')
    // VS Code's door is as it was.
    const tab = await context.newPage()
    expect((await tab.goto(`${vscode}/.fixpoint/session`))?.status()).toBe(200)
    await tab.close()
    album.add('preview', await page.screenshot())
  })
})
