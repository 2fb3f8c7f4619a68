import { FixpointError } from '@fixpoint/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { examineStorage } from '../src/cli/doctor.ts'
import type { Bucket } from '../src/storage/bucket.ts'
import { readBucketLedger } from '../src/storage/bucket-ledger.ts'
import { openBucketStorage } from '../src/storage/bucket-storage.ts'
import { connectBucket } from '../src/storage/s3-bucket.ts'
import { ACCOUNT, S3Server } from '../src/testing/s3-server.ts'
import { packSample, sampleId } from '../src/testing/sample-extension.ts'
import { startTestServer, type TestServer } from '../src/testing/test-server.ts'
import { elementsOf } from '../src/testing/well-formed.ts'
import { openUpdates } from '../src/updates.ts'

let s3: S3Server
const servers: TestServer[] = []
beforeEach(async () => {
  for (const [name, value] of Object.entries(ACCOUNT)) vi.stubEnv(name, value)
  s3 = await S3Server.start()
})
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
  await s3.close()
  vi.unstubAllEnvs()
})

async function start(): Promise<TestServer> {
  const server = await startTestServer({ bucket: s3.settings })
  servers.push(server)
  return server
}

async function release(server: TestServer, version: string): Promise<Buffer> {
  const crx = await packSample({ version, manifest: { update_url: `${server.url}/update` } })
  expect(await server.publish(version, crx)).toMatchObject({ status: 201 })
  expect(await server.approve(version)).toMatchObject({ status: 200 })
  return crx
}

async function offered(server: TestServer, ring = 'canary'): Promise<string | undefined> {
  const query = `x=${encodeURIComponent(`id=${sampleId}&v=0.0.0.0&uc`)}`
  const xml = await (await fetch(`${server.url}/rings/${ring}/update?${query}`)).text()
  return elementsOf(xml).find(({ name }) => name === 'updatecheck')?.attributes['version']
}

const halt = (server: TestServer, ring: string, reason: string) =>
  server.ask('ada', 'POST', `/api/rings/${sampleId}/${ring}/halt`, { reason })

describe('releases in a bucket', () => {
  it('go from the file to the browser, and are there after a start on an empty disk', async () => {
    const server = await start()
    const crx = await release(server, '1.0.0')
    expect(await server.promote('1.0.0', 'early')).toMatchObject({ status: 200 })
    const { body } = await server.ask('visitor', 'GET', '/api/status')
    await server.restart()
    expect(await server.ask('visitor', 'GET', '/api/status')).toMatchObject({ status: 200, body })
    expect([await offered(server, 'early'), await offered(server, 'all')]).toEqual(['1.0.0', undefined])
    const sent = await (await fetch(`${server.url}/crx/${sampleId}/1.0.0.crx`)).arrayBuffer()
    expect(Buffer.from(sent).equals(crx)).toBe(true)
    expect([...s3.objects.keys()].every(key => key.startsWith(s3.settings.prefix))).toBe(true)
    expect(s3.refusals.filter(code => code !== 'NoSuchKey' && code !== 'PreconditionFailed')).toEqual([])
  })

  it('are left out while their file is not what was published, and nothing else is', async () => {
    const server = await start()
    await release(server, '1')
    const second = await release(server, '2')
    const key = [...s3.objects.keys()].find(name => name.includes('/2-')) ?? ''
    s3.objects.set(key, Buffer.concat([second.subarray(0, -1), Buffer.from([0xff])]))
    await server.restart()
    expect(await offered(server)).toBe('1')
    expect((await fetch(`${server.url}/crx/${sampleId}/2.crx`)).status).toBe(503)
    const findings = await examineStorage(server.config.storage)
    expect(findings).toContainEqual({ name: 'File 2', state: 'bad', detail: expect.stringContaining(`s3://updates/${key}`) })
    s3.objects.set(key, second)
    await server.restart()
    expect(await offered(server)).toBe('2')
    expect(await examineStorage(server.config.storage)).toContainEqual({ name: 'Files', state: 'good', detail: '2 of 2 verified' })
  })

  it.each(['InvalidObjectState', 'AccessDenied', 'KMS.DisabledException'])(
    'are left out while the storage refuses their file (%s), and nothing else is',
    async reason => {
      const server = await start()
      await release(server, '1')
      await release(server, '2')
      const key = [...s3.objects.keys()].find(name => name.includes('/2-')) ?? ''
      s3.refused.set(key, reason)
      await server.restart()
      expect(await offered(server)).toBe('1')
      expect((await fetch(`${server.url}/crx/${sampleId}/1.crx`)).status).toBe(200)
      expect((await fetch(`${server.url}/crx/${sampleId}/2.crx`)).status).toBe(503)
      const findings = await examineStorage(server.config.storage)
      expect(findings).toContainEqual({ name: 'File 2', state: 'bad', detail: expect.stringContaining(reason) })
      s3.refused.clear()
      await server.restart()
      expect(await offered(server)).toBe('2')
    }
  )

  it.each([
    ['crx/', 'ExpiredToken'],
    ['crx/', 'InternalError'],
    ['audit/', 'AccessDenied']
  ])('keep the server from starting where it is not one file of theirs (%s %s)', async (folder, reason) => {
    const server = await start()
    await release(server, '1')
    const key = [...s3.objects.keys()].find(name => name.includes(folder)) ?? ''
    s3.refused.set(key, reason)
    await server.stop()
    await expect(server.restart()).rejects.toMatchObject({ code: 'storage_unreachable', message: expect.stringContaining(reason) })
    s3.refused.clear()
    await server.restart()
  })

  it('go on being served from memory while the storage is away, and changes are refused, not lost', async () => {
    const server = await start()
    await release(server, '1')
    await (await fetch(`${server.url}/crx/${sampleId}/1.crx`)).arrayBuffer()
    s3.isReachable = false
    expect(await offered(server)).toBe('1')
    expect((await fetch(`${server.url}/crx/${sampleId}/1.crx`)).status).toBe(200)
    expect(await halt(server, 'canary', 'bad')).toMatchObject({ status: 503, body: { code: 'storage_unreachable' } })
    expect(await offered(server)).toBe('1')
    s3.isReachable = true
    expect(await halt(server, 'canary', 'bad')).toMatchObject({ status: 200 })
    expect(await offered(server)).toBeUndefined()
  })
})

describe('several servers on one bucket', () => {
  it('never write over each other: what both do at once is one unbroken log with everything that was confirmed', async () => {
    const [one, two] = [await start(), await start()]
    await release(one, '1')
    const confirmed: string[] = []
    s3.writeMs = 20
    const refused = new Set<unknown>()
    await Promise.all(
      [one, two].flatMap((server, number) =>
        ['canary', 'early', 'all'].map(async ring => {
          for (let round = 0; round < 10; round++) {
            const reason = `${number} ${ring} ${round}`
            const { status, body } = await halt(server, ring, reason)
            if (status === 200) confirmed.push(reason)
            else refused.add(Object(body).code)
            await server.ask('ada', 'POST', `/api/rings/${sampleId}/${ring}/resumption`, {})
          }
        })
      )
    )
    const bucket = connectBucket(s3.settings)
    // Throws where a link of the chain does not hold.
    const entries = await readBucketLedger(bucket)
    bucket.close()
    const recorded = entries.flatMap(({ events }) => events.flatMap(event => (event.type === 'ring.halted' ? [event.reason] : [])))
    expect(recorded.toSorted()).toEqual(confirmed.toSorted())
    expect(confirmed.length).toBeGreaterThan(10)
    // Otherwise they would never have met.
    expect(refused).toContain('audit_conflict')
    // Either the other was faster, or it had halted the ring before.
    expect(['audit_conflict', 'invalid_parameter']).toEqual(expect.arrayContaining([...refused]))
  })

  it('write an object once, also where the storage tells one of them to try again', async () => {
    s3.writeMs = 50
    const [one, two] = [connectBucket(s3.settings), connectBucket(s3.settings)]
    const written = await Promise.all([one, two].map(bucket => bucket.create('a', Buffer.from('1'), 'text/plain')))
    expect(written.toSorted()).toEqual([false, true])
    expect(s3.refusals).toContain('ConditionalRequestConflict')
    one.close()
    two.close()
  })

  it('learn of each other’s halts within seconds, and decide on what the other has done', async () => {
    const [one, two] = [await start(), await start()]
    await release(one, '1')
    await vi.waitUntil(async () => (await offered(two)) === '1', { timeout: 20_000, interval: 200 })
    await halt(one, 'canary', 'the panel stays empty')
    expect(await two.ask('ada', 'POST', `/api/rings/${sampleId}/early/promotion`, { version: '1', percentage: 100 })).toMatchObject({
      status: 409,
      body: { code: 'ring_order' }
    })
    expect(await offered(two)).toBeUndefined()
  })

  it('act on a halt that they have read, also where the storage fails right after it', async () => {
    const server = await start()
    await release(server, '1')
    const real = connectBucket(s3.settings)
    let readsLeft = Number.POSITIVE_INFINITY
    const bucket: Bucket = {
      ...real,
      get: key => (readsLeft-- > 0 ? real.get(key) : Promise.reject(new FixpointError('storage_unreachable', 'The storage is away.')))
    }
    const other = await openUpdates(server.config, await openBucketStorage(bucket), () => new Date())
    const check = () => other.check('canary', { extensionId: sampleId, version: '0', chromeVersion: undefined, client: undefined })
    expect(check()).toMatchObject({ version: '1' })
    await halt(server, 'canary', 'bad')
    readsLeft = 1
    await expect(other.follow()).rejects.toMatchObject({ code: 'storage_unreachable' })
    expect(check()).toBe('none')
    readsLeft = Number.POSITIVE_INFINITY
    await server.ask('ada', 'POST', `/api/rings/${sampleId}/canary/resumption`, {})
    await other.follow()
    expect(check()).toMatchObject({ version: '1' })
    expect(other.ledger.entries).toHaveLength(4)
    bucket.close()
  })

  it('would lose what was confirmed where the storage takes no notice of conditions, so that none starts there', async () => {
    s3.keepsConditions = false
    const bucket = connectBucket(s3.settings)
    // Both writers are told that they were the first.
    const write = (text: string) => bucket.create('a', Buffer.from(text), 'text/plain')
    expect([await write('1'), await write('2')]).toEqual([true, true])
    await expect(openBucketStorage(bucket)).rejects.toMatchObject({ code: 'storage_unsafe' })
    s3.keepsConditions = true
    const careful = connectBucket(s3.settings)
    await expect(openBucketStorage(careful)).resolves.toBeDefined()
    careful.close()
  })
})

describe('the audit log in a bucket', () => {
  it('knows its own entry where the answer to the write was lost', async () => {
    const server = await start()
    await release(server, '1')
    s3.losesNextAnswer = true
    expect(await halt(server, 'canary', 'bad')).toMatchObject({ status: 200 })
    expect(s3.losesNextAnswer).toBe(false)
    expect(await server.ask('visitor', 'GET', '/api/status')).toMatchObject({ body: { auditEntries: 3 } })
    await server.restart()
    expect(await server.ask('visitor', 'GET', '/api/status')).toMatchObject({ body: { auditEntries: 3 } })
  })

  it('stops the start where an entry was changed, moved or taken away', async () => {
    const server = await start()
    await release(server, '1')
    await halt(server, 'canary', 'bad')
    await server.stop()
    const keyOf = (seq: number) => `fixpoint/audit/${String(seq).padStart(8, '0')}.json`
    const [first, second] = [1, 2].map(seq => s3.objects.get(keyOf(seq)) ?? Buffer.alloc(0))
    if (first === undefined || second === undefined) throw new Error('Two entries were expected.')
    const broken = { code: 'audit_broken', message: expect.stringContaining('2') }
    const changed = Buffer.from(second.toString('utf8').replace('grace', 'eve'))
    for (const forged of [changed, first, Buffer.concat([second, second]), Buffer.alloc(0), null]) {
      if (forged === null) s3.objects.delete(keyOf(2))
      else s3.objects.set(keyOf(2), forged)
      await expect(openBucketStorage(connectBucket(s3.settings))).rejects.toMatchObject(broken)
    }
    expect(await examineStorage(server.config.storage)).toMatchObject([{ name: 'Audit log', state: 'bad' }])
    s3.objects.set(keyOf(2), second)
    await server.restart()
  })
})

describe('what is wrong with the storage is said so that it can be mended', () => {
  const faultOf = async (change: Partial<S3Server['settings']>) => {
    try {
      await openBucketStorage(connectBucket({ ...s3.settings, ...change }))
    } catch (error) {
      return error
    }
    return 'it was opened'
  }

  it('names wrong and missing credentials, buckets and addresses', async () => {
    expect(await faultOf({ bucket: 'elsewhere' })).toMatchObject({
      code: 'storage_unreachable',
      message: expect.stringMatching(/^s3:\/\/elsewhere\/fixpoint cannot be used. NoSuchBucket/),
      hint: expect.stringContaining('Make the bucket')
    })
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'wrong')
    expect(await faultOf({})).toMatchObject({
      message: expect.stringContaining('SignatureDoesNotMatch'),
      hint: expect.stringContaining('credentials')
    })
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined)
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
    expect(await faultOf({})).toMatchObject({ hint: expect.stringContaining('AWS_ACCESS_KEY_ID') })
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', ACCOUNT.AWS_SECRET_ACCESS_KEY)
    expect(await faultOf({ endpoint: 'http://127.0.0.1:9' })).toMatchObject({
      code: 'storage_unreachable',
      message: expect.stringContaining('ECONNREFUSED')
    })
  })
})
