import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { sessionLink } from '@fixpoint/protocol'
import { type Browser, chromium, type Page } from 'playwright'
import { HostCodeServer } from '../e2e/src/host-code-server.ts'
import { SandboxTerminal } from '../e2e/src/sandbox-terminal.ts'
import { PATIENCE_MS, seen, Workbench } from '../e2e/src/workbench.ts'
import { createWorld, type World } from '../e2e/src/world.ts'
import type { Figure, Part } from './figure.ts'
import { oweBack } from './giving-back.ts'
import { summarise, timed } from './measure.ts'

/** Turns of ours and the peer in each line. */
const OPENINGS = 5
const KEYS = 40
const FOLDERS = 7
/** Files in each of the folders that are opened. */
const FILES = 2_000
const WARM_UP = 2

/** The file that is open in both, and what of it is waited for. */
const FILE = 'style.css'
const TEXT = 'margin-left: 30px'

interface Both<T> {
  ours: T
  peer: T
}

/**
 * VS Code on a session, against code-server that was started on this machine on a clone of the same repository: the same program in
 * the same browser, without a sandbox and a server between.
 */
export async function benchIde(): Promise<Part> {
  const { world, codeServer, browser, peerFolder, giveBack } = await setUp()
  try {
    const { sessionId } = await world.server.client.call('createSession', { body: { projectId: 'tiny' } })
    await world.server.client.call('listWorkspace', { params: { sessionId }, query: { maxEntries: 1 } })
    const desktop = await openDesktop(browser, { world, codeServer, sessionId })
    const local = await openPage(browser, `${codeServer.url}/?folder=${peerFolder}`)
    const folders = await timeFolders({ ours: desktop, peer: local })
    const keys = await timeKeys({ ours: desktop, peer: local })
    const wire = await timeWire(world, sessionId)
    await desktop.page.context().close()
    await local.page.context().close()
    const openings = await timeOpenings(browser, { world, codeServer, sessionId, peerFolder })
    const peerName = 'code-server on this machine'
    const figures: Figure[] = [
      {
        what: 'VS Code: click to text in the editor',
        how: 'the session’s sandbox and VS Code in it run, as the peer does: from asking for the door’s address, in a new tab, by a click on a file in the explorer as soon as it is there, to the file’s text; the peer’s address on a clone of the repository',
        unit: 'ms',
        ours: summarise(openings.ours),
        peer: { name: peerName, reading: summarise(openings.peer) },
        wanted: { timesAsLong: 1.3 }
      },
      {
        what: 'Terminal: key to letter',
        how: 'in VS Code outside of the sandbox, from the key event to the letter in the terminal’s document: a Fixpoint terminal, whose shell is in the sandbox; a terminal of code-server’s own, a local pty over its WebSocket',
        unit: 'ms',
        ours: summarise(keys.ours),
        peer: { name: 'terminal of code-server', reading: summarise(keys.peer) },
        wanted: { timesAsLong: 1.5 }
      },
      {
        what: 'Terminal: echo on the wire',
        how: 'a letter to the server’s WebSocket, through the tunnel to the shell in the sandbox, and back; nothing is drawn',
        unit: 'ms',
        ours: summarise(wire)
      },
      {
        what: `Explorer: open a folder of ${FILES.toLocaleString('en')} files`,
        how: 'in VS Code outside of the sandbox, from the click on a folder that was not opened before to its first file in the explorer: by our file system provider; by code-server on a local folder',
        unit: 'ms',
        ours: summarise(folders.ours),
        peer: { name: peerName, reading: summarise(folders.peer) },
        wanted: { timesAsLong: 2 }
      }
    ]
    const listed = await timed(async () => await world.server.client.call('listWorkspace', { params: { sessionId }, query: {} }))
    const entries = (FOLDERS + WARM_UP) * FILES
    return {
      figures,
      remarks: [
        `Explorer: the provider has the whole tree in one answer, ${entries.toLocaleString('en')} files in ${Math.round(listed)} ms; opening a folder asks for nothing more.`
      ]
    }
  } finally {
    await giveBack()
  }
}

async function setUp() {
  const names = Array.from({ length: FOLDERS + WARM_UP }, (_, folder) => `many-${folder}`)
  const files = Object.fromEntries(
    names.flatMap(name => Array.from({ length: FILES }, (_, file) => [`${name}/${String(file).padStart(4, '0')}.txt`, `${file}\n`]))
  )
  const world = await createWorld({
    project: {
      files: {
        ...files,
        [FILE]: `.price { ${TEXT} }\n`,
        'server.js':
          'import { createServer } from "node:http"\ncreateServer((_, response) => response.end("x")).listen(process.env.PORT)\n',
        'package.json': '{ "name": "tiny", "private": true, "type": "module" }\n',
        'check.sh': 'true\n'
      }
    }
  })
  const parts: { codeServer?: HostCodeServer; browser?: Browser } = {}
  const giveBack = oweBack(async () => {
    await parts.browser?.close()
    await parts.codeServer?.remove()
    await world.remove()
  })
  const codeServer = await HostCodeServer.start({
    hasCompanion: true,
    // What is drawn is read from the document; nothing is shown before the shell has said it.
    settings: { 'terminal.integrated.gpuAcceleration': 'off', 'terminal.integrated.localEchoEnabled': 'off' }
  })
  parts.codeServer = codeServer
  const executablePath = process.env['FIXPOINT_CHROMIUM'] ?? '/usr/bin/chromium'
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  parts.browser = browser
  const peerFolder = join(codeServer.folder, 'tiny')
  execFileSync('git', ['clone', '--quiet', world.project.repository, peerFolder])
  return { world, codeServer, browser, peerFolder, giveBack }
}

interface Place {
  world: World
  codeServer: HostCodeServer
  sessionId: string
}

async function openPage(browser: Browser, url: string): Promise<Workbench> {
  const context = await browser.newContext({ viewport: { width: 1_440, height: 900 } })
  const workbench = new Workbench(await context.newPage())
  await workbench.page.goto(url)
  await seen(workbench.page.locator('.activitybar a[aria-label="Fixpoint"]'))
  return workbench
}

/** VS Code outside of the sandbox, signed in, with the session's files open. */
async function openDesktop(browser: Browser, { world, codeServer, sessionId }: Place): Promise<Workbench> {
  const workbench = await openPage(browser, codeServer.url)
  const { code } = await world.server.client.call('createPairingCode', {})
  await workbench.run('Fixpoint: Open a Session by Its Link…')
  await workbench.answer(sessionLink({ serverUrl: world.server.url, sessionId }))
  await workbench.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Open', exact: true }).click()
  await seen(workbench.page.locator('.quick-input-widget', { hasText: 'Sign in to' }))
  await workbench.answer(code)
  await seen(workbench.entry('many-0'))
  return workbench
}

async function timeFolders(both: Both<Workbench>): Promise<Both<number[]>> {
  for (const workbench of [both.ours, both.peer]) await seen(workbench.entry('many-0'))
  return await inTurns(both, WARM_UP, FOLDERS, async ({ page }, round) => {
    const row = `.explorer-folders-view .monaco-list-row[aria-label^="many-${round}"]`
    await page.evaluate(
      probe(`document.querySelector('.explorer-folders-view .monaco-list-row[aria-label^="0000.txt"]') !== null`, 'mousedown')
    )
    await page.locator(row).click()
    const ms = await read(page)
    await page.locator(row).click()
    await page.waitForFunction(`document.querySelector('.explorer-folders-view .monaco-list-row[aria-label^="0000.txt"]') === null`)
    return ms
  })
}

async function timeKeys(both: Both<Workbench>): Promise<Both<number[]>> {
  await both.ours.run('Fixpoint: Open a Terminal in the Sandbox')
  await both.peer.run('Terminal: Create New Terminal')
  for (const { page } of [both.ours, both.peer]) {
    await page.waitForFunction(`/[$#]/.test(document.querySelector('.xterm-rows')?.textContent ?? '')`, undefined, { timeout: PATIENCE_MS })
    await page.locator('.xterm-helper-textarea').first().focus()
    // A line of its own, with nothing in front that could be taken for a letter.
    await page.keyboard.type("PS1=''; clear\r")
    await delay(1_000)
  }
  return await inTurns(both, WARM_UP, KEYS, async ({ page }) => {
    await page.bringToFront()
    const count = `(document.querySelector('.xterm-rows')?.textContent ?? '').split('q').length`
    await page.evaluate(probe(`${count} > ${await page.evaluate(count)}`, 'keydown'))
    await page.keyboard.press('q')
    return await read(page)
  })
}

async function timeWire(world: World, sessionId: string): Promise<number[]> {
  const terminal = await SandboxTerminal.open(world.server, sessionId)
  terminal.type("PS1=''; clear\r")
  await delay(1_000)
  const times: number[] = []
  for (let key = -WARM_UP; key < KEYS; key++) {
    const before = terminal.bytes
    const ms = await timed(async () => {
      terminal.type('q')
      await terminal.until(() => terminal.bytes > before)
    })
    if (key >= 0) times.push(ms)
    await delay(30)
  }
  terminal.close()
  return times
}

async function timeOpenings(browser: Browser, place: Place & { peerFolder: string }): Promise<Both<number[]>> {
  const { world, codeServer, sessionId, peerFolder } = place
  const address = async () => (await world.server.client.call('openDoor', { params: { sessionId }, body: { door: 'vscode' } })).url
  const contexts = {
    ours: await browser.newContext({ viewport: { width: 1_440, height: 900 } }),
    peer: await browser.newContext({ viewport: { width: 1_440, height: 900 } })
  }
  const addresses = { ours: address, peer: async () => `${codeServer.url}/?folder=${peerFolder}` }
  // Each was there before, as for a person who comes back: programs and pages are in the caches.
  for (const side of ['ours', 'peer'] as const) {
    const workbench = new Workbench(await contexts[side].newPage())
    await workbench.page.goto(await addresses[side]())
    await workbench.entry(FILE).dblclick()
    await seen(workbench.line(TEXT))
    await delay(2_000)
    await leave(workbench.page)
  }
  return await inTurns({ ours: 'ours', peer: 'peer' } as const, WARM_UP, OPENINGS, async side => {
    const page = await contexts[side].newPage()
    const ms = await timed(async () => {
      const workbench = new Workbench(page)
      await page.goto(await addresses[side]())
      await workbench.entry(FILE).dblclick()
      await seen(workbench.line(TEXT))
    })
    // What is still being done behind the text is not the other side's to bear.
    await delay(1_500)
    await leave(page)
    return ms
  })
}

/** As a person leaves: VS Code notes what is open when its page goes, which it does not get to when a tab is just taken away. */
async function leave(page: Page): Promise<void> {
  await page.goto('about:blank')
  await page.close()
}

/** Ours and the peer one after the other, so that both see the same machine. */
async function inTurns<T>(both: Both<T>, warmUp: number, rounds: number, measure: (side: T, round: number) => Promise<number>) {
  const times: Both<number[]> = { ours: [], peer: [] }
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const side of round % 2 === 0 ? (['ours', 'peer'] as const) : (['peer', 'ours'] as const)) {
      const ms = await measure(both[side], round)
      if (round >= warmUp) times[side].push(ms)
      await delay(100)
    }
  }
  return times
}

/** Notes in the page how long after an event something is in its document. */
function probe(isThere: string, event: 'keydown' | 'mousedown'): string {
  return `
    globalThis.fixpointTook = undefined
    addEventListener('${event}', ({ timeStamp }) => {
      const look = () => {
        if (!(${isThere})) return
        observer.disconnect()
        globalThis.fixpointTook = performance.now() - timeStamp
      }
      const observer = new MutationObserver(look)
      observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
    }, { capture: true, once: true })
    undefined`
}

async function read(page: Page): Promise<number> {
  const took = await page.waitForFunction('globalThis.fixpointTook', undefined, { timeout: PATIENCE_MS, polling: 20 })
  return Number(await took.jsonValue())
}
