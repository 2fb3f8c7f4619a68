/**
 * A company's browser, a real Chromium under a policy file that our generator has written, is given the extension and its updates by our
 * update server, worked by two people from their command lines.
 */
import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseConfig } from '../policies/src/config.ts'
import { generateFiles } from '../policies/src/generate.ts'
import { extensionIdOf } from '../update-server/src/crx/extension-id.ts'
import { packCrx } from '../update-server/src/crx/pack.ts'
import { type Signer, signerOfKey } from '../update-server/src/crx/signer.ts'
import { verifyCrx } from '../update-server/src/crx/verify.ts'
import { ManagedBrowser, POLICY_FOLDER, until, writePolicy } from './src/managed-browser.ts'
import { freePort, ROOT } from './src/server-process.ts'
import { UpdateRoad } from './src/update-road.ts'
import { UpdateServerProcess } from './src/update-server-process.ts'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const signer = signerOfKey(privateKey)
const id = extensionIdOf(signer.publicKey)

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
function policyFor(extensionId: string, updatesUrl: string): string {
  const config = parseConfig(
    JSON.stringify({
      organisation: 'Example',
      profileIdentifier: 'com.example.fixpoint',
      extensionId,
      updateUrls: { canary: `${updatesUrl}/rings/canary/update` },
      serverUrl: 'http://127.0.0.1:4700',
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

/** Asks for updates until something has come by on the road, and gives the browser time to make something of it. */
async function updateUntilSeen(request: string): Promise<void> {
  road.seen.length = 0
  await until(`Chromium asks for ${request}`, async () => {
    await browser.updateNow()
    return road.seen.includes(request)
  })
  await new Promise(resolve => setTimeout(resolve, 4_000))
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
    await until('version 2 is installed', async () => (await versionInBrowser()) === '2.0.0')
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
    await until('version 3 is installed', async () => (await versionInBrowser()) === '3.0.0')
  })

  it('takes a file that Chromium’s own packer has made, for the same id, as our server does', async () => {
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
      await updateUntilSeen(`GET /crx/${id}/4.0.0.crx`)
      await until('version 4 is installed', async () => (await versionInBrowser()) === '4.0.0')
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

describe('Fixpoint’s own extension', () => {
  it('is released, published by two people, installed by policy, and rolled back', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fixpoint-release-'))
    const ownKey = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey
    const ownId = extensionIdOf(signerOfKey(ownKey).publicKey)
    const port = await freePort()
    const updates = await UpdateServerProcess.start(`http://127.0.0.1:${port}`, port, ownId)
    let takeAway = () => {}
    let managed: ManagedBrowser | null = null
    try {
      writeFileSync(join(folder, 'key.pem'), ownKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 })
      cpSync(join(ROOT, 'update-server', 'release-record.json'), join(folder, 'record.json'))
      const release = (...args: string[]) => {
        const program = join(ROOT, 'update-server', 'src', 'release', 'main.ts')
        const where = [
          '--update-url',
          `${updates.url}/rings/all/update`,
          '--id',
          ownId,
          '--record',
          join(folder, 'record.json'),
          '--out',
          folder,
          '--json'
        ]
        const env = { ...process.env, FIXPOINT_CRX_KEY: join(folder, 'key.pem') }
        const made: { version: string; path: string } = JSON.parse(
          execFileSync(process.execPath, [program, ...where, ...args], { env, encoding: 'utf8' })
        )
        return made
      }
      const first = release()
      await updates.succeed('ada', 'publish', first.path)
      await updates.succeed('grace', 'approve', first.version)
      takeAway = writePolicy(policyFor(ownId, updates.url))
      managed = await ManagedBrowser.launch()
      const browserOfPilot = managed
      const inBrowser = async () => browserOfPilot.extension(ownId)
      await until('the extension is installed', async () => (await inBrowser())?.state === 'ENABLED')
      expect(await inBrowser()).toMatchObject({ version: first.version, mustRemainInstalled: true, runtimeErrors: [], manifestErrors: [] })

      // A later release turns out bad; the old code comes back under a higher version.
      const bad = join(folder, 'bad')
      cpSync(join(ROOT, 'extension', '.output', 'chrome-mv3'), bad, { recursive: true })
      const manifest: object = JSON.parse(readFileSync(join(bad, 'manifest.json'), 'utf8'))
      writeFileSync(join(bad, 'manifest.json'), JSON.stringify({ ...manifest, version: '50.0.0', name: 'Fixpoint, badly' }))
      const second = release('--build', bad)
      await updates.succeed('ada', 'publish', second.path)
      await updates.succeed('grace', 'approve', second.version)
      const updateTo = (version: string) =>
        until(`version ${version} is installed`, async () => {
          await browserOfPilot.updateNow()
          return (await inBrowser())?.version === version
        })
      await updateTo('50.0.0')
      await updates.succeed('ada', 'halt', 'canary', '--reason', 'bad')
      const back = release('--rollback', first.path, '--version', '50.0.1')
      await updates.succeed('ada', 'rollback', back.path, '--to', first.version)
      await updates.succeed('grace', 'approve', '50.0.1')
      await updateTo('50.0.1')
      expect(await inBrowser()).toMatchObject({ state: 'ENABLED', name: 'Fixpoint' })
    } finally {
      takeAway()
      await managed?.close()
      await updates.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
