import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { extensionIdOf } from '../src/crx/extension-id.ts'
import { seededRandom, seedOfRun } from '../src/testing/random.ts'
import { newSigner, packSample, sampleId } from '../src/testing/sample-extension.ts'
import { startTestServer, type TestServer } from '../src/testing/test-server.ts'
import { randomUpdateQuery } from '../src/testing/update-queries.ts'
import { elementsOf } from '../src/testing/well-formed.ts'

const otherSigner = newSigner()
const otherId = extensionIdOf(otherSigner.publicKey)
const unknownId = 'p'.repeat(32)

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ extensionIds: [sampleId, otherId] })
  const manifest = { update_url: `${server.url}/rings/all/update` }
  for (const version of ['1.0.0', '2.0.0']) {
    expect(await server.publish(version, await packSample({ version, manifest }))).toMatchObject({ status: 201 })
    expect(await server.approve(version)).toMatchObject({ status: 200 })
  }
  for (const ring of ['early', 'all']) await server.promote('2.0.0', ring)
  const other = await packSample({ version: '7', manifest }, otherSigner)
  expect(await server.publish('7', other, '', otherId)).toMatchObject({ status: 201 })
  await server.approve('7', otherId)
})
afterAll(() => server.close())

const app = (id: string, version: string) => `x=${encodeURIComponent(`id=${id}&v=${version}&installsource=notfromwebstore&uc`)}`

async function checkXml(path: string) {
  const response = await fetch(`${server.url}${path}`)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toMatch(/^text\/xml/)
  return elementsOf(await response.text())
}

describe('protocol 2', () => {
  it('answers as Chromium asks, with a file that is there', async () => {
    const [, first, offer] = await checkXml(
      `/rings/canary/update?os=linux&arch=x64&prod=chromiumcrx&prodversion=156.0.8078.79&lang=en-US&acceptformat=crx3,puff&${app(sampleId, '1.0.0')}`
    )
    expect(first).toEqual({ name: 'app', attributes: { appid: sampleId, status: 'ok' } })
    expect(offer?.attributes).toMatchObject({
      status: 'ok',
      version: '2.0.0',
      codebase: `${server.url}/crx/${sampleId}/2.0.0.crx`,
      prodversionmin: '120'
    })
    const file = Buffer.from(await (await fetch(offer?.attributes['codebase'] ?? '')).arrayBuffer())
    expect(file.length).toBe(Number(offer?.attributes['size']))
  })

  it('answers each of several extensions by itself', async () => {
    const elements = await checkXml(`/rings/canary/update?${app(sampleId, '2.0.0')}&${app(unknownId, '1')}&${app(otherId, '0.0.0.0')}`)
    const apps = elements.map(({ name, attributes }) => [name, attributes['appid'] ?? attributes['version'], attributes['status']])
    expect(apps.slice(1)).toEqual([
      ['app', sampleId, 'ok'],
      ['updatecheck', undefined, 'noupdate'],
      ['app', unknownId, 'error-unknownApplication'],
      ['app', otherId, 'ok'],
      ['updatecheck', '7', 'ok']
    ])
  })

  it('is the last ring’s at the short address, and keeps to the ring elsewhere', async () => {
    const versions = async (path: string) => (await checkXml(path)).map(({ attributes }) => attributes['version'])
    expect(await versions(`/update?${app(sampleId, '1.0.0')}`)).toContain('2.0.0')
    expect(await versions(`/update?${app(otherId, '1')}`)).not.toContain('7')
    expect(await versions(`/rings/canary/update?${app(otherId, '1')}`)).toContain('7')
    const unknown = await fetch(`${server.url}/rings/beta/update?${app(sampleId, '1')}`)
    expect([unknown.status, await unknown.json()]).toMatchObject([404, { code: 'ring_unknown' }])
  })

  it('offers nothing lower, nothing to a Chrome that is too old, and nothing for what is no version', async () => {
    const offers = async (query: string) => (await checkXml(`/update?${query}`)).some(({ attributes }) => 'codebase' in attributes)
    expect(await offers(app(sampleId, '1.0.0'))).toBe(true)
    for (const version of ['2.0.0', '2', '2.0.0.0', '3', '99999.1', '', '1.2.3.a', '1.2.3.4.5'])
      expect(await offers(app(sampleId, version))).toBe(false)
    expect(await offers(`prodversion=119.0.1.2&${app(sampleId, '1.0.0')}`)).toBe(false)
    expect(await offers(`prodversion=120.0.1.2&${app(sampleId, '1.0.0')}`)).toBe(true)
    // A ping without `uc` asks for no update.
    expect(await offers(`x=${encodeURIComponent(`id=${sampleId}&v=1.0.0`)}`)).toBe(false)
  })

  it('escapes what it repeats', async () => {
    const hostile = '"><updatecheck status="ok" codebase="http://evil.example/x.crx" version="9"/><!--'
    const elements = await checkXml(`/update?x=${encodeURIComponent(`id=${encodeURIComponent(hostile)}&v=1&uc`)}`)
    expect(elements.map(({ name }) => name)).toEqual(['gupdate', 'app'])
    expect(elements[1]?.attributes).toEqual({ appid: hostile, status: 'error-unknownApplication' })
  })

  it('takes a hundred extensions and refuses more', async () => {
    expect(await checkXml(`/update?${Array(100).fill('x=a').join('&')}`)).toHaveLength(101)
    expect((await fetch(`${server.url}/update?${Array(101).fill('x=a').join('&')}`)).status).toBe(400)
  })
})

describe('protocol 3', () => {
  const post = (body: unknown, path = '/rings/canary/update') =>
    fetch(`${server.url}${path}`, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) })

  it('answers in JSON behind Chromium’s prefix', async () => {
    const request = {
      protocol: '3.1',
      prodversion: '156.0.0.0',
      app: [
        { appid: sampleId, version: '1.0.0', updatecheck: {} },
        { appid: otherId, version: '7', updatecheck: {} },
        { appid: unknownId, version: '1', updatecheck: {} },
        { appid: sampleId, version: '1.0.0', ping: {} }
      ]
    }
    const text = await (await post({ request })).text()
    expect(text.startsWith(")]}'\n")).toBe(true)
    const { response } = JSON.parse(text.slice(5))
    expect(response).toMatchObject({
      protocol: '3.1',
      app: [
        {
          appid: sampleId,
          status: 'ok',
          updatecheck: {
            status: 'ok',
            urls: { url: [{ codebase: `${server.url}/crx/${sampleId}/` }] },
            manifest: { version: '2.0.0', packages: { package: [{ name: '2.0.0.crx', required: true }] } }
          }
        },
        { appid: otherId, updatecheck: { status: 'noupdate' } },
        { appid: unknownId, status: 'error-unknownApplication' },
        { appid: sampleId, status: 'ok' }
      ]
    })
    expect(response.app[3]).not.toHaveProperty('updatecheck')
  })

  it.each([
    ['{', 'invalid_json'],
    ['[]', 'invalid_parameter'],
    ['{"request":{"protocol":"2.0","app":[]}}', 'protocol_unsupported'],
    ['{"request":{"protocol":"3.1","app":[{"appid":1}]}}', 'invalid_parameter'],
    [JSON.stringify({ request: { protocol: '3.1', app: Array(101).fill({ appid: 'a' }) } }), 'invalid_parameter'],
    [`"${'x'.repeat(70_000)}"`, 'payload_too_large']
  ])('refuses %s', async (body, code) => {
    const response = await post(body)
    expect(response.status).toBeLessThan(500)
    expect(await response.json()).toMatchObject({ code })
  })
})

const QUERIES = Number(process.env['FUZZ_QUERIES'] ?? 2_000)

it(`answers ${QUERIES} queries that no browser sends without a fault of its own, with well-formed XML and never a lower version`, async () => {
  const seed = seedOfRun()
  const random = seededRandom(seed)
  const known = [sampleId, otherId]
  let offered = 0
  for (let index = 0; index < QUERIES; index++) {
    const path = `/rings/canary/update?${randomUpdateQuery(random, known)}`
    const response = await fetch(`${server.url}${path}`)
    const body = await response.text()
    const context = `SEED=${seed} query ${index}: ${path.slice(0, 300)}`
    if (response.status !== 200) {
      // Node’s own parser refuses addresses above 16 KB.
      expect([400, 431], context).toContain(response.status)
      continue
    }
    const elements = elementsOf(body)
    const offers = elements.filter(({ attributes }) => 'codebase' in attributes)
    offered += offers.length
    for (const { attributes } of offers) {
      expect(['2.0.0', '7'], context).toContain(attributes['version'])
      expect(attributes['codebase'], context).toMatch(new RegExp(`^${server.url}/crx/(${known.join('|')})/`))
    }
    expect(
      elements.every(({ name }) => ['gupdate', 'app', 'updatecheck'].includes(name)),
      context
    ).toBe(true)
  }
  // Otherwise the queries would be too strange to reach the part that answers.
  expect(offered, `SEED=${seed}`).toBeGreaterThan(QUERIES / 100)
}, 300_000)
