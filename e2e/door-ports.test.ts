/**
 * A server that has no domain for its sessions: VS Code and previews are on ports of the same host. In Chromium, with the real sandbox; the
 * app of the first session is hostile. Screenshots stay in `.fixpoint/artifacts/door-ports/`.
 */
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../server/src/store/database.ts'
import { tinyContext } from './src/page-context.ts'
import { PictureAlbum } from './src/picture-album.ts'
import { freePorts } from './src/server-process.ts'
import { TINY_FILES } from './src/tiny-project.ts'
import { createWorld, type World } from './src/world.ts'

const PATIENCE_MS = 120_000

/** An app that signs people in, says which cookies it was sent, and tries to stay in the browser for whoever comes after it. */
const APP = `import { createServer } from 'node:http'
const worker = "self.addEventListener('install', () => self.skipWaiting()); self.addEventListener('activate', event => event.waitUntil(clients.claim()));" +
  "self.addEventListener('fetch', event => event.respondWith(new Response('<title>taken</title><script>document.title = \\"taken \\" + location.hash</script>', { headers: { 'content-type': 'text/html' } })))"
createServer((request, response) => {
  const url = new URL(request.url, 'http://app')
  if (url.pathname === '/sign-in') {
    response.setHeader('Set-Cookie', ['sid=' + url.searchParams.get('as') + '; HttpOnly; Path=/', 'lang=en; Path=/'])
    return response.end('signed in')
  }
  if (url.pathname === '/cookies') return response.end(request.headers.cookie ?? 'none')
  if (url.pathname === '/worker.js') return response.writeHead(200, { 'content-type': 'text/javascript' }).end(worker)
  response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>App</title><h1>The app</h1>')
}).listen(Number(process.env.PORT ?? 4173), '127.0.0.1')
`

const album = new PictureAlbum('door-ports', undefined)
let world: World
let browser: Browser
let context: BrowserContext
let from = 0
const sessions: string[] = []

const address = async (session: number, door: 'vscode' | 'preview' = 'preview') =>
  (await world.server.client.call('openDoor', { params: { sessionId: sessions[session] ?? '' }, body: { door, theme: 'light' } })).url

async function newPage(): Promise<Page> {
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  return page
}

async function openPreview(session: number): Promise<Page> {
  const page = await newPage()
  await page.goto(await address(session))
  await page.getByText('The app').waitFor()
  return page
}

/** A port is free for others a week after it was used. */
async function aWeekLater(): Promise<void> {
  await world.server.stop()
  const { db, close } = await openDatabase(join(world.server.folder, 'data', 'database'))
  await db
    .updateTable('door_ports')
    .set({ used_at: new Date(Date.now() - 8 * 24 * 3_600_000) })
    .execute()
  await close()
  await world.server.restart()
}

beforeAll(async () => {
  from = await freePorts(2)
  world = await createWorld({
    project: { files: { ...TINY_FILES, 'server.js': APP } },
    config: { sessionPorts: { from, to: from + 1 } }
  })
  for (let session = 0; session < 4; session++) {
    sessions.push((await world.server.client.call('createSession', { body: { projectId: 'tiny' } })).sessionId)
  }
  browser = await chromium.launch({ executablePath: process.env['FIXPOINT_CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
  context = await browser.newContext()
})
afterAll(async () => {
  await browser?.close()
  await world?.remove()
})

describe('doors on ports', () => {
  it('have origins of their own, and the app’s hidden cookies stay with it', async () => {
    const [first, second] = [await openPreview(0), await openPreview(1)]
    expect([first.url(), second.url()]).toEqual([`http://127.0.0.1:${from}/`, `http://127.0.0.1:${from + 1}/`])
    await first.evaluate(`localStorage.setItem('mine', 'first'); fetch('/sign-in?as=first')`)
    await second.evaluate(`fetch('/sign-in?as=second')`)
    const cookies = async (page: Page) =>
      String(await page.evaluate(`fetch('/cookies').then(answer => answer.text())`))
        .split('; ')
        .toSorted()
    expect(await cookies(first)).toEqual(['lang=en', 'sid=first'])
    expect(await cookies(second)).toEqual(['lang=en', 'sid=second'])
    expect(await second.evaluate(`localStorage.getItem('mine')`)).toBeNull()
    // What a script of one app can see is what the other let scripts see.
    expect(await first.evaluate('document.cookie')).toBe('lang=en')
    // The browser does send everything to both, so the names are what keeps them apart.
    expect((await context.cookies()).filter(cookie => cookie.httpOnly && cookie.value === 'first')).toHaveLength(1)
    await second.close()
    await first.close()
  })

  it('are pages of the project: what is pointed at in a preview goes to its session', async () => {
    const { client } = world.server
    const page = await openPreview(0)
    const url = page.url()
    expect(await client.call('matchProject', { query: { url } })).toMatchObject({ projectId: 'tiny', previewOf: sessions[0] })
    const context = { ...tinyContext('.price'), url }
    const { seq } = await client.call('createPrompt', { params: { sessionId: sessions[0] ?? '' }, body: { text: 'Line it up', context } })
    expect(seq).toBeGreaterThan(1)
    const elsewhere = { ...context, url: url.replace('127.0.0.1', 'localhost') }
    const body = { text: 'Line it up', context: elsewhere }
    await expect(client.call('createPrompt', { params: { sessionId: sessions[0] ?? '' }, body })).rejects.toMatchObject({
      code: 'capture_url_mismatch'
    })
    await expect(client.call('matchProject', { query: { url: elsewhere.url } })).rejects.toMatchObject({ code: 'origin_not_mapped' })
    await world.server.waitUntilQuiet(sessions[0] ?? '')
    await page.close()
  })

  it('is opened once by an address, which says so the second time', async () => {
    const url = await address(1)
    const page = await newPage()
    await page.goto(url)
    await page.getByText('The app').waitFor()
    expect(page.url()).not.toContain('ticket')
    const stranger = await browser.newPage()
    await stranger.goto(url)
    await stranger.getByText('The ticket does not open this door').waitFor({ timeout: PATIENCE_MS })
    await stranger.goto(page.url())
    await stranger.getByText('The preview is opened from a session').waitFor()
    await stranger.close()
    await page.close()
  })

  it('is not reached through a link that leads elsewhere', async () => {
    const page = await newPage()
    for (const to of ['https://evil.example', world.server.url, `http://localhost:${from}`, 'javascript:alert(1)', '']) {
      await page.goto(`${world.server.url}/door#to=${encodeURIComponent(to)}&ticket=x`)
      await page.getByText('This link leads to no session').waitFor()
      await page.goto('about:blank')
    }
    await page.goto(`${world.server.url}/door#to=http://127.0.0.1:1&ticket=x`)
    await page.getByText('127.0.0.1:1 cannot be reached').waitFor()
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme })
      album.add(`not-reached-${scheme}`, await page.screenshot())
    }
    await page.close()
  })

  it('forgets what an earlier app left at the port, which would otherwise take the ticket', async () => {
    const stay = async (session: number) => {
      const page = await openPreview(session)
      await page.evaluate(`navigator.serviceWorker.register('/worker.js').then(() => navigator.serviceWorker.ready).then(() => undefined)`)
      await page.evaluate(`localStorage.setItem('left', 'behind')`)
      const origin = new URL(page.url()).origin
      await page.close()
      return origin
    }
    // The attack: whoever goes to the port directly meets the worker of the app that was there.
    const first = await stay(0)
    await expect(address(2)).rejects.toMatchObject({ code: 'door_unavailable' })
    await aWeekLater()
    await openPreview(1).then(page => page.close())
    const direct = new URLSearchParams(new URL(await address(2)).hash.slice(1))
    expect(direct.get('to')).toBe(first)
    const victim = await newPage()
    await victim.goto(`${first}/.fixpoint/enter#ticket=${direct.get('ticket')}`)
    await victim.waitForFunction(`document.title.startsWith('taken #ticket=')`)
    await victim.close()

    // By the address that is given out, the browser forgets first.
    const page = await newPage()
    await page.goto(await address(2))
    await page.getByText('The app').waitFor()
    expect(new URL(page.url()).origin).toBe(first)
    expect(await page.evaluate(`localStorage.getItem('left')`)).toBeNull()
    expect(await page.evaluate(`navigator.serviceWorker.getRegistrations().then(found => found.length)`)).toBe(0)

    // Who comes back keeps what is theirs.
    await page.evaluate(`localStorage.setItem('mine', 'third')`)
    await page.close()
    const again = await newPage()
    await again.goto(await address(2))
    await again.getByText('The app').waitFor()
    expect(await again.evaluate(`localStorage.getItem('mine')`)).toBe('third')
    await again.close()

    // But not where another app was there in between, although this browser still has the cookie.
    await stay(2)
    await aWeekLater()
    await openPreview(1).then(other => other.close())
    const back = await openPreview(0)
    expect(new URL(back.url()).origin).toBe(first)
    expect(await back.evaluate(`[localStorage.getItem('left'), localStorage.getItem('mine')]`)).toEqual([null, null])
    expect(await back.evaluate(`navigator.serviceWorker.getRegistrations().then(found => found.length)`)).toBe(0)
    await back.close()
  })

  it('has VS Code behind it, with its sockets', async () => {
    await aWeekLater()
    const page = await newPage()
    await page.goto(await address(3, 'vscode'))
    await page.locator('.explorer-folders-view .monaco-list-row[aria-label^="style.css"]').dblclick()
    await page.locator('.view-lines', { hasText: 'margin-left' }).waitFor()
    album.add('vscode', await page.screenshot())
    await page.close()
  })
})
