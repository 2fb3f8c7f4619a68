import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pino from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTokens } from '../auth/tokens.ts'
import { newId } from '../edges.ts'
import { projectConfigSchema } from '../projects/project-config.ts'
import { createProjectRegistry } from '../projects/project-registry.ts'
import { createSessionLog } from '../sessions/session-log.ts'
import { type OpenDatabase, openDatabase } from '../store/database.ts'
import { createdEvent, fixedEdges } from '../testing/fixtures.ts'
import { type DoorAddress, type DoorPlaces, doorLabel, doorNames } from './door-address.ts'
import { createDoorKeys, type DoorGuest, type DoorKeys } from './door-keys.ts'
import { createDoorPorts } from './door-ports.ts'
import { createDoorServer } from './door-server.ts'

/** Doors as the server has them, with a program on this machine behind them instead of a sandbox. */
const edges = fixedEdges()
const folder = mkdtempSync(join(tmpdir(), 'fixpoint-doors-'))
const project = projectConfigSchema.parse({
  projectId: 'shop',
  name: 'Shop',
  origins: ['http://localhost:5173'],
  repository: { path: '/srv/shop.git' },
  dev: { command: 'npm run dev', port: 5_173 }
})

let open: OpenDatabase
let keys: DoorKeys
let guest: DoorGuest
let front: Server
let behind: Server
let trap: Server
let trapHits = 0
const apiCalls: string[] = []
const mine: DoorAddress = { door: 'vscode', sessionId: newId(edges, 'session') }
const other: DoorAddress = { door: 'vscode', sessionId: newId(edges, 'session') }
const preview: DoorAddress = { door: 'preview', sessionId: mine.sessionId }

const portOf = (server: Server) => {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
const listening = async (server: Server) => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}
let places: DoorPlaces | null = null
const originOf = (address: DoorAddress) => places?.origin(address) ?? ''
/** What the door's cookie is called: where doors share a host, each has a name of its own. */
const nameOfCookie = (address: DoorAddress) => (places?.sharesHost ? `fixpoint-door-${doorLabel(address)}` : 'fixpoint-door')
const hostOf = (address: DoorAddress) => new URL(originOf(address)).host

interface Ask {
  method?: string
  path?: string
  headers?: Record<string, string | string[]>
  body?: string
}

/** Asks the server for exactly this, whatever a browser would make of it. */
async function ask(address: DoorAddress, { method = 'GET', path = '/', headers = {}, body }: Ask = {}) {
  const request = httpRequest({ port: portOf(front), method, path, headers: { host: hostOf(address), ...headers }, agent: false })
  request.end(body)
  const [response]: [IncomingMessage] = await once(request, 'response').then(([value]) => [value])
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  return { status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() }
}

/** The first line of the answer to a request for a WebSocket, and what came after a message was sent. */
async function upgrade(address: DoorAddress, headers: Record<string, string>, path = '/socket') {
  const socket = connect(portOf(front), '127.0.0.1')
  const lines = [
    `GET ${path} HTTP/1.1`,
    ...Object.entries({ Host: hostOf(address), ...headers }).map(([name, value]) => `${name}: ${value}`)
  ]
  socket.write(`${lines.join('\r\n')}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n`)
  let text = ''
  socket.on('data', chunk => {
    text += chunk
    if (text.includes('\r\n\r\n') && !text.includes('echo:') && / 101 /.test(text)) socket.write('hello')
    if (text.includes('echo:') || !/ 101 /.test(text)) answered.resolve()
  })
  const answered = Promise.withResolvers<void>()
  socket.on('close', () => answered.resolve())
  await answered.promise
  return { status: Number(text.split(' ')[1]), text, socket }
}

async function enter(address: DoorAddress, ticket: string, origin = originOf(address)) {
  return await ask(address, {
    method: 'POST',
    path: '/.fixpoint/enter',
    headers: { 'content-type': 'application/json', ...(origin === '' ? {} : { origin }) },
    body: JSON.stringify({ ticket })
  })
}

const cookieFrom = (headers: IncomingMessage['headers']) => headers['set-cookie']?.[0]?.split(';')[0] ?? ''

async function admitted(address: DoorAddress): Promise<string> {
  const { ticket } = await keys.issueTicket(address, guest)
  return cookieFrom((await enter(address, ticket)).headers)
}

async function newGuest(name: string): Promise<DoorGuest> {
  const tokens = createTokens(open.db, edges)
  const { tokenId, person } = await tokens.verify(await tokens.issue(await tokens.findOrCreatePerson(name, `${name}@example.com`), 'test'))
  return { tokenId, person }
}

beforeAll(async () => {
  open = await openDatabase(join(folder, 'database'))
  const log = createSessionLog(open.db, edges)
  for (const { sessionId } of [mine, other]) await log.create(sessionId, createdEvent())
  keys = createDoorKeys(open.db, edges)
  guest = await newGuest('ada')

  // What is behind the door tells what it was told.
  behind = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', () => {
      response.writeHead(200, [
        ...[
          'Content-Type',
          'application/json',
          'Set-Cookie',
          'theirs=1; Domain=example.com; Path=/',
          'Set-Cookie',
          'fixpoint-door=stolen; Path=/'
        ],
        ...['Strict-Transport-Security', 'max-age=1', 'Location', 'http://localhost:5173/next']
      ])
      response.end(
        JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() })
      )
    })
  })
  behind.on('upgrade', (_request, socket) => {
    socket.on('error', () => socket.destroy())
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    socket.on('data', chunk => socket.write(`echo:${chunk}`))
  })
  await listening(behind)
  trap = await listening(
    createServer((_request, response) => {
      trapHits += 1
      response.end('trap')
    })
  )
  const logger = pino({ level: 'silent' })
  const doors = createDoorServer({
    places: () => places,
    keys,
    visits: {
      wake: async () => undefined,
      isAwake: async () => true,
      connect: async () => connect(portOf(behind), '127.0.0.1'),
      stay: () => () => undefined
    },
    log,
    projects: createProjectRegistry([project]),
    api: (request, response, { sessionId, identify }) => {
      void identify().then(who => {
        apiCalls.push(`${request.method} ${request.url} ${who.person.name} ${sessionId}`)
        response.end('api')
      })
    },
    edges,
    logger
  })
  front = createServer((request, response) => {
    if (!doors.request(request, response)) response.writeHead(421).end('no door')
  })
  front.on('upgrade', (request, socket, head) => {
    if (!doors.upgrade(request, socket, head)) socket.destroy()
  })
  await listening(front)
})

afterAll(async () => {
  for (const server of [front, behind, trap]) {
    server.closeAllConnections()
    server.close()
  }
  await open.close()
  rmSync(folder, { recursive: true })
})

beforeEach(() => {
  trapHits = 0
})

const MODES: [string, (publicUrl: string) => Promise<DoorPlaces | null>][] = [
  ['host names', async publicUrl => doorNames(publicUrl, undefined)],
  [
    'ports',
    async publicUrl =>
      await createDoorPorts({ db: open.db, edges, logger: pino({ level: 'silent' }), publicUrl, range: { from: 45_001, to: 45_010 } })
  ]
]

describe.each(MODES)('doors by %s', (_name, place) => {
  beforeAll(async () => {
    places = await place(`http://127.0.0.1:${portOf(front)}`)
    for (const address of [mine, other, preview]) await places?.assign(address)
  })

  describe('tickets', () => {
    it('open their door once', async () => {
      const { ticket } = await keys.issueTicket(mine, guest)
      const first = await enter(mine, ticket)
      expect(first.status).toBe(204)
      expect(first.headers['set-cookie']?.[0]).toMatch(
        new RegExp(`^${nameOfCookie(mine)}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict; Max-Age=\\d+$`)
      )
      expect((await enter(mine, ticket)).status).toBe(403)
    })

    it('open neither another session’s door nor another door of the session, and stay good for their own', async () => {
      const { ticket } = await keys.issueTicket(mine, guest)
      for (const address of [other, preview]) {
        const refused = await enter(address, ticket)
        expect([refused.status, refused.headers['set-cookie'], JSON.parse(refused.text).code]).toEqual([403, undefined, 'ticket_invalid'])
      }
      expect((await enter(mine, ticket)).status).toBe(204)
    })

    it('are good for a minute', async () => {
      const early = await keys.issueTicket(mine, guest)
      edges.advance(59_000)
      expect((await enter(mine, early.ticket)).status).toBe(204)
      const late = await keys.issueTicket(mine, guest)
      edges.advance(61_000)
      expect((await enter(mine, late.ticket)).status).toBe(403)
    })

    it('are taken from the door’s own page alone', async () => {
      const { ticket } = await keys.issueTicket(mine, guest)
      for (const origin of ['http://evil.example', originOf(other), originOf(preview), 'null', '']) {
        expect([origin, (await enter(mine, ticket, origin)).status]).toEqual([origin, 403])
      }
      expect((await enter(mine, ticket)).status).toBe(204)
    })

    it.each(['', 'x'.repeat(201), '../../etc/passwd', 'fxp_00000000'])('that are made up open nothing: “%s”', async ticket => {
      expect([400, 403]).toContain((await enter(mine, ticket)).status)
    })
  })

  describe('without being let in', () => {
    it('nothing is reached, and pages say how to come in', async () => {
      expect((await ask(mine)).status).toBe(401)
      const page = await ask(mine, { headers: { accept: 'text/html', 'sec-fetch-dest': 'document' } })
      expect([page.status, page.text.includes('is opened from a session')]).toEqual([401, true])
      const cookie = await admitted(mine)
      expect((await ask(mine, { headers: { cookie } })).status).toBe(200)
    })

    it('a cookie opens its own door alone, and two of them none', async () => {
      const cookie = await admitted(mine)
      expect((await ask(other, { headers: { cookie } })).status).toBe(401)
      expect((await ask(preview, { headers: { cookie } })).status).toBe(401)
      expect((await ask(mine, { headers: { cookie: `${cookie}; ${cookie}` } })).status).toBe(401)
      expect((await ask(mine, { headers: { cookie: `${nameOfCookie(mine)}=${'a'.repeat(43)}` } })).status).toBe(401)
      expect((await ask(mine, { headers: { cookie } })).status).toBe(200)
    })

    it('a cookie is good for as long as it says, for sockets too', async () => {
      const { ticket } = await keys.issueTicket(mine, guest)
      const { headers } = await enter(mine, ticket)
      const cookie = cookieFrom(headers)
      const seconds = Number(/Max-Age=(\d+)/.exec(headers['set-cookie']?.[0] ?? '')?.[1])
      edges.advance((seconds - 60) * 1_000)
      expect((await ask(mine, { headers: { cookie } })).status).toBe(200)
      edges.advance(120_000)
      expect((await ask(mine, { headers: { cookie } })).status).toBe(401)
      const { status, socket } = await upgrade(mine, { Origin: originOf(mine), Cookie: cookie })
      socket.destroy()
      expect(status).toBe(401)
    })

    it('a revoked token shuts its doors, the open sockets too', async () => {
      const leaving = await newGuest('leaving')
      const { ticket } = await keys.issueTicket(mine, leaving)
      const cookie = cookieFrom((await enter(mine, ticket)).headers)
      const { socket, status } = await upgrade(mine, { Cookie: cookie, Origin: originOf(mine) })
      expect([status, (await ask(mine, { headers: { cookie } })).status]).toEqual([101, 200])

      await open.db.updateTable('tokens').set({ revoked_at: edges.now() }).where('token_id', '=', leaving.tokenId).execute()
      edges.advance(6_000)
      expect((await ask(mine, { headers: { cookie } })).status).toBe(401)
      await Promise.race([once(socket, 'close'), delay(8_000).then(() => expect.fail('the socket stays open'))])
    })
  })

  describe('from elsewhere', () => {
    it('no page uses the cookie, not even one of a sister host', async () => {
      const cookie = await admitted(mine)
      const outside: Record<string, string>[] = [
        { origin: 'http://evil.example' },
        { origin: originOf(preview) },
        { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' },
        { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
        { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
      ]
      for (const headers of outside)
        expect([headers, (await ask(mine, { headers: { cookie, ...headers } })).status]).toEqual([headers, 403])
      const inside = { origin: originOf(mine), 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }
      expect((await ask(mine, { headers: { cookie, ...inside } })).status).toBe(200)
    })

    it('a link leads to the app, but not into VS Code', async () => {
      const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
      expect((await ask(preview, { headers: { cookie: await admitted(preview), ...link } })).status).toBe(200)
      expect((await ask(mine, { headers: { cookie: await admitted(mine), ...link } })).status).toBe(403)
    })

    it('no WebSocket is opened', async () => {
      const cookie = await admitted(mine)
      const foreign = await admitted(other)
      const tries: [string, Record<string, string>][] = [
        ['without a cookie', { Origin: originOf(mine) }],
        ['with another session’s', { Origin: originOf(mine), Cookie: foreign }],
        ['from an evil page', { Origin: 'http://evil.example', Cookie: cookie }],
        [
          'with a ticket instead',
          { Origin: originOf(mine), Cookie: `${nameOfCookie(mine)}=${(await keys.issueTicket(mine, guest)).ticket}` }
        ],
        ['from the preview', { Origin: originOf(preview), Cookie: cookie }],
        ['from nowhere', { Cookie: cookie }]
      ]
      for (const [what, headers] of tries) {
        const { status, socket } = await upgrade(mine, headers)
        socket.destroy()
        expect([what, [401, 403].includes(status)]).toEqual([what, true])
      }
      const { status, text, socket } = await upgrade(mine, { Origin: originOf(mine), Cookie: cookie })
      socket.destroy()
      expect([status, text.endsWith('echo:hello')]).toEqual([101, true])
    })
  })

  describe('what goes through', () => {
    it('is nothing of ours, and everything of theirs', async () => {
      const cookie = await admitted(preview)
      const headers = {
        cookie: `first=1; ${cookie}; last=2`,
        authorization: 'Bearer fxp_secret',
        'x-forwarded-user': 'ada',
        'x-forwarded-for': '10.0.0.1',
        forwarded: 'for=10.0.0.1',
        'fixpoint-protocol': '1',
        origin: originOf(preview),
        referer: `${originOf(preview)}/list`,
        'x-theirs': 'yes'
      }
      const answer = await ask(preview, { method: 'POST', path: '/a?b=c', headers, body: 'body' })
      const told = JSON.parse(answer.text)
      expect(told.headers).toEqual({
        host: 'localhost:5173',
        cookie: 'first=1; last=2',
        origin: 'http://localhost:5173',
        referer: 'http://localhost:5173/list',
        'x-theirs': 'yes',
        connection: 'close',
        'content-length': '4'
      })
      expect([told.method, told.url, told.body]).toEqual(['POST', '/a?b=c', 'body'])
      expect(answer.text).not.toContain('fxp_')

      const own = await ask(preview, { headers: { cookie, authorization: 'Bearer of-the-app' } })
      expect(JSON.parse(own.text).headers.authorization).toBe('Bearer of-the-app')
    })

    it('comes back without cookies for others and without orders to the browser', async () => {
      const { headers } = await ask(preview, { headers: { cookie: await admitted(preview) } })
      expect(headers['set-cookie']).toEqual(['theirs=1; Path=/'])
      expect(headers['strict-transport-security']).toBeUndefined()
      expect(headers.location).toBe(`${originOf(preview)}/next`)
      expect(headers['content-security-policy']).toContain("connect-src 'self'")
    })

    it('goes behind the door, whatever the address says', async () => {
      const port = portOf(trap)
      const cookie = await admitted(preview)
      const paths = [
        `/p/${port}@evil`,
        '/p/evil.com',
        `/proxy/${port}/`,
        `/absproxy/${port}/x`,
        '/p/3000/../9',
        '/p/%2f%2fevil.com',
        `//127.0.0.1:${port}/`,
        '/%00<script>alert(1)</script>'
      ]
      for (const path of paths) {
        const { status, text } = await ask(preview, { path, headers: { cookie } })
        expect([path, status, JSON.parse(text).url]).toEqual([path, 200, path])
      }
      for (const path of [`http://127.0.0.1:${port}/`, `https://evil.example/`, '*']) {
        const { status, text } = await ask(preview, { path, headers: { cookie } })
        expect([path, status, JSON.parse(text).code]).toEqual([path, 404, 'bad_target'])
      }
      const hosts = [
        `127.0.0.1:${port}`,
        `${hostOf(preview)}@127.0.0.1:${port}`,
        `22-${hostOf(preview)}`,
        `evil.${hostOf(preview)}`,
        'localhost'
      ]
      for (const host of hosts) expect([host, (await ask(preview, { headers: { cookie, host } })).status]).toEqual([host, 421])
      expect(trapHits).toBe(0)
      // The trap works.
      await fetch(`http://127.0.0.1:${port}/`)
      expect(trapHits).toBe(1)
    })

    it('leads to the session’s API from VS Code alone', async () => {
      apiCalls.length = 0
      const path = '/.fixpoint/api/server?x=1'
      expect((await ask(preview, { path, headers: { cookie: await admitted(preview) } })).status).toBe(404)
      expect((await ask(mine, { path })).status).toBe(401)
      expect(apiCalls).toEqual([])
      expect((await ask(mine, { path, headers: { cookie: await admitted(mine) } })).text).toBe('api')
      expect(apiCalls).toEqual([`GET /api/server?x=1 ada ${mine.sessionId}`])
    })
  })
})

describe('host names', () => {
  it('are subdomains of localhost on this machine, of the configured domain elsewhere, and else there are none', () => {
    expect(doorNames('http://127.0.0.1:4700', undefined)?.origin(mine)).toBe(`http://vscode-${mine.sessionId.slice(4)}.localhost:4700`)
    expect(doorNames('https://fix.example.com', 'in.example.com')?.origin(preview)).toBe(
      `https://preview-${mine.sessionId.slice(4)}.in.example.com`
    )
    expect(doorNames('https://fix.example.com', undefined)).toBeNull()
  })

  it.each(['', 'localhost', 'vscode-.localhost', 'x.localhost', 'vscode-abc.localhost', 'terminal-01k8r5t9m3c6v2x7b4na.localhost'])(
    '“%s” is none',
    host => {
      expect(doorNames('http://localhost', undefined)?.find(host)).toBeUndefined()
    }
  )
})
