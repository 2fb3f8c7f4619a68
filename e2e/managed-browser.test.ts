/**
 * A company's browser, a real Chromium under a policy file that our generator has written, is given the extension and its updates by our
 * update server, worked by two people from their command lines.
 */
import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseConfig } from '../policies/src/config.ts'
import { generateFiles } from '../policies/src/generate.ts'
import { extensionIdOf } from '../update-server/src/crx/extension-id.ts'
import { packCrx } from '../update-server/src/crx/pack.ts'
import { type Signer, signerOfKey } from '../update-server/src/crx/signer.ts'
import { verifyCrx } from '../update-server/src/crx/verify.ts'
import { changedCrx } from './src/changed-crx.ts'
import type { ExtensionBrowser } from './src/chromium.ts'
import { chromiumVerdicts } from './src/chromium-verdicts.ts'
import { disagreements } from './src/crx-disagreements.ts'
import { ManagedBrowser, POLICY_FOLDER, until, writePolicy } from './src/managed-browser.ts'
import { OwnReleases, publish } from './src/own-releases.ts'
import { freePort } from './src/server-process.ts'
import type { SidePanel } from './src/side-panel.ts'
import { UpdateRoad } from './src/update-road.ts'
import { UpdateServerProcess } from './src/update-server-process.ts'
import { createWorld, type World } from './src/world.ts'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const signer = signerOfKey(privateKey)
const id = extensionIdOf(signer.publicKey)

/** Files that Chromium is asked about; `node e2e/crx-agreement.ts --files 20000` asks about more. */
const SAMPLE = 100

let road: UpdateRoad
let server: UpdateServerProcess
let browser: ManagedBrowser
let removePolicy = () => {}

/** An extension that shows its version and its managed settings on pages. */
function filesOf(version: string): Map<string, Buffer> {
  const manifest = {
    manifest_version: 3,
    name: 'Sample',
    version,
    minimum_chrome_version: '133',
    // Not the ring that the policy names: the policy goes before it.
    update_url: `${road.url}/rings/all/update`,
    permissions: ['storage'],
    storage: { managed_schema: 'managed-schema.json' },
    content_scripts: [{ matches: ['http://127.0.0.1/*'], js: ['show.js'] }]
  }
  const schema = {
    type: 'object',
    properties: { serverUrl: { type: 'string' }, ring: { type: 'string' }, projects: { type: 'array', items: { type: 'string' } } }
  }
  const script = `
    document.documentElement.dataset.version = chrome.runtime.getManifest().version
    chrome.storage.managed.get().then(settings => { document.documentElement.dataset.settings = JSON.stringify(settings) })
  `
  return new Map([
    ['manifest.json', Buffer.from(JSON.stringify(manifest))],
    ['managed-schema.json', Buffer.from(JSON.stringify(schema))],
    ['show.js', Buffer.from(script)]
  ])
}

/** The file that our generator writes for Chromium on Linux, for a pilot group in the ring canary. */
function policyFor(extensionId: string, updatesUrl: string, serverUrl = 'http://127.0.0.1:4700'): string {
  const config = parseConfig(
    JSON.stringify({
      organisation: 'Example',
      profileIdentifier: 'com.example.fixpoint',
      extensionId,
      updateUrls: { canary: `${updatesUrl}/rings/canary/update` },
      serverUrl,
      groups: [{ name: 'pilot', ring: 'canary', projects: ['shop'] }],
      trial: true
    })
  )
  const file = generateFiles(config).find(({ path }) => path === `pilot/linux${POLICY_FOLDER}/fixpoint.json`)
  if (file === undefined) throw new Error('The generator has written no file for Chromium.')
  return Buffer.from(file.bytes).toString('utf8')
}

const pack = (version: string, by: Signer = signer) => packCrx(filesOf(version), by)
const attributes = () => browser.attributesOn(`${road.url}/page`)
const versionInBrowser = async () => (await browser.extension(id))?.version

async function release(version: string): Promise<void> {
  await server.succeed('ada', 'publish', server.write(`${version}.crx`, await pack(version)))
  await server.succeed('grace', 'approve', version)
}

/** Asks for updates until something has come by on the road; the browser has made of it what it will by then. */
async function updateUntilSeen(request: string): Promise<void> {
  road.seen.length = 0
  await until(`Chromium asks for ${request}`, async () => {
    await browser.updateNow()
    return road.seen.includes(request)
  })
}

beforeAll(async () => {
  const port = await freePort()
  road = await UpdateRoad.open(`http://127.0.0.1:${port}`)
  server = await UpdateServerProcess.start(road.url, port, id)
})

afterAll(async () => {
  removePolicy()
  await browser?.close()
  await server?.close()
  await road?.close()
})

describe('a managed browser', () => {
  it('is given version 1 by policy, with its settings', async () => {
    await release('1.0.0')
    removePolicy = writePolicy(policyFor(id, road.url))
    browser = await ManagedBrowser.launch()
    await until('version 1 is installed', async () => (await versionInBrowser()) === '1.0.0')
    expect(await browser.extension(id)).toMatchObject({ state: 'ENABLED', mustRemainInstalled: true })
    // Chromium reads the settings once it knows the extension's schema, shortly after it has installed it.
    await until('the settings have arrived', async () => (await attributes())['settings']?.includes('serverUrl') ?? false)
    const { version, settings = '' } = await attributes()
    expect(version).toBe('1.0.0')
    expect(JSON.parse(settings)).toEqual({ serverUrl: 'http://127.0.0.1:4700', ring: 'canary', projects: ['shop'] })
    expect(road.seen).toContain('GET /rings/canary/update')
  })

  it('takes no file that was changed on the way, and none that another key has signed', async () => {
    await release('2.0.0')
    const genuine = await pack('2.0.0')
    const changed = Buffer.from(genuine)
    changed[genuine.length - 100] = (changed[genuine.length - 100] ?? 0) ^ 1
    const foreign = await pack('2.0.0', signerOfKey(generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey))
    for (const crx of [changed, foreign, Buffer.concat([genuine, Buffer.from([0])])]) {
      road.exchangedCrx = crx
      await updateUntilSeen(`GET /crx/${id}/2.0.0.crx`)
      expect(await versionInBrowser()).toBe('1.0.0')
    }
    // Our own verifier says the same of them.
    for (const crx of [changed, foreign]) expect(() => verifyCrx(crx, { extensionId: id })).toThrow()
  })

  it('is upgraded to version 2, also over the road that exchanged the others', async () => {
    road.exchangedCrx = await pack('2.0.0')
    await updateUntilSeen(`GET /crx/${id}/2.0.0.crx`)
    // At once: that is how long the others were waited for too.
    expect(await versionInBrowser()).toBe('2.0.0')
    road.exchangedCrx = null
    expect((await attributes())['version']).toBe('2.0.0')
  })

  it('stays on 2 when it is offered 1', async () => {
    road.exchangedManifest = `<?xml version="1.0"?><gupdate xmlns="http://www.google.com/update2/response" protocol="2.0"><app appid="${id}" status="ok"><updatecheck status="ok" codebase="${road.url}/crx/${id}/1.0.0.crx" version="1.0.0"/></app></gupdate>`
    await updateUntilSeen('GET /rings/canary/update')
    expect(await versionInBrowser()).toBe('2.0.0')
    road.exchangedManifest = null
    // Our server does not offer it at all: it is asked for what is higher than 2.
    await updateUntilSeen('GET /rings/canary/update')
    expect(road.versionsAsked.at(-1)).toBe('2.0.0')
    expect(road.seen.filter(request => request.includes('/crx/'))).toEqual([])
    const lower = await server.run('ada', 'publish', server.write('low.crx', await pack('1.5.0')))
    expect(lower).toMatchObject({ status: 1, stderr: expect.stringContaining('version_not_higher') })
  })

  it('gets nothing from a halted ring, and the release after it was resumed', async () => {
    await server.succeed('ada', 'halt', 'canary', '--reason', 'the panel stays empty')
    await server.succeed('ada', 'publish', server.write('3.crx', await pack('3.0.0')))
    await updateUntilSeen('GET /rings/canary/update')
    expect(await versionInBrowser()).toBe('2.0.0')
    await server.succeed('grace', 'approve', '3.0.0')
    await server.succeed('ada', 'halt', 'canary', '--reason', 'this one too')
    await updateUntilSeen('GET /rings/canary/update')
    expect(road.seen.filter(request => request.includes('/crx/'))).toEqual([])
    expect(await versionInBrowser()).toBe('2.0.0')
    await server.succeed('grace', 'resume', 'canary')
    await updateUntilSeen(`GET /crx/${id}/3.0.0.crx`)
    expect(await versionInBrowser()).toBe('3.0.0')
  })

  it('takes a file that Chromium’s own packer has made, for the same id, as our server does, and comes for it by itself', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fixpoint-packed-'))
    try {
      const [source, key] = [join(folder, 'sample'), join(folder, 'key.pem')]
      for (const [path, content] of filesOf('4.0.0')) {
        mkdirSync(dirname(join(source, path)), { recursive: true })
        writeFileSync(join(source, path), content)
      }
      writeFileSync(key, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 })
      const program = process.env['FIXPOINT_CHROMIUM'] ?? '/usr/bin/chromium'
      execFileSync(program, ['--headless', '--no-sandbox', `--pack-extension=${source}`, `--pack-extension-key=${key}`], {
        stdio: 'ignore'
      })
      const packed = readFileSync(`${source}.crx`)
      expect(verifyCrx(packed).extensionId).toBe(id)
      expect(verifyCrx(packed).files).toEqual(verifyCrx(await pack('4.0.0')).files)
      await server.succeed('ada', 'publish', server.write('4.crx', packed))
      await server.succeed('grace', 'approve', '4.0.0')
      // Nobody asks for it: Chromium looks for updates by itself, soon after it starts and every few hours from then on.
      road.versionsAsked.length = 0
      browser = await browser.restart()
      await until('version 4 is installed', async () => (await versionInBrowser()) === '4.0.0')
      expect(road.versionsAsked).toContain('3.0.0')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('leaves the machine as it was', async () => {
    await browser.close()
    removePolicy()
    const left = existsSync(POLICY_FOLDER) ? readdirSync(POLICY_FOLDER).filter(name => name.startsWith('fixpoint-e2e-')) : []
    expect(left).toEqual([])
  })
})

describe('Chromium and our verifier', () => {
  it('agree on files that were changed in every kind of way, and on those that were not', async () => {
    const files = await Promise.all(Array.from({ length: SAMPLE }, (_, number) => changedCrx(number, SAMPLE)))
    const verdicts = await chromiumVerdicts(files)
    expect(disagreements(files, verdicts)).toEqual([])
    expect(verdicts.installed.size).toBe(SAMPLE / 10)
    expect(verdicts.refused.size).toBe((SAMPLE / 10) * 9)
  })
})

describe('Fixpoint’s own extension', () => {
  it('is released, published by two people, installed by policy, and rolled back', async () => {
    const releases = new OwnReleases()
    const port = await freePort()
    const updates = await UpdateServerProcess.start(`http://127.0.0.1:${port}`, port, releases.id)
    let takeAway = () => {}
    let managed: ManagedBrowser | null = null
    try {
      const first = releases.pack(updates.url)
      await publish(updates, first)
      takeAway = writePolicy(policyFor(releases.id, updates.url))
      managed = await ManagedBrowser.launch()
      const browserOfPilot = managed
      const inBrowser = async () => browserOfPilot.extension(releases.id)
      await until('the extension is installed', async () => (await inBrowser())?.state === 'ENABLED')
      expect(await inBrowser()).toMatchObject({ version: first.version, mustRemainInstalled: true, runtimeErrors: [], manifestErrors: [] })

      // A later release turns out bad; the old code comes back under a higher version.
      await publish(updates, releases.packAs(updates.url, '50.0.0', { name: 'Fixpoint, badly' }))
      const updateTo = (version: string) =>
        until(`version ${version} is installed`, async () => {
          await browserOfPilot.updateNow()
          return (await inBrowser())?.version === version
        })
      await updateTo('50.0.0')
      await updates.succeed('ada', 'halt', 'canary', '--reason', 'bad')
      const back = releases.pack(updates.url, '--rollback', first.path, '--version', '50.0.1')
      await updates.succeed('ada', 'rollback', back.path, '--to', first.version)
      await updates.succeed('grace', 'approve', '50.0.1')
      await updateTo('50.0.1')
      expect(await inBrowser()).toMatchObject({ state: 'ENABLED', name: 'Fixpoint' })
    } finally {
      takeAway()
      await managed?.close()
      await updates.close()
      releases.remove()
    }
  })

  it('waits with an update while somebody works in the panel, and keeps what they have written and picked', async () => {
    const releases = new OwnReleases()
    const port = await freePort()
    const updates = await UpdateServerProcess.start(`http://127.0.0.1:${port}`, port, releases.id)
    const site = await UpdateRoad.open(updates.url)
    let takeAway = () => {}
    let managed: ManagedBrowser | null = null
    let world: World | null = null
    try {
      world = await createWorld({
        project: { config: { projectId: 'shop', name: 'Shop', origins: [site.url] } },
        config: { allowedOrigins: [`chrome-extension://${releases.id}`] }
      })
      const first = releases.pack(updates.url)
      await publish(updates, first)
      const policy: object = JSON.parse(policyFor(releases.id, updates.url, world.server.url))
      // Chromium lets nobody look into pages of an extension that a policy has installed, unless another one says so.
      takeAway = writePolicy(JSON.stringify({ ...policy, DeveloperToolsAvailability: 1 }))
      const launched = await ManagedBrowser.launch()
      managed = launched
      const installed = async () => (await launched.extension(releases.id))?.version
      await until('the extension is installed', async () => (await installed()) === first.version)

      // A person signs in with a code, writes, and points at the heading.
      const person = await launched.withExtension(releases.id)
      const page = await person.context.newPage()
      await page.goto(`${site.url}/page`)
      await person.clickAction(page)
      let panel = await person.sidePanel()
      await panel.waitForText('Your organisation has set the server')
      await panel.click('#root input')
      await panel.type((await world.server.client.call('createPairingCode', {})).code)
      await panel.press('Enter')
      await panel.waitForText('Shop')
      await panel.clickButton('Point at something')
      await panel.waitForText('Click an element, or drag a region.')
      await page.locator('h1').hover()
      await page.locator('h1').click()
      await panel.waitUntil(PICKED, 30_000)
      await panel.click('.fx-composer textarea')
      await panel.type('make it larger')
      await panel.waitUntil(`${WRITTEN} === 'make it larger'`)

      // Version 2 comes: it is offered, and waits, also when the worker has ended meanwhile.
      await publish(updates, releases.packAs(updates.url, '50.0.0'))
      await lookForUpdate(panel)
      await panel.waitForText('Version 50.0.0 is ready.', 60_000)
      await person.endServiceWorker()
      await new Promise(resolve => setTimeout(resolve, 5_000))
      expect(await installed()).toBe(first.version)
      expect(await panel.text()).toContain('Update now')

      // With the panel closed nobody is disturbed.
      await person.closeSidePanel()
      await until('version 2 is installed', async () => (await installed()) === '50.0.0')
      panel = await openPanel(person, page)
      await panel.waitUntil(PICKED, 30_000)
      await panel.waitUntil(`${WRITTEN} === 'make it larger'`, 10_000)
      expect(await panel.evaluate('chrome.runtime.getManifest().version')).toBe('50.0.0')
      expect(await panel.text()).not.toContain('is ready.')

      // Version 3 is chosen by the person while the panel is open.
      await publish(updates, releases.packAs(updates.url, '51.0.0'))
      await lookForUpdate(panel)
      await panel.waitForText('Version 51.0.0 is ready.', 60_000)
      await panel.clickButton('Update now')
      await until('version 3 is installed', async () => (await installed()) === '51.0.0')
      await until('the panel has closed', async () => !(await person.hasSidePanel()))
      panel = await openPanel(person, page)
      await panel.waitUntil(PICKED, 30_000)
      await panel.waitUntil(`${WRITTEN} === 'make it larger'`, 10_000)

      // The button “Update” of chrome://extensions asks nobody: it takes the panel away from under whoever writes in it.
      await panel.click('.fx-composer textarea')
      await panel.type(' and bold')
      await until('the last words have been kept', async () => (await panel.evaluate(WRITTEN)) === 'make it larger and bold')
      await publish(updates, releases.packAs(updates.url, '52.0.0'))
      await launched.updateNow()
      await until('version 4 is installed', async () => (await installed()) === '52.0.0')
      await until('the panel has closed', async () => !(await person.hasSidePanel()))
      panel = await openPanel(person, page)
      await panel.waitUntil(PICKED, 30_000)
      await panel.waitUntil(`${WRITTEN} === 'make it larger and bold'`, 10_000)

      // A panel that is open and was not touched for a minute is no work. The worker's clock is put forward, the panel's is not.
      await clear(panel)
      await publish(updates, releases.packAs(updates.url, '53.0.0'))
      await lookForUpdate(panel)
      await panel.waitForText('Version 53.0.0 is ready.', 60_000)
      expect(await installed()).toBe('52.0.0')
      await person.evaluateInWorker('(now => { Date.now = () => now() + 61_000 })(Date.now)')
      await until('version 5 is installed', async () => (await installed()) === '53.0.0')
      expect(await launched.extension(releases.id)).toMatchObject({ state: 'ENABLED', runtimeErrors: [] })
    } finally {
      takeAway()
      await managed?.close()
      await world?.remove()
      await site.close()
      await updates.close()
      releases.remove()
    }
  })
})

/** In the panel: the pick is in the composer, with everything that was looked up for it. */
const PICKED = `document.querySelectorAll('.fx-composer .fx-pick').length === 1 && !document.querySelector('.fx-composer .fx-pick .fx-spinner')`
const WRITTEN = `document.querySelector('.fx-composer textarea').value`

/** As Chrome does by itself every few hours; the button of chrome://extensions would install an update at once, whoever works. */
async function lookForUpdate(panel: SidePanel): Promise<void> {
  expect(await panel.evaluate('chrome.runtime.requestUpdateCheck()')).toMatchObject({ status: 'update_available' })
}

/** Takes everything out of the composer again. */
async function clear(panel: SidePanel): Promise<void> {
  await panel.click('.fx-composer .fx-pick__remove')
  await panel.waitUntil(`document.querySelector('.fx-composer .fx-pick') === null`)
  await panel.evaluate(`document.querySelector('.fx-composer textarea').select()`)
  await panel.press('Backspace')
  await panel.waitUntil(`${WRITTEN} === ''`)
}

/** A click that comes while the browser is still changing the extension comes to nothing; a person clicks again. */
async function openPanel(person: ExtensionBrowser, page: Page): Promise<SidePanel> {
  await until('the panel opens', async () => {
    await person.clickAction(page)
    await page.waitForTimeout(1_000)
    return person.hasSidePanel()
  })
  return person.sidePanel()
}
