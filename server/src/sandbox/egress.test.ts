import { type ClientHttp2Session, connect } from 'node:http2'
import { type Duplex, duplexPair } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import type { AllowedHost, EgressDecision } from '@fixpoint/protocol/sandbox'
import { afterEach, describe, expect, test } from 'vitest'
import { type ByteBudget, serveEgress } from './egress.ts'
import { allowListFrom, type ResolvedAddress } from './egress-policy.ts'
import type { Network } from './network.ts'
import { socketPair } from './socket-pair.ts'

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const sessions: ClientHttp2Session[] = []
afterEach(() => {
  for (const session of sessions.splice(0)) session.destroy()
})

interface World {
  allowed?: AllowedHost[]
  names?: Record<string, string[]>
  budget?: ByteBudget
  maxConnections?: number
  connect?: Network['connect']
}

/** A server's end and a sandbox's end, with a network in which every address answers with an echo. */
async function world({
  allowed = ['allowed.example'],
  names = {},
  budget = { remaining: 1e9 },
  maxConnections = 10,
  connect: connectTo
}: World = {}) {
  const decisions: EgressDecision[] = []
  const connected: string[] = []
  const resolved: string[] = []
  const [near, far] = await socketPair()
  const network: Network = {
    async resolveHost(host) {
      resolved.push(host)
      const addresses = names[host] ?? ['93.184.216.34']
      return addresses.map((address): ResolvedAddress => ({ address, family: address.includes(':') ? 6 : 4 }))
    },
    async connect(address, port, signal) {
      connected.push(`${address.address}:${port}`)
      if (connectTo !== undefined) return connectTo(address, port, signal)
      const [mine, theirs] = duplexPair()
      theirs.pipe(theirs)
      return mine
    }
  }
  const egress = serveEgress(far, {
    allowList: allowListFrom(allowed),
    network,
    budget,
    maxConnections,
    onDecision: decision => decisions.push(decision),
    logger: silent
  })
  const session = connect('http://server', { createConnection: () => near })
  session.on('error', () => undefined)
  sessions.push(session)

  /** Asks for a connection as the proxy in the sandbox does. */
  async function ask(authority: string): Promise<{ status: number; reason: unknown; stream: Duplex }> {
    const stream = session.request({ ':method': 'CONNECT', ':authority': authority })
    stream.on('error', () => undefined)
    const headers = await new Promise<Record<string, unknown>>((resolve, reject) => {
      stream.once('response', resolve)
      stream.once('close', () => reject(new Error('closed')))
    })
    return { status: Number(headers[':status']), reason: headers['fixpoint-reason'], stream }
  }
  return { decisions, connected, resolved, egress, session, ask, budget }
}

const hello = async (servername: string) => {
  const [near, far] = duplexPair()
  const client = connectTls({ socket: near, servername })
  client.on('error', () => undefined)
  const bytes: Buffer = await new Promise(resolve => far.once('data', resolve))
  client.destroy()
  return Buffer.from(bytes)
}
const receive = (stream: Duplex) => new Promise<Buffer>(resolve => stream.once('data', resolve))
const ended = (stream: Duplex) => new Promise<void>(resolve => stream.once('close', resolve))

describe('the way out', () => {
  test('leads to a host on the list, at the address that was checked', async () => {
    const { ask, decisions, connected, resolved } = await world()
    const { status, stream } = await ask('Allowed.Example:443')
    expect(status).toBe(200)
    const first = await hello('allowed.example')
    stream.write(first)
    expect(await receive(stream)).toEqual(first)
    expect(connected).toEqual(['93.184.216.34:443'])
    expect(resolved).toEqual(['allowed.example'])
    expect(decisions).toEqual([{ host: 'allowed.example', port: 443, isAllowed: true, reason: 'on_list' }])
  })

  test.each([
    ['evil.example:443', 'not_on_list'],
    ['allowed.example:80', 'port_not_allowed'],
    ['allowed.example.:443', 'host_syntax'],
    ['allowed.example', 'host_syntax'],
    ['[::1]:443', 'host_syntax'],
    ['127.0.0.1:443', 'not_on_list'],
    ['169.254.169.254:80', 'not_on_list']
  ])('refuses %s (%s) before anything is looked up', async (authority, reason) => {
    const { ask, decisions, resolved, connected } = await world()
    expect(await ask(authority)).toMatchObject({ status: 403, reason })
    expect([resolved, connected]).toEqual([[], []])
    expect(decisions).toEqual([expect.objectContaining({ isAllowed: false, reason })])
  })

  test('does not exist where the list is empty', async () => {
    const { ask, connected } = await world({ allowed: [] })
    expect(await ask('allowed.example:443')).toMatchObject({ status: 403, reason: 'not_on_list' })
    expect(connected).toEqual([])
  })

  test.each([
    ['10.0.0.1'],
    ['127.0.0.1'],
    ['169.254.169.254'],
    ['::ffff:10.0.0.1'],
    ['64:ff9b::7f00:1'],
    ['2002:7f00:1::'],
    ['203.0.113.9']
  ])('refuses a name that leads to %s', async address => {
    const { ask, connected } = await world({ names: { 'allowed.example': [address] } })
    expect(await ask('allowed.example:443')).toMatchObject({ status: 403, reason: 'private_address' })
    expect(connected).toEqual([])
  })

  test('takes the public one of several addresses', async () => {
    const { ask, connected } = await world({ names: { 'allowed.example': ['127.0.0.1', '10.0.0.1', '93.184.216.34'] } })
    expect(await ask('allowed.example:443')).toMatchObject({ status: 200 })
    expect(connected).toEqual(['93.184.216.34:443'])
  })

  test('leads inside only where the host is marked for it, and never to loopback or metadata', async () => {
    const inside: AllowedHost = { host: 'inside.example', resolvesPrivately: true }
    const open = await world({ allowed: [inside], names: { 'inside.example': ['10.0.0.1'] } })
    expect(await open.ask('inside.example:443')).toMatchObject({ status: 200 })
    for (const address of ['127.0.0.1', '169.254.169.254', '::1', '100.100.100.200']) {
      const closed = await world({ allowed: [inside], names: { 'inside.example': [address] } })
      expect(await closed.ask('inside.example:443')).toMatchObject({ status: 403, reason: 'private_address' })
    }
  })

  test('says when a name has no address or nobody answers', async () => {
    expect(await (await world({ names: { 'allowed.example': [] } })).ask('allowed.example:443')).toMatchObject({ reason: 'unresolvable' })
    const { ask, connected } = await world({
      names: { 'allowed.example': ['8.8.8.8', '8.8.4.4'] },
      connect: () => Promise.reject(new Error('refused'))
    })
    expect(await ask('allowed.example:443')).toMatchObject({ status: 403, reason: 'connect_failed' })
    expect(connected).toEqual(['8.8.8.8:443', '8.8.4.4:443'])
  })

  test('is closed to whoever then asks for another host', async () => {
    const { ask, decisions } = await world()
    const { stream } = await ask('allowed.example:443')
    stream.write(await hello('evil.example'))
    stream.once('data', () => expect.unreachable())
    await ended(stream)
    expect(decisions.map(({ reason }) => reason)).toEqual(['on_list', 'tls_name_mismatch'])
  })

  test('carries nothing but TLS on port 443, and other protocols elsewhere', async () => {
    const { ask, decisions } = await world({ allowed: ['allowed.example', { host: 'allowed.example', port: 9418 }] })
    const secure = await ask('allowed.example:443')
    secure.stream.write('GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n')
    await ended(secure.stream)
    expect(decisions.at(-1)).toMatchObject({ port: 443, isAllowed: false, reason: 'tls_name_mismatch' })
    const git = await ask('allowed.example:9418')
    git.stream.write('0032git-upload-pack')
    expect((await receive(git.stream)).toString()).toBe('0032git-upload-pack')
  })

  test('ends when the budget is used up, and stays closed', async () => {
    const { ask, decisions, budget } = await world({ budget: { remaining: 5_000 }, allowed: [{ host: 'allowed.example', port: 9418 }] })
    const { stream } = await ask('allowed.example:9418')
    for (let sent = 0; sent < 10; sent += 1) stream.write('x'.repeat(1_000))
    await ended(stream)
    expect(budget.remaining).toBeLessThanOrEqual(0)
    expect(await ask('allowed.example:9418')).toMatchObject({ status: 403, reason: 'byte_budget' })
    expect(decisions.map(({ reason }) => reason)).toEqual(['on_list', 'byte_budget', 'byte_budget'])
  })

  test('is limited in its connections, and has room again when they end', async () => {
    const { ask } = await world({ maxConnections: 2 })
    const first = await ask('allowed.example:443')
    await ask('allowed.example:443')
    expect(await ask('allowed.example:443')).toMatchObject({ status: 403, reason: 'too_many' })
    first.stream.destroy()
    await delay(20)
    expect(await ask('allowed.example:443')).toMatchObject({ status: 200 })
  })

  test('ends its connections with the sandbox', async () => {
    const upstream = Promise.withResolvers<Duplex>()
    const { ask, session, egress } = await world({
      connect: async () => {
        const [mine] = duplexPair()
        upstream.resolve(mine)
        return mine
      }
    })
    await ask('allowed.example:443')
    session.destroy()
    await egress.ended
    expect((await upstream.promise).destroyed).toBe(true)
  })

  test('passes a hundred megabytes whole in both directions', async () => {
    const { ask } = await world({ allowed: [{ host: 'allowed.example', port: 9418 }] })
    const { stream } = await ask('allowed.example:9418')
    const piece = Buffer.alloc(1_000_000, 'abcdefghij')
    let received = 0
    stream.on('data', (chunk: Buffer) => {
      received += chunk.length
    })
    const done = new Promise(resolve => stream.once('end', resolve))
    for (let sent = 0; sent < 100; sent += 1) {
      if (!stream.write(piece)) await new Promise(resolve => stream.once('drain', resolve))
    }
    stream.end()
    await done
    expect(received).toBe(100_000_000)
  }, 20_000)

  test('hears what the proxy refused by itself', async () => {
    const { session, decisions } = await world()
    const report = session.request({ ':method': 'POST', ':path': '/v1/refused' })
    report.end(JSON.stringify({ method: 'GET', target: 'http://evil.example/?q=secret' }))
    const headers = await new Promise<Record<string, unknown>>(resolve => report.once('response', resolve))
    expect(headers[':status']).toBe(204)
    expect(decisions).toEqual([{ host: 'evil.example', port: null, isAllowed: false, reason: 'not_connect' }])
  })

  test.each([
    ['no JSON', 'hello'],
    ['another form', '{"method":1}'],
    ['too much', 'x'.repeat(100_000)]
  ])('does not take %s for a report', async (_what, body) => {
    const { session, decisions } = await world()
    const report = session.request({ ':method': 'POST', ':path': '/v1/refused' })
    report.on('error', () => undefined)
    report.end(body)
    await ended(report)
    expect(decisions).toEqual([])
  })

  test.each([
    { ':method': 'GET', ':path': '/' },
    { ':method': 'POST', ':path': '/v1/exec' }
  ])('answers nothing else (%j)', async headers => {
    const { session } = await world()
    const request = session.request(headers)
    const answer = await new Promise<Record<string, unknown>>(resolve => request.once('response', resolve))
    expect(answer[':status']).toBe(405)
  })
})
