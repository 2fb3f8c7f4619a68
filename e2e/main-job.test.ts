/**
 * The main job, as a person does it: point at something in the running shop, say what is wrong, watch the agent, look at the proof, and
 * get the branch. Chromium with the extension, Docker, git and the server are real; only the model is scripted, over Gemini's wire format.
 *
 * Screenshots of what was seen stay in `.fixpoint/artifacts/main-job/`. FIXPOINT_KEEP_PICTURES=docs/pictures also puts them where the
 * README shows them from.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Script, shopScript } from '@fixpoint/demo/model'
import { queuedPrompts, runningTurn, type SessionState, type TurnState } from '@fixpoint/protocol'
import type { Page } from 'playwright'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ExtensionBrowser } from './src/chromium.ts'
import { beside, PictureAlbum } from './src/picture-album.ts'
import { ROOT } from './src/server-process.ts'
import { createShopWorld, type ShopWorld } from './src/shop-world.ts'
import type { SidePanel } from './src/side-panel.ts'

const EXTENSION_FOLDER = join(ROOT, 'extension', '.output', 'chrome-mv3')

const PRICE = 'article:has(a[href="/product/sedge-chair"]) .price-tag'
const REVIEWS = 'article:has(a[href="/product/plover-mug"]) .review-count'
const BADGE = 'article:has(a[href="/product/heron-lamp"]) .shipping-badge'

/** In the panel. */
const LAST_TURN = `[...document.querySelectorAll('.fx-turn')].at(-1)`

/** Longer than any turn takes here, also on a busy machine. */
const TURN_MS = 180_000

const album = new PictureAlbum('main-job', process.env['FIXPOINT_KEEP_PICTURES'])
let world: ShopWorld
let browser: ExtensionBrowser
let shop: Page
let panel: SidePanel
/** The app from the sandbox. */
let preview: Page

beforeAll(async () => {
  world = await createShopWorld()
  browser = await ExtensionBrowser.launch({
    extensionFolder: EXTENSION_FOLDER,
    executablePath: process.env['FIXPOINT_CHROMIUM'] ?? '/usr/bin/chromium'
  })
  shop = await browser.context.newPage()
  await shop.goto(world.shopUrl)
  await browser.clickAction(shop)
  panel = await browser.sidePanel()
})
afterAll(async () => {
  await browser?.close()
  await world?.remove()
})

describe('the main job', () => {
  it('asks for four permissions at installation, and for no site', async () => {
    const manifest: Record<string, unknown> = JSON.parse(readFileSync(join(EXTENSION_FOLDER, 'manifest.json'), 'utf8'))
    expect(manifest['permissions']).toEqual(['activeTab', 'scripting', 'sidePanel', 'storage'])
    expect(manifest).not.toHaveProperty('host_permissions')
    expect(await panel.evaluate('chrome.permissions.getAll()')).toMatchObject({ origins: [] })
  })

  it('connects by a link that works once', async () => {
    await panel.waitForText('Connect to your Fixpoint server')
    const { link, code } = await readPairingLink()
    await panel.click('#root input')
    await panel.type(link.replace(code, 'WRNG-CDEZ'))
    await panel.press('Enter')
    await panel.waitForText('The pairing code is not valid')

    await panel.evaluate(`document.querySelector('#root input').select()`)
    await panel.type(link)
    await panel.press('Enter')
    await panel.waitForText('Saltmarsh demo shop')
    await panel.waitForText('Connected')
    await expect(world.server.client.call('pair', { body: { code, client: 'Somebody else' } })).rejects.toMatchObject({
      code: 'pairing_code_invalid'
    })
  })

  it('knows which project the page belongs to, and which page belongs to none', async () => {
    await panel.waitForText('line this up with the others') // one of the project’s suggestions
    const stranger = await browser.context.newPage()
    const elsewhere = world.shopUrl.replace('localhost', '127.0.0.1')
    await stranger.goto(elsewhere)
    // A click that the browser makes while it is still showing the new tab comes to nothing; a person clicks again.
    await vi.waitFor(
      async () => {
        await browser.clickAction(stranger)
        await panel.waitForText(`No project is served at ${elsewhere}`, 5_000)
      },
      { timeout: 30_000 }
    )
    await stranger.close()
    await panel.waitForText('Point at something')
  })

  it('points at the price, with its component and where it is written', async () => {
    await startPointing('Point at something')
    await hover(PRICE)
    await shop.keyboard.press('ArrowUp') // from the number to the whole tag
    await settle()
    album.add('pointing', await shop.screenshot(), true)
    await shop.keyboard.press('Enter')
    await waitForPicks(1)
    expect((await panel.texts('.fx-composer .fx-pick'))[0]).toMatch(/^1\s+PriceTag\s+PriceTag\.tsx:\d+/)
  })

  it('shows the agent at work: text as it is written, and a line for each thing it does', async () => {
    world.setScript(request => ({ ...shopScript(request), msPerWord: 150 }))
    await panel.type('line this up with the others')
    await panel.press('Enter')
    await panel.waitForText('The prices of things on sale stand')
    const early = await panel.text()
    expect(early).not.toContain('I look for the styles that only they have.')
    await panel.waitForText('searched “price-tag--sale”')
    await settle()
    await takePanelBesideShop('running')
  })

  it('keeps a further prompt waiting while the turn runs', async () => {
    await pick(REVIEWS)
    await panel.type('it says "1 reviews", fix the plural')
    await panel.clickButton('Queue')
    await panel.waitForText('1 waiting')
    const state = await currentState()
    expect(queuedPrompts(state).map(prompt => prompt.text)).toEqual(['it says "1 reviews", fix the plural'])
    expect(runningTurn(state)?.promptId).toBe(state.prompts[0]?.promptId)
    world.setScript(shopScript)
  })

  it('proves the change before it says that it is done', async () => {
    await panel.waitFor('.fx-proof', TURN_MS)
    const { proof } = (await turnOf('line this up with the others')) ?? {}
    expect(proof?.verdict.value).toBe('verified')
    expect(proof?.checks.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['Types', 'passed'],
      ['Tests', 'passed']
    ])
    expect(proof?.files.map(file => file.path)).toEqual(['src/components/PriceTag.css'])
    const [price] = proof?.picks ?? []
    expect(price?.styleChanges).toContainEqual({ property: 'left', before: '14px', after: 'auto' })
    // The same place of the page, before and after, as pixels.
    const [before, after] = await Promise.all([picture(proof?.before?.page.artifactId), picture(proof?.after?.page.artifactId)])
    expect([after.width, after.height]).toEqual([before.width, before.height])
    expect(after.data.equals(before.data)).toBe(false)

    await panel.waitForText('Verified')
    const card = (await panel.texts('.fx-proof'))[0] ?? ''
    expect(card).toMatch(/Before[\s\S]*After/)
    expect(card).toMatch(/left\s+14px\s+auto/)
    expect(card).toMatch(/Checks\s+2 passed/)
  })

  it('folds each call to a line that opens to the change', async () => {
    const lines = await panel.texts('.fx-turn[data-status=done] .fx-tool')
    expect(lines.map(line => line.split('\n')[0])).toEqual([
      'searched “price-tag--sale”, 2 matches',
      'read PriceTag.css',
      'edited PriceTag.css'
    ])
    expect(await panel.evaluate(`document.querySelectorAll('.fx-tool [aria-expanded=true]').length`)).toBe(0)
    await panel.evaluate(`[...document.querySelectorAll('.fx-turn[data-status=done] .fx-tool')].at(-1).querySelector('button').click()`)
    await panel.waitForText('left: 14px;')
  })

  it('works on the prompt that waited, as soon as it can', async () => {
    const state = await world.server.waitUntilQuiet(await sessionId(), TURN_MS)
    expect(state.prompts.map(prompt => prompt.status)).toEqual(['done', 'done'])
    expect((await turnOf('it says "1 reviews", fix the plural'))?.proof?.verdict.value).toBe('verified')
    await panel.waitUntil(`document.querySelectorAll('.fx-proof').length === 2`)
    expect(await panel.text()).not.toContain('waiting')
  })

  it('stops when the person presses Escape twice', async () => {
    await shop.emulateMedia({ colorScheme: 'dark' })
    await pick(BADGE)
    world.setScript(slowly('The words on the badge'))
    await panel.type('this is unreadable in dark mode')
    await panel.press('Enter')
    await panel.waitForText('The words on the badge')
    await panel.press('Escape')
    await panel.waitForText('Press Esc once more to stop.')
    await panel.press('Escape')
    await panel.waitUntil(`${LAST_TURN}.dataset.status === 'stopped'`, 30_000)
    const turn = await turnOf('this is unreadable in dark mode')
    expect(turn?.status).toBe('stopped')
    expect(turn?.checkpoint).toBeUndefined()
  })

  it('loses nothing when the server dies in the middle of a turn', async () => {
    await pick(BADGE)
    await panel.type('please make this readable in dark mode')
    await panel.press('Enter')
    await panel.waitUntil(
      `document.querySelectorAll('.fx-turn').length === 4 && ${LAST_TURN}.textContent.includes('The words on the badge')`,
      TURN_MS
    )
    const shownBefore = await panel.texts('.fx-turn')
    await world.server.kill()
    await panel.waitForText('Connection lost.')
    album.add('connection-lost', await panel.screenshot())
    world.setScript(shopScript)
    await world.server.restart()

    const state = await world.server.waitUntilQuiet(await sessionId(), TURN_MS)
    expect(state.prompts.map(prompt => prompt.status)).toEqual(['done', 'done', 'stopped', 'done'])
    await panel.waitUntil(`document.querySelectorAll('.fx-proof').length === 3`, TURN_MS)
    expect(await panel.text()).not.toContain('Connection lost.')
    // What was shown is still shown, line by line and as far as it was opened, and all of the log is, once.
    const shown = await panel.texts('.fx-turn')
    for (const turn of [0, 2]) expect(shown[turn]).toBe(shownBefore[turn])
    expect(await panel.texts('.fx-prompt__text')).toEqual(state.prompts.map(prompt => prompt.text))
    expect((await panel.texts('.fx-tool > .fx-disclosure__line .fx-disclosure__summary')).map(withoutCounts)).toEqual(
      state.turns.flatMap(turn => turn.items.flatMap(item => (item.kind === 'tool' ? [withoutCounts(item.summary ?? item.title)] : [])))
    )
    expect((await turnOf('please make this readable in dark mode'))?.proof?.verdict.value).toBe('verified')
  })

  it('pushes a branch with one commit of the person’s for each thing they asked', async () => {
    const before = world.git('rev-parse', 'main')
    await panel.clickButton('Create pull request')
    await panel.waitForText('Branch pushed')
    const id = await sessionId()
    const branch = `fixpoint/${id}`
    expect(await panel.text()).toContain(branch)

    const { pullRequest } = await currentState()
    if (pullRequest?.status !== 'opened') throw new Error(`The pull request is ${pullRequest?.status}.`)
    expect(world.git('rev-parse', branch)).toBe(pullRequest.commit)
    expect(world.git('rev-parse', 'main')).toBe(before)
    expect(world.git('diff', '--name-only', `main...${branch}`).split('\n')).toEqual([
      'src/components/PriceTag.css',
      'src/components/ShippingBadge.css',
      'src/text/format-count.ts'
    ])
    expect(world.git('show', `${branch}:src/components/PriceTag.css`)).not.toContain('left: 14px')
    const commits = world
      .git('log', '--format=%an <%ae>|%(trailers:key=Fixpoint-Session,valueonly,separator=)', `main..${branch}`)
      .split('\n')
    expect(new Set(commits)).toEqual(new Set([`Ada Lovelace <ada@example.com>|${id}`]))
    const trailers = world.git('log', '-1', '--format=%(trailers:only)', branch)
    expect(trailers).toContain(`Fixpoint-Operation: ${pullRequest.operationId}`)
    expect(trailers).toContain('Fixpoint-Verdict: verified')
  })

  it('is handsome in light and dark, and no picture is blank', async () => {
    for (const scheme of ['light', 'dark'] as const) {
      await showScheme(scheme)
      await panel.evaluate(`document.querySelector('.fx-turn').scrollIntoView(), true`)
      await takePanelBesideShop(`panel-${scheme}`, true)
      album.add(`proof-${scheme}`, await proofCard(), true)
    }
    const facts = album.facts()
    for (const [name, { colours, ground }] of Object.entries(facts)) {
      expect(colours, name).toBeGreaterThan(200)
      expect(ground, name).toBeLessThan(0.95)
    }
    for (const part of ['panel', 'proof']) {
      expect(facts[`${part}-light`]?.lightness).toBeGreaterThan(150)
      expect(facts[`${part}-dark`]?.lightness).toBeLessThan(100)
    }
  })

  it('opens the session in VS Code with one click, in a tab that needs no signing in', async () => {
    const tab = await openDoor(() => panel.clickButton('Open in VS Code'))
    await tab.locator('.explorer-folders-view .monaco-list-row[aria-label^="package.json"]').waitFor({ timeout: TURN_MS })
    expect(tab.url()).toMatch(/^http:\/\/vscode-[^/]+\.localhost:\d+\//)
    expect(tab.url()).not.toContain('ticket')
    album.add('vscode', await tab.screenshot())
    await tab.close()
  })

  it('shows the app from the sandbox in a tab, which follows the files without being loaded again', async () => {
    await panel.clickButton('Menu')
    preview = await openDoor(() => panel.clickButton('Open preview'))
    // The turn mended the dark mode.
    await preview.emulateMedia({ colorScheme: 'dark' })
    await preview.locator(BADGE).waitFor({ timeout: TURN_MS })
    await preview.evaluate('window.notLoadedAgain = true')
    const fixed = await badgeColours()

    // The panel knows whose preview it is, and what is pointed at there belongs to the same session.
    await browser.clickAction(preview)
    await panel.waitForText('please make this readable in dark mode')
    await panel.waitUntil(`document.querySelector('.fx-composer__point')?.disabled === false`)
    album.add('preview-in-panel', await panel.screenshot())

    // The panel belongs to the tab in front.
    await shop.bringToFront()
    const undo = `[...document.querySelectorAll('button')].findLast(button => button.textContent.trim() === 'Undo')`
    await panel.waitUntil(`(button => button !== undefined && (button.click(), true))(${undo})`)
    await panel.waitForText('Undone by Ada Lovelace.')
    await vi.waitFor(async () => expect(await badgeColours()).not.toEqual(fixed), { timeout: 30_000 })
    expect(await preview.evaluate('window.notLoadedAgain')).toBe(true)
    expect((await turnOf('please make this readable in dark mode'))?.undone?.by.name).toBe('Ada Lovelace')
    await panel.evaluate(`${LAST_TURN}.scrollIntoView({ block: 'end' }), true`)
    album.add('undone', await panel.screenshot())
  })

  it('comes back after the sandbox was gone, and follows the files again', async () => {
    const asBefore = await badgeColours()
    execFileSync('docker', ['kill', ...containersOf(await sessionId())], { stdio: 'ignore' })
    // The page’s own client asks at the door until somebody answers, which wakes the sandbox, and loads itself again.
    await preview.waitForFunction('window.notLoadedAgain === undefined', undefined, { timeout: TURN_MS })
    await preview.locator(BADGE).waitFor({ timeout: TURN_MS })
    expect(await badgeColours()).toEqual(asBefore)
    await preview.evaluate('window.notLoadedAgain = true')
    const [container = ''] = containersOf(await sessionId())
    const rule = `.shipping-badge { color: rgb(1, 2, 3) !important }`
    execFileSync('docker', ['exec', container, 'sh', '-c', `echo '${rule}' >> src/components/ShippingBadge.css`])
    await vi.waitFor(async () => expect((await badgeColours())[0]).toBe('rgb(1, 2, 3)'), { timeout: 30_000 })
    expect(await preview.evaluate('window.notLoadedAgain')).toBe(true)
    await preview.close()
  })

  it('leaves no container when the session is closed', async () => {
    const id = await sessionId()
    expect(containersOf(id)).toHaveLength(1)
    await panel.clickButton('Menu')
    await panel.clickButton('Close session…')
    await panel.clickButton('Close session')
    await panel.waitForText('This session is closed.')
    await expect.poll(() => containersOf(id), { timeout: 60_000 }).toEqual([])
    expect(world.model.rejections).toEqual([])
  })
})

/** The tab that a click in the panel opens. */
async function openDoor(click: () => Promise<void>): Promise<Page> {
  const opened = browser.context.waitForEvent('page')
  await click()
  return await opened
}

async function badgeColours(): Promise<string[]> {
  return await preview.locator(BADGE).evaluate(badge => [getComputedStyle(badge).color, getComputedStyle(badge).backgroundColor])
}

async function readPairingLink(): Promise<{ link: string; code: string }> {
  const { link, code } = await world.server.client.call('createPairingCode', {})
  return { link, code }
}

/** The one session that the story is about. */
async function sessionId(): Promise<string> {
  const { sessions } = await world.server.client.call('listSessions', { query: {} })
  const [only] = sessions
  if (!only || sessions.length > 1) throw new Error(`There are ${sessions.length} sessions.`)
  return only.sessionId
}

async function currentState(): Promise<SessionState> {
  return world.server.state(await sessionId())
}

async function turnOf(text: string): Promise<TurnState | undefined> {
  const { prompts, turns } = await currentState()
  const prompt = prompts.find(candidate => candidate.text === text)
  return turns.find(turn => turn.promptId === prompt?.promptId)
}

/** The model says this slowly, a word every second, and would go on with the rest of its job. */
function slowly(text: string): Script {
  return request => {
    const answer = shopScript(request)
    const isMeant = answer.parts.some(part => 'text' in part && part.text.startsWith(text))
    return isMeant ? { ...answer, msPerWord: 1_000 } : answer
  }
}

async function startPointing(button: string): Promise<void> {
  await panel.clickButton(button)
  await panel.waitForText('Click an element, or drag a region.')
}

async function hover(selector: string): Promise<void> {
  await shop.locator(selector).scrollIntoViewIfNeeded()
  const box = await shop.locator(selector).boundingBox()
  if (!box) throw new Error(`${selector} is not shown.`)
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  await shop.mouse.move(x + 30, y + 30)
  await shop.mouse.move(x, y, { steps: 3 })
}

async function pick(selector: string): Promise<void> {
  await startPointing('Point')
  await hover(selector)
  await settle()
  await shop.mouse.down()
  await shop.mouse.up()
  await waitForPicks(1)
}

/** The picks are in the composer, complete, and the person can write. */
async function waitForPicks(count: number): Promise<void> {
  await panel.waitUntil(
    `document.querySelectorAll('.fx-composer .fx-pick').length === ${count} && !document.querySelector('.fx-composer .fx-pick .fx-spinner')
      && !document.querySelector('.fx-composer__point[aria-pressed=true]') && document.activeElement?.tagName === 'TEXTAREA'`,
    30_000
  )
}

/** Two frames and a moment, so that what has just been changed is painted and has come to rest. */
async function settle(): Promise<void> {
  await shop.evaluate('new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve, 250))))')
}

async function picture(artifactId: string | undefined): Promise<PNG> {
  if (artifactId === undefined) throw new Error('The picture is missing.')
  const response = await world.server.request(`/api/sessions/${await sessionId()}/artifacts/${artifactId}`)
  return PNG.sync.read(Buffer.from(await response.arrayBuffer()))
}

/** “edited PriceTag.css” of a line that also counts what was added and removed. */
function withoutCounts(line: string): string {
  return (line.split('\n')[0] ?? '').replace(/ \+\d+ [−-]\d+$/, '')
}

async function showScheme(scheme: 'light' | 'dark'): Promise<void> {
  await shop.emulateMedia({ colorScheme: scheme })
  await panel.emulateColorScheme(scheme)
  await settle()
}

/** A PNG of the panel, as high as the page beside it. */
async function wholePanel(): Promise<Buffer> {
  const height = await shop.evaluate('innerHeight')
  await panel.emulateSize({ width: 380, height: Number(height) })
  const file = await panel.screenshot()
  await panel.emulateSize()
  return file
}

async function proofCard(): Promise<Buffer> {
  await panel.emulateSize({ width: 420, height: 1_150, deviceScaleFactor: 2 })
  await panel.evaluate(`document.querySelector('.fx-proof').scrollIntoView(), true`)
  await settle()
  const file = await panel.screenshot()
  await panel.emulateSize()
  return file
}

async function takePanelBesideShop(name: string, isKept = false): Promise<void> {
  album.add(name, beside(await shop.screenshot(), await wholePanel()), isKept)
}

function containersOf(session: string): string[] {
  const names = execFileSync('docker', ['ps', '--all', '--filter', `label=fixpoint.session=${session}`, '--format', '{{.Names}}'], {
    encoding: 'utf8'
  })
  return names.split('\n').filter(name => name !== '')
}
