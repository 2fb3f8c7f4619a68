import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readLedger } from '../src/ledger/ledger.ts'
import { newSigner, packSample, type SampleOptions, sampleId } from '../src/testing/sample-extension.ts'
import { startTestServer, type TestServer, TOKENS } from '../src/testing/test-server.ts'
import { elementsOf } from '../src/testing/well-formed.ts'

let server: TestServer
beforeEach(async () => {
  server = await startTestServer()
})
afterEach(() => server.close())

/** The file with one bit of its archive flipped. */
function flip(crx: Buffer): Buffer {
  const copy = Buffer.from(crx)
  copy[crx.length - 40] = (copy[crx.length - 40] ?? 0) ^ 1
  return copy
}

/** A sample whose manifest asks this server. */
const pack = ({ manifest, ...options }: SampleOptions = {}) =>
  packSample({ ...options, manifest: { update_url: `${server.url}/rings/all/update`, ...manifest } })

async function release(version: string, options: SampleOptions = {}): Promise<Buffer> {
  const crx = await pack({ version, ...options })
  expect(await server.publish(version, crx)).toMatchObject({ status: 201, body: { version, publishedBy: 'ada', approvedBy: null } })
  expect(await server.approve(version)).toMatchObject({ status: 200, body: { approvedBy: 'grace' } })
  return crx
}

async function offered(ring: string, version = '0.0.0.0'): Promise<string | undefined> {
  const query = `x=${encodeURIComponent(`id=${sampleId}&v=${version}&uc`)}`
  const xml = await (await fetch(`${server.url}/rings/${ring}/update?${query}`)).text()
  return elementsOf(xml).find(({ name }) => name === 'updatecheck')?.attributes['version']
}

const fileOf = (version: string) => `${server.url}/crx/${sampleId}/${version}.crx`

describe('publishing', () => {
  it('takes two people', async () => {
    await server.publish('1.0.0', await pack())
    expect(await offered('canary')).toBeUndefined()
    expect((await fetch(fileOf('1.0.0'))).status).toBe(404)
    // Ada may approve, but not what she has published herself.
    const own = await server.ask('ada', 'POST', `/api/releases/${sampleId}/1.0.0/approval`, {})
    expect(own).toMatchObject({ status: 409, body: { code: 'second_approval_missing' } })
    await server.approve('1.0.0')
    expect(await offered('canary')).toBe('1.0.0')
    expect((await fetch(fileOf('1.0.0'))).status).toBe(200)
  })

  it.each([
    ['a lower version', async () => pack({ version: '1.9' }), '1.9', 'version_not_higher'],
    ['the same version', async () => pack({ version: '2.0' }), '2.0', 'version_not_higher'],
    ['another version than declared', async () => pack({ version: '3' }), '4', 'crx_version_mismatch'],
    ['no version', async () => pack({ version: '3' }), 'x', 'version_invalid'],
    ['a stranger’s key', async () => packSample({ version: '3' }, newSigner()), '3', 'crx_id_mismatch'],
    ['a changed file', async () => flip(await pack({ version: '3' })), '3', 'crx_signature_invalid'],
    ['no CRX', async () => Buffer.from('hello, world'), '3', 'crx_format'],
    ['nothing', async () => Buffer.alloc(0), '3', 'crx_format'],
    ['manifest version 2', async () => pack({ version: '3', manifest: { manifest_version: 2 } }), '3', 'crx_manifest_invalid'],
    [
      'another host’s updates',
      async () => pack({ version: '3', manifest: { update_url: 'https://evil.example/update' } }),
      '3',
      'crx_update_url_mismatch'
    ],
    ['no update address', async () => pack({ version: '3', manifest: { update_url: undefined } }), '3', 'crx_update_url_mismatch'],
    ['a private key', async () => pack({ version: '3', files: { 'k.pem': 'x' } }), '3', 'crx_contains_private_key'],
    ['a new permission', async () => pack({ version: '3', manifest: { permissions: ['storage', 'tabs'] } }), '3', 'permission_added'],
    ['a new host', async () => pack({ version: '3', manifest: { host_permissions: ['<all_urls>'] } }), '3', 'permission_added']
  ])('refuses %s, and goes on serving what it has', async (_what, make, version, code) => {
    const before = await release('2.0')
    expect((await server.publish(version, await make())).body).toMatchObject({ code })
    expect(await offered('canary')).toBe('2.0')
    expect(Buffer.from(await (await fetch(fileOf('2.0'))).arrayBuffer()).equals(before)).toBe(true)
  })

  it('takes a new permission that both people name', async () => {
    await release('1')
    const crx = await pack({ version: '2', manifest: { permissions: ['storage', 'tabs'] } })
    expect(await server.publish('2', crx, '?acceptPermission=tabs')).toMatchObject({ status: 201, body: { addedPermissions: ['tabs'] } })
    expect(await server.approve('2')).toMatchObject({ body: { code: 'permission_added' } })
    const named = await server.ask('grace', 'POST', `/api/releases/${sampleId}/2/approval`, { acceptedPermissions: ['tabs'] })
    expect(named).toMatchObject({ status: 200 })
    expect(await offered('canary')).toBe('2')
  })

  it('takes a rollback that is the old code, and no other', async () => {
    await release('1', { files: { 'a.js': 'good' } })
    await server.promote('1', 'early')
    await release('2', { files: { 'a.js': 'bad' } })
    await server.promote('2', 'early')
    const other = await pack({ version: '3', files: { 'a.js': 'neither' } })
    expect(await server.publish('3', other, '?rollbackOf=1')).toMatchObject({ body: { code: 'rollback_differs' } })
    const more = await pack({ version: '3', files: { 'a.js': 'good', 'b.js': 'more' } })
    expect(await server.publish('3', more, '?rollbackOf=1')).toMatchObject({ body: { code: 'rollback_differs' } })
    const old = await pack({ version: '3', files: { 'a.js': 'good' } })
    expect(await server.publish('3', old, '?rollbackOf=0.5')).toMatchObject({ body: { code: 'release_not_found' } })
    expect(await server.publish('3', old, '?rollbackOf=1')).toMatchObject({ status: 201, body: { rollbackOf: '1' } })
    await server.ask('ada', 'POST', `/api/rings/${sampleId}/canary/halt`, { reason: 'prices vanish' })
    await server.approve('3')
    expect([await offered('canary', '2'), await offered('early', '2'), await offered('all', '2')]).toEqual(['3', '3', undefined])
  })
})

describe('who may do what', () => {
  const changes: [string, object][] = [
    [`/api/releases/${sampleId}/9`, Buffer.from('x')],
    [`/api/releases/${sampleId}/9/approval`, {}],
    [`/api/rings/${sampleId}/canary/promotion`, { version: '9' }],
    [`/api/rings/${sampleId}/canary/halt`, { reason: 'x' }],
    [`/api/rings/${sampleId}/canary/resumption`, {}]
  ]

  it('a viewer reads and changes nothing; a stranger does neither', async () => {
    expect(await server.ask('visitor', 'GET', '/api/status')).toMatchObject({ status: 200 })
    for (const [path, body] of changes) {
      expect(await server.ask('visitor', 'POST', path, body)).toMatchObject({ status: 403, body: { code: 'role_missing' } })
      for (const authorization of ['', 'Bearer wrong', 'Basic YTpi', `Bearer ${TOKENS.ada}x`]) {
        const headers = { Authorization: authorization }
        expect((await fetch(`${server.url}${path}`, { method: 'POST', headers })).status).toBe(401)
      }
    }
    for (const path of ['/api/status', '/api/audit']) expect((await fetch(`${server.url}${path}`)).status).toBe(401)
    expect(await server.ask('grace', 'POST', `/api/releases/${sampleId}/9`, Buffer.from('x'))).toMatchObject({ status: 403 })
  })

  it('writes down who did what, in a log that cannot be changed unnoticed', async () => {
    await release('1')
    await server.ask('grace', 'POST', `/api/rings/${sampleId}/canary/halt`, { reason: 'prices vanish' })
    const { body } = await server.ask('visitor', 'GET', '/api/audit')
    expect(body).toMatchObject({
      entries: [
        { who: 'ada', events: [{ type: 'release.published', version: '1' }] },
        { who: 'grace', events: [{ type: 'release.approved' }, { type: 'ring.offered', ring: 'canary' }] },
        { who: 'grace', events: [{ type: 'ring.halted', reason: 'prices vanish' }] }
      ]
    })
    const path = join(server.dataFolder, 'audit.jsonl')
    const text = await readFile(path, 'utf8')
    expect(readLedger(text)).toHaveLength(3)
    await writeFile(path, text.replace('prices vanish', 'all is good.'))
    await expect(server.restart()).rejects.toMatchObject({ code: 'audit_broken' })
    await writeFile(path, text)
    await server.restart()
    expect(await offered('canary')).toBeUndefined()
  })

  it('refuses what it does not know', async () => {
    await release('1')
    const post = (path: string, body: object) => server.ask('ada', 'POST', path, body)
    expect(await post(`/api/rings/${sampleId}/beta/halt`, { reason: 'x' })).toMatchObject({ status: 404, body: { code: 'ring_unknown' } })
    expect(await post(`/api/rings/${'b'.repeat(32)}/all/halt`, { reason: 'x' })).toMatchObject({
      status: 404,
      body: { code: 'extension_unknown' }
    })
    expect(await post(`/api/rings/${sampleId}/all/halt`, {})).toMatchObject({ status: 400, body: { field: 'reason' } })
    expect(await post(`/api/rings/${sampleId}/all/halt`, { reason: 'x', more: 1 })).toMatchObject({
      status: 400,
      body: { code: 'unknown_field' }
    })
    expect(await server.promote('1', 'canary', 101)).toMatchObject({ status: 400, body: { code: 'rollout_invalid' } })
    expect(await server.promote('1', 'all')).toMatchObject({ status: 409, body: { code: 'ring_order' } })
  })
})

describe('files on the disk', () => {
  it('that are changed, gone or another’s are not served after a start; good ones are, and a restored one again', async () => {
    await release('1')
    const good = await release('2', { files: { 'a.js': 'more' } })
    const path = join(server.dataFolder, 'crx', sampleId, '2.crx')
    const signedByUs = await pack({ version: '2', files: { 'a.js': 'other code, our key' } })
    for (const bytes of [
      flip(good),
      Buffer.concat([good, Buffer.from([0])]),
      good.subarray(0, -1),
      Buffer.alloc(0),
      await packSample({ version: '2' }, newSigner()),
      signedByUs
    ]) {
      await writeFile(path, bytes)
      await server.restart()
      const response = await fetch(fileOf('2'))
      expect([response.status, await response.json()]).toMatchObject([503, { code: 'crx_unavailable' }])
      expect(await offered('canary')).toBe('1')
      expect((await fetch(fileOf('1'))).status).toBe(200)
    }
    await rm(path)
    await server.restart()
    expect(await offered('canary')).toBe('1')
    const { body } = await server.ask('visitor', 'GET', '/api/status')
    expect(body).toMatchObject({
      extensions: [
        {
          releases: [
            { version: '2', fault: expect.stringContaining('not in order') },
            { version: '1', fault: null }
          ]
        }
      ]
    })

    await writeFile(path, good)
    await server.restart()
    expect(await offered('canary')).toBe('2')
  })

  it('that are changed while the server runs are not sent either', async () => {
    const good = await release('1')
    const path = join(server.dataFolder, 'crx', sampleId, '1.crx')
    expect((await fetch(fileOf('1'))).status).toBe(200)
    await writeFile(path, Buffer.concat([good, Buffer.from([0])]))
    // What was verified is in memory, and that is sent.
    expect(Buffer.from(await (await fetch(fileOf('1'))).arrayBuffer()).equals(good)).toBe(true)
    // What was not read before is verified when it is.
    await server.restart()
    await writeFile(path, good)
    await server.restart()
    await writeFile(path, Buffer.concat([good, Buffer.from([0])]))
    expect((await fetch(fileOf('1'))).status).toBe(503)
    expect(await offered('canary')).toBeUndefined()
  })

  it('are locked by one server', async () => {
    await server.stop()
    await writeFile(join(server.dataFolder, 'server.pid'), '1')
    await expect(server.restart()).rejects.toMatchObject({ code: 'data_dir_locked' })
    // No process has this number.
    await writeFile(join(server.dataFolder, 'server.pid'), '4194999')
    await server.restart()
    expect(await server.ask('visitor', 'GET', '/api/status')).toMatchObject({ status: 200 })
  })
})

describe('a file over HTTP', () => {
  it('comes whole, in part, as a header alone, or not again', async () => {
    const crx = await release('1')
    const whole = await fetch(fileOf('1'))
    expect(whole.status).toBe(200)
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      'content-type': 'application/x-chrome-extension',
      'content-length': String(crx.length),
      'accept-ranges': 'bytes'
    })
    expect(whole.headers.has('x-content-type-options')).toBe(false)
    expect(Buffer.from(await whole.arrayBuffer()).equals(crx)).toBe(true)
    const tag = whole.headers.get('etag') ?? ''

    const get = (headers: Record<string, string>, method = 'GET') =>
      fetch(fileOf('1'), { method, headers: { 'Accept-Encoding': 'identity', ...headers } })
    const part = await get({ Range: 'bytes=4-99' })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 4-99/${crx.length}`])
    expect(Buffer.from(await part.arrayBuffer()).equals(crx.subarray(4, 100))).toBe(true)
    expect((await get({ Range: 'bytes=-10' })).headers.get('content-length')).toBe('10')
    expect((await get({ Range: 'bytes=999999999-' })).status).toBe(416)
    for (const range of ['bytes=0-1,5-6', 'lines=1-2', 'nonsense']) expect((await get({ Range: range })).status).toBe(200)
    expect((await get({ Range: 'bytes=0-9', 'If-Range': tag })).status).toBe(206)
    expect((await get({ Range: 'bytes=0-9', 'If-Range': '"other"' })).status).toBe(200)
    // Without a word on caching, fetch asks for the file in any case.
    expect((await get({ 'If-None-Match': tag, 'Cache-Control': 'max-age=0' })).status).toBe(304)
    expect((await get({ 'If-None-Match': '"other"', 'Cache-Control': 'max-age=0' })).status).toBe(200)
    const counted = async () => /fixpoint_update_downloads_total\{.*\} (\d+)/.exec(await (await fetch(`${server.url}/metrics`)).text())?.[1]
    const before = await counted()
    const head = await get({}, 'HEAD')
    expect([head.status, head.headers.get('content-length'), (await head.arrayBuffer()).byteLength]).toEqual([200, String(crx.length), 0])
    await get({ 'If-None-Match': tag, 'Cache-Control': 'max-age=0' })
    // Neither has sent any of the file.
    expect(await counted()).toBe(before)
    await (await get({})).arrayBuffer()
    expect(await counted()).toBe(String(Number(before) + 1))
  })

  it('is not at other addresses', async () => {
    await release('1')
    for (const path of [
      `/crx/${sampleId}/2.crx`,
      `/crx/${sampleId}/..%2f..%2faudit.jsonl`,
      `/crx/${'b'.repeat(32)}/1.crx`,
      `/crx/${sampleId}/1.pem`,
      '/crx/',
      '/nothing'
    ]) {
      const response = await fetch(`${server.url}${path}`)
      expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/problem+json; charset=utf-8'])
    }
  })
})

it('counts what browsers have', async () => {
  await release('1')
  for (const version of ['0.0.0.0', '1', '0.5', '0.5']) await offered('canary', version)
  const { body } = await server.ask('visitor', 'GET', '/api/status')
  expect(body).toMatchObject({
    extensions: [{ rings: [{ name: 'canary', offered: '1', versionsSeen: { none: 1, '1': 1, other: 2 } }, {}, {}] }]
  })
  const metrics = await (await fetch(`${server.url}/metrics`)).text()
  expect(metrics).toContain(`fixpoint_update_checks_total{extension="${sampleId}",ring="canary",answer="offered"} 3`)
  expect(metrics).toContain(`fixpoint_update_versions_seen_total{extension="${sampleId}",ring="canary",version="other"} 2`)
})
