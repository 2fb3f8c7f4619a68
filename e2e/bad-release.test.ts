/**
 * The drill of the update server: a thousand browsers in three rings keep asking while a release turns out bad on canary, is halted, and
 * is taken back. Server, command line, signatures and requests are real; the browsers are simulated, and ask every half second in place of
 * every few hours.
 */
import { generateKeyPairSync } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { extensionIdOf } from '../update-server/src/crx/extension-id.ts'
import { packCrx } from '../update-server/src/crx/pack.ts'
import { signerOfKey } from '../update-server/src/crx/signer.ts'
import { until } from './src/managed-browser.ts'
import { freePort } from './src/server-process.ts'
import { SimulatedBrowser } from './src/simulated-browser.ts'
import { UpdateServerProcess } from './src/update-server-process.ts'

const RINGS = { canary: 50, early: 250, all: 700 }
const POLL_MS = 500
/** How many broken browsers it takes until somebody looks: theirs call. */
const COMPLAINTS = 5

const signer = signerOfKey(generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey)
const id = extensionIdOf(signer.publicKey)

let server: UpdateServerProcess
let browsers: SimulatedBrowser[]
const ending = new AbortController()
/** What a browser was answered wrongly, if anything. */
const faults: unknown[] = []
let polls = 0

const inRing = (ring: string) => browsers.filter(browser => browser.ring === ring)
const having = (version: string) => browsers.filter(browser => browser.version === version)

function crxOf(version: string, code: string): Promise<Buffer> {
  const manifest = { manifest_version: 3, name: 'Sample', version, update_url: `${server.url}/rings/all/update` }
  return packCrx(
    new Map([
      ['manifest.json', Buffer.from(JSON.stringify(manifest))],
      ['worker.js', Buffer.from(code)]
    ]),
    signer
  )
}

/** Each begins at a moment of its own, and asks until the end. */
async function keepAsking(browser: SimulatedBrowser, first: number): Promise<void> {
  await delay(first)
  while (!ending.signal.aborted) {
    const startedAt = performance.now()
    await browser.poll().catch((error: unknown) => faults.push(error))
    polls += 1
    await delay(Math.max(0, POLL_MS - (performance.now() - startedAt)))
  }
}

/** Waits until each browser has asked twice more: whatever it could get, it has. */
async function everyoneHasAskedTwice(): Promise<void> {
  const enough = polls + 2 * browsers.length
  await until('every browser has asked twice', () => polls >= enough)
}

beforeAll(async () => {
  const port = await freePort()
  server = await UpdateServerProcess.start(`http://127.0.0.1:${port}`, port, id)
  browsers = Object.entries(RINGS).flatMap(([ring, count]) =>
    Array.from({ length: count }, () => new SimulatedBrowser(server.url, ring, id))
  )
})
afterAll(() => server?.close())

it('a bad release reaches no ring but the first, and what follows heals that one', async () => {
  const asking = browsers.map((browser, index) => keepAsking(browser, (index / browsers.length) * POLL_MS))
  try {
    // A good release reaches everybody: what the later rings do not get later on, they would have taken.
    await server.succeed('ada', 'publish', server.write('1.crx', await crxOf('1.0.0', 'work()')))
    await server.succeed('grace', 'approve', '1.0.0')
    for (const ring of ['early', 'all']) await server.succeed('ada', 'promote', '1.0.0', ring)
    await until('everybody has version 1', () => having('1.0.0').length === browsers.length)

    await server.succeed('ada', 'publish', server.write('2.crx', await crxOf('2.0.0', 'break()')))
    await server.succeed('grace', 'approve', '2.0.0')
    await until('people on canary complain', () => having('2.0.0').length >= COMPLAINTS)
    const complainedAt = performance.now()
    await server.succeed('ada', 'halt', 'canary', '--reason', 'nothing works')
    const haltedAfter = performance.now() - complainedAt
    // What was offered just before the halt may still be on its way.
    await everyoneHasAskedTwice()
    const hit = having('2.0.0').length

    // Somebody who has not heard of it wants to go on.
    for (const ring of ['early', 'all'])
      expect(await server.run('ada', 'promote', '2.0.0', ring)).toMatchObject({ status: 1, stderr: expect.stringContaining('ring_order') })
    await everyoneHasAskedTwice()
    expect(having('2.0.0')).toHaveLength(hit)

    await server.succeed('ada', 'rollback', server.write('3.crx', await crxOf('2.0.1', 'work()')), '--to', '1.0.0')
    await server.succeed('grace', 'approve', '2.0.1')
    await until('canary has the old code again', () => inRing('canary').every(({ version }) => version === '2.0.1'))
    const healedAfter = performance.now() - complainedAt
    await everyoneHasAskedTwice()

    expect(faults).toEqual([])
    for (const { ring, history } of browsers) {
      if (ring === 'canary')
        expect([
          ['1.0.0', '2.0.1'],
          ['1.0.0', '2.0.0', '2.0.1']
        ]).toContainEqual(history)
      else expect(history).toEqual(['1.0.0'])
    }
    // The server's own count says the same.
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    const counted = (name: string, labels: string) => Number(new RegExp(`^${name}\\{${labels}\\} (\\d+)$`, 'm').exec(metrics)?.[1] ?? 0)
    expect(counted('fixpoint_update_downloads_total', `extension="${id}",version="2.0.0"`)).toBe(hit)
    for (const ring of ['early', 'all']) {
      expect(counted('fixpoint_update_versions_seen_total', `extension="${id}",ring="${ring}",version="1.0.0"`)).toBeGreaterThan(0)
      expect(counted('fixpoint_update_versions_seen_total', `extension="${id}",ring="${ring}",version="2.0.0"`)).toBe(0)
    }
    console.info(
      `${browsers.length} browsers, ${polls} update checks: halted ${haltedAfter.toFixed(0)} ms after ${COMPLAINTS} complaints, ` +
        `healed after ${healedAfter.toFixed(0)} ms; ${hit} browsers got the bad release, all of canary; 0 of ${RINGS.early + RINGS.all} in later rings.`
    )
  } finally {
    ending.abort()
    await Promise.all(asking)
  }
})
