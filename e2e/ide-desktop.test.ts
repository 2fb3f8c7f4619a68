/**
 * A session in VS Code on a person's own machine: code-server outside of the sandbox with our extension from its VSIX, and the files of
 * the sandbox by way of the server. Screenshots stay in `.fixpoint/artifacts/ide-desktop/`.
 */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { sessionLink } from '@fixpoint/protocol'
import { type Browser, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { HostCodeServer } from './src/host-code-server.ts'
import { PictureAlbum } from './src/picture-album.ts'
import { seen, Workbench } from './src/workbench.ts'
import { createWorld, type World } from './src/world.ts'

const album = new PictureAlbum('ide-desktop', undefined)
let world: World
let codeServer: HostCodeServer
let browser: Browser
let page: Page
let workbench: Workbench
let sessionId: string
let trap: Server
let trapUrl = ''
const trapHits: string[] = []

const inSandbox = (command: string) => {
  const filter = `label=fixpoint.session=${sessionId}`
  const container = execFileSync('docker', ['ps', '--quiet', '--filter', filter], { encoding: 'utf8' }).trim()
  return execFileSync('docker', ['exec', container, 'bash', '-c', command], { encoding: 'utf8' })
}

async function openLink(server: string): Promise<void> {
  await workbench.run('Fixpoint: Open a Session by Its Link…')
  await workbench.answer(sessionLink({ serverUrl: server, sessionId }))
  await seen(page.locator('.monaco-dialog-box', { hasText: server }))
}

beforeAll(async () => {
  trap = createServer((request, response) => {
    trapHits.push(`${request.method} ${request.url}`)
    response.end('{}')
  })
  trap.listen(0, '127.0.0.1')
  await once(trap, 'listening')
  const address = trap.address()
  trapUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  ;[world, codeServer] = await Promise.all([
    createWorld({
      project: {
        files: {
          'style.css': '.price { margin-left: 30px }\n',
          'server.js':
            'import { createServer } from "node:http"\ncreateServer((_, response) => response.end("x")).listen(process.env.PORT)\n',
          'package.json': '{ "name": "tiny", "private": true, "type": "module" }\n',
          'check.sh': 'true\n',
          // What a repository would like to set: where the server is, and (which it may) how large the letters are.
          '.vscode/settings.json': JSON.stringify({ 'fixpoint.serverUrl': trapUrl, 'editor.fontSize': 21 })
        }
      }
    }),
    // The terminal is drawn in the document, where it can be read.
    HostCodeServer.start({ hasCompanion: true, settings: { 'terminal.integrated.gpuAcceleration': 'off' } })
  ])
  sessionId = (await world.server.client.call('createSession', { body: { projectId: 'tiny' } })).sessionId
  browser = await chromium.launch({ executablePath: process.env['FIXPOINT_CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
  const context = await browser.newContext({ viewport: { width: 1_440, height: 900 }, colorScheme: 'dark' })
  page = await context.newPage()
  workbench = new Workbench(page)
  await page.goto(codeServer.url)
})
afterAll(async () => {
  trap?.close()
  await browser?.close()
  await codeServer?.remove()
  await world?.remove()
})

it('opens a link only when the person says so, and names the server', async () => {
  await seen(page.locator('.activitybar a[aria-label="Fixpoint"]'))
  await openLink(trapUrl)
  album.add('confirm-dark', await page.screenshot())
  await page.locator('.monaco-dialog-box').getByRole('button', { name: 'Cancel' }).click()
  expect(trapHits).toEqual([])
})

it('signs in with a pairing code, and shows the files of the sandbox', async () => {
  const { code } = await world.server.client.call('createPairingCode', {})
  await openLink(world.server.url)
  await page.locator('.monaco-dialog-box').getByRole('button', { name: 'Open', exact: true }).click()
  await seen(page.locator('.quick-input-widget', { hasText: `Sign in to ${world.server.url}` }))
  await workbench.answer(code)
  await seen(workbench.entry('style.css'))
  album.add('files-dark', await page.screenshot())
})

it('saves what a person edits as theirs', async () => {
  await workbench.entry('style.css').dblclick()
  await workbench.line('margin-left: 30px').click()
  await page.keyboard.press('End')
  await page.keyboard.type(' /* mine */')
  await page.keyboard.press('Control+S')
  const saved = await world.server.waitForEvent(sessionId, event => event.type === 'files.saved')
  expect(saved.data).toMatchObject({ paths: ['style.css'], by: { name: 'Ada Lovelace' } })
  expect(inSandbox('cat style.css')).toBe('.price { margin-left: 30px } /* mine */\n')
})

it('shows what others change, and makes, renames and removes files', async () => {
  inSandbox('echo "made there" > there.txt; sed -i s/30px/31px/ style.css')
  await seen(workbench.entry('there.txt'))
  await seen(workbench.line('margin-left: 31px'))
  await workbench.entry('there.txt').click()
  await page.keyboard.press('F2')
  await page.locator('.explorer-folders-view input').fill('moved.txt')
  await page.keyboard.press('Enter')
  await seen(workbench.entry('moved.txt'))
  expect(inSandbox('cat moved.txt')).toBe('made there\n')
})

it('does not write over what somebody else has changed meanwhile', async () => {
  await workbench.entry('style.css').dblclick()
  await workbench.line('margin-left: 31px').click()
  await page.keyboard.press('End')
  await page.keyboard.type(' /* unsaved */')
  inSandbox('echo ".agent {}" > style.css')
  await page.keyboard.press('Control+S')
  await seen(page.locator('.notification-toast', { hasText: /content of the file is newer|has changed since/ }))
  expect(inSandbox('cat style.css')).toBe('.agent {}\n')
  album.add('conflict-dark', await page.screenshot())
  await workbench.run('File: Revert File')
  await seen(workbench.line('.agent {}'))
})

it('finds files by name and by what is in them', async () => {
  await page.keyboard.press('Control+P')
  await seen(page.locator('.quick-input-widget', { hasText: 'Go to File in the Sandbox' }))
  await page.locator('.quick-input-widget input').fill('check')
  await seen(page.locator('.quick-input-list .monaco-list-row', { hasText: 'check.sh' }))
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+Shift+F')
  await page.locator('.quick-input-widget input').fill('createserver((')
  await page.locator('.quick-input-list .monaco-list-row', { hasText: 'server.js:2' }).click()
  await seen(page.locator('.tab.active[aria-label^="server.js"]'))
})

it('has a terminal in the sandbox', async () => {
  await workbench.run('Fixpoint: Open a Terminal in the Sandbox')
  await seen(workbench.terminal('fixpoint@sandbox'))
  await page.keyboard.type('echo "$((6*7)) on $(hostname) as $(id -u)"\r')
  await seen(workbench.terminal('42 on sandbox as 10001'))
  album.add('terminal-dark', await page.screenshot())
  await page.keyboard.type('exit\r')
  await page.locator('.terminal-wrapper').waitFor({ state: 'detached' })
})

it('takes no server from a workspace', async () => {
  // The workspace’s settings are read, as the letters show.
  expect(
    await workbench
      .line('.listen')
      .first()
      .evaluate(line => getComputedStyle(line).fontSize)
  ).toBe('21px')
  await page.reload()
  await seen(workbench.entry('server.js'))
  expect(trapHits).toEqual([])
})

it('shows the session beside the files, light as well', async () => {
  await page.emulateMedia({ colorScheme: 'light' })
  await page.locator('.activitybar a[aria-label="Fixpoint"]').click()
  await seen(page.frameLocator('iframe.webview').first().frameLocator('iframe').getByRole('button', { name: 'Send' }))
  await seen(page.locator('.monaco-workbench.vs'))
  album.add('session-light', await page.screenshot())
})
