import { performServerHandshake, type ServerHttp2Session } from 'node:http2'
import { connect, createServer } from 'node:net'
import { type Duplex, duplexPair } from 'node:stream'
import { afterEach, describe, expect, test } from 'vitest'
import { runEgress } from './egress.ts'

const running: Duplex[] = []
afterEach(() => {
  for (const stream of running.splice(0)) stream.destroy()
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : expect.unreachable()
}

/** The proxy, with a server behind it that lets `allowed.example:443` through to an echo. */
async function startProxy() {
  const port = await freePort()
  const [near, far] = duplexPair()
  running.push(near, far)
  const asked: string[] = []
  const reports: string[] = []
  const session = performServerHandshake(far)
  session.on('error', () => undefined)
  session.on('stream', async (stream, headers) => {
    stream.on('error', () => undefined)
    if (headers[':method'] === 'POST') {
      let body = ''
      for await (const chunk of stream) body += chunk
      reports.push(body)
      stream.respond({ ':status': 204 }, { endStream: true })
      return
    }
    asked.push(headers[':authority'] ?? '')
    if (headers[':authority'] !== 'allowed.example:443') {
      stream.respond({ ':status': 403, 'fixpoint-reason': 'not_on_list' }, { endStream: true })
      return
    }
    stream.respond({ ':status': 200 })
    stream.pipe(stream)
  })
  const ended = runEgress({ input: near, output: near, proxyAddress: `http://127.0.0.1:${port}` })
  await new Promise<void>(resolve => session.once('remoteSettings', () => resolve()))
  return { port, asked, reports, session, ended, far }
}

/** Sends bytes and gives back everything that comes until the other side closes, or `enough` is there. */
function talk(port: number, text: string, enough?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    let received = ''
    socket.on('data', chunk => {
      received += chunk.toString()
      if (enough !== undefined && received.includes(enough)) socket.destroy()
    })
    socket.once('error', reject)
    socket.once('close', () => resolve(received))
  })
}

describe('the proxy in the sandbox', () => {
  test('carries what the server lets through', async () => {
    const { port } = await startProxy()
    const answer = await talk(port, 'CONNECT allowed.example:443 HTTP/1.1\r\nHost: allowed.example:443\r\n\r\nhello there', 'hello there')
    expect(answer).toBe('HTTP/1.1 200 Connection Established\r\n\r\nhello there')
  })

  test('says in words what the server refuses', async () => {
    const { port, asked } = await startProxy()
    const answer = await talk(port, 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1.1 403 Forbidden\r\n/)
    expect(answer).toContain('Fixpoint did not connect to evil.example:443: the host is not on the project’s list of allowed hosts.')
    expect(asked).toEqual(['evil.example:443'])
  })

  test.each([
    ['GET http://evil.example/?data=1 HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n', 'http://evil.example/?data=1'],
    ['GET / HTTP/1.1\r\nHost: allowed.example\r\nConnection: close\r\n\r\n', '/'],
    [
      'POST http://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc',
      'http://allowed.example/'
    ],
    [
      'GET http://evil.example/ws HTTP/1.1\r\nHost: evil.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: eA==\r\n\r\n',
      'http://evil.example/ws'
    ]
  ])('refuses everything but CONNECT and reports it (%j)', async (request, target) => {
    const { port, asked, reports } = await startProxy()
    expect(await talk(port, request, 'CONNECT')).toMatch(/^HTTP\/1.1 403 Forbidden\r\n/)
    await expect.poll(() => reports).toHaveLength(1)
    expect(JSON.parse(reports[0] ?? '')).toMatchObject({ target })
    expect(asked).toEqual([])
  })

  test('reports a name that HTTP/2 does not carry', async () => {
    const { port, asked, reports } = await startProxy()
    expect(await talk(port, 'CONNECT user@evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n')).toBe('')
    await expect.poll(() => reports).toHaveLength(1)
    expect(JSON.parse(reports[0] ?? '')).toEqual({ method: 'CONNECT', target: 'user@evil.example:443' })
    expect(asked).toEqual([])
  })

  test.each([
    'CONNECT allowed.example\u0000.evil.example:443 HTTP/1.1\r\n\r\n',
    'CONNECT allowed.example:443 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n',
    'nonsense\r\n\r\n'
  ])('does not pass on what is no request (%j)', async request => {
    const { port, asked } = await startProxy()
    expect(await talk(port, request)).toMatch(/^HTTP\/1.1 400 /)
    expect(asked).toEqual([])
  })

  test('ends, and closes what is open, when the server has gone', async () => {
    const { port, far, ended } = await startProxy()
    const open = talk(port, 'CONNECT allowed.example:443 HTTP/1.1\r\nHost: x\r\n\r\n')
    await talk(port, 'CONNECT allowed.example:443 HTTP/1.1\r\nHost: x\r\n\r\nup', 'up')
    far.end()
    await ended
    expect(await open).toBe('HTTP/1.1 200 Connection Established\r\n\r\n')
    await expect(talk(port, 'CONNECT allowed.example:443 HTTP/1.1\r\n\r\n')).rejects.toThrow(/ECONNREFUSED/)
  })

  test('sends on to the server the last bytes of a program that closes at once', async () => {
    const { port, session } = await startProxy()
    const received = lastBytesAt(session)
    const socket = connect(port, '127.0.0.1', () =>
      socket.end(`CONNECT allowed.example:443 HTTP/1.1\r\nHost: x\r\n\r\n${'x'.repeat(200_000)}`)
    )
    socket.resume()
    expect(await received).toBe(200_000)
  })
})

function lastBytesAt(session: ServerHttp2Session): Promise<number> {
  return new Promise(resolve => {
    session.prependListener('stream', stream => {
      let bytes = 0
      stream.on('data', (chunk: Buffer) => {
        bytes += chunk.length
      })
      stream.once('end', () => resolve(bytes))
    })
  })
}
