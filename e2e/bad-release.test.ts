/**
 * The drill of the update server: a thousand browsers in three rings keep asking while a release turns out bad on canary, is halted, and
 * is taken back. Server, command line, signatures and requests are real; the browsers are simulated, and ask every ten seconds in place of
 * every few hours while people act, and all at once in between.
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
/** So often a browser asks while people act, in ms. */
const PERIOD_MS = 10_000
/** Browsers that ask at the same moment where all shall ask. */
const AT_ONCE = 16
/** How many broken browsers it takes until somebody looks: theirs call. */
const COMPLAINTS = 5

const signer = signerOfKey(generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey)
const id = extensionIdOf(signer.publicKey)

let server: UpdateServerProcess
let browsers: SimulatedBrowser[]
let polls = 0

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

async function ask(browser: SimulatedBrowser | undefined): Promise<void> {
  await browser?.poll()
  polls += 1
}

/** Every browser asks; whatever it can get, it has then. */
async function everybodyAsks(): Promise<void> {
  const waiting = [...browsers]
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (waiting.length > 0) await ask(waiting.pop())
    })
  )
}

/** Browsers ask one after the other, each once in a period, until it is over. */
async function keepAsking(until: AbortSignal): Promise<void> {
  for (let turn = 0; !until.aborted; turn++) {
    // As good as any order: neighbours are of different rings, and everybody's turn comes.
    await ask(browsers[(turn * 377) % browsers.length])
    await delay(PERIOD_MS / browsers.length)
  }
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
  // A good release reaches everybody: what the later rings do not get later on, they would have taken.
  await server.succeed('ada', 'publish', server.write('1.crx', await crxOf('1.0.0', 'work()')))
  await server.succeed('grace', 'approve', '1.0.0')
  for (const ring of ['early', 'all']) await server.succeed('ada', 'promote', '1.0.0', ring)
  await everybodyAsks()
  expect(having('1.0.0')).toHaveLength(browsers.length)

  await server.succeed('ada', 'publish', server.write('2.crx', await crxOf('2.0.0', 'break()')))
  const isHalted = new AbortController()
  const asking = keepAsking(isHalted.signal)
  await server.succeed('grace', 'approve', '2.0.0')
  await until('people on canary complain', () => having('2.0.0').length >= COMPLAINTS)
  const complainedAt = performance.now()
  await server.succeed('ada', 'halt', 'canary', '--reason', 'nothing works')
  const haltedAfter = performance.now() - complainedAt
  isHalted.abort()
  await asking
  const hit = having('2.0.0').length
  await everybodyAsks()
  expect(having('2.0.0')).toHaveLength(hit)

  // Somebody who has not heard of it wants to go on.
  for (const ring of ['early', 'all'])
    expect(await server.run('ada', 'promote', '2.0.0', ring)).toMatchObject({ status: 1, stderr: expect.stringContaining('ring_order') })
  await everybodyAsks()
  expect(having('2.0.0')).toHaveLength(hit)

  await server.succeed('ada', 'rollback', server.write('3.crx', await crxOf('2.0.1', 'work()')), '--to', '1.0.0')
  await server.succeed('grace', 'approve', '2.0.1')
  const takenBackAfter = performance.now() - complainedAt
  await everybodyAsks()
  await everybodyAsks()
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
    `${browsers.length} browsers, ${polls} update checks. Halted ${haltedAfter.toFixed(0)} ms after ${COMPLAINTS} complaints, ` +
      `old code offered after ${takenBackAfter.toFixed(0)} ms. The bad release got to ${hit} of ${RINGS.canary} in canary, ` +
      `0 of ${RINGS.early + RINGS.all} in later rings.`
  )
})
