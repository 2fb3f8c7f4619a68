import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type ClientHttp2Session, connect, constants } from 'node:http2'
import type { Socket } from 'node:net'
import type { Duplex, Readable, Writable } from 'node:stream'
import { refusalSentence } from './egress-refusal.ts'
import { stdioDuplex } from './egress-stdio.ts'

/** Connections that wait for an answer or carry data at one time; a package manager opens some fifteen to fifty. */
const MAX_TUNNELS = 256

interface EgressStreams {
  input: Readable
  output: Writable
  /** Address that programs in the sandbox are told to use: a port of the loopback address. */
  proxyAddress?: string | undefined
}

/**
 * The way out of the sandbox: an HTTP proxy on the loopback address that hands every CONNECT to the server over HTTP/2 on the
 * given streams. It decides nothing itself. Resolves when the server has gone, with every connection closed: without the server
 * nothing leaves.
 *
 * Whatever runs in the sandbox can end or replace this process; the server therefore trusts nothing that comes from here.
 * It starts with each sandbox, so nothing is imported here that takes time to load (no schemas).
 */
export async function runEgress({ input, output, proxyAddress = process.env['HTTP_PROXY'] }: EgressStreams): Promise<void> {
  // Commands such as `pkill node` are common in development; the way out should survive them.
  process.title = 'fixpoint-egress'

  const { hostname, port } = new URL(proxyAddress ?? '')
  const proxy = createServer()
  await new Promise<void>((resolve, reject) => {
    proxy.once('error', reject)
    proxy.listen(Number(port), hostname, resolve)
  })
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  // Only now: the server takes the connection for the sign that the proxy is there.
  const session = connect('http://server', {
    createConnection: () => stdioDuplex(input, output, end),
    settings: { initialWindowSize: 4 * 1024 * 1024, enablePush: false }
  })
  session.once('close', end)
  session.on('error', error => process.stderr.write(`egress: the connection to the server failed: ${error.message}\n`))

  const sockets = new Set<Socket>()
  proxy.on('request', (request, response) => refuse(session, request, response))
  proxy.on('connection', socket => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  proxy.on('connect', (request, socket, head) => {
    if (sockets.size > MAX_TUNNELS) {
      socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n')
      return
    }
    tunnel(session, request.url ?? '', socket, head)
  })

  await ended
  session.destroy()
  proxy.close()
  for (const socket of sockets) socket.destroy()
}

/** Asks the server for a connection to `authority` and joins it with the program's socket. */
function tunnel(session: ClientHttp2Session, authority: string, socket: Duplex, head: Buffer): void {
  socket.on('error', () => socket.destroy())
  if (session.closed || session.destroyed) {
    socket.destroy()
    return
  }
  const stream = session.request({ ':method': 'CONNECT', ':authority': authority })
  let isAnswered = false
  // Either end may close in order with its last bytes still on their way; only a broken end breaks the other.
  socket.once('close', () => {
    if (socket.readableEnded) stream.resume()
    else stream.close(constants.NGHTTP2_CANCEL)
  })
  stream.once('error', () => socket.destroy())
  stream.once('close', () => {
    // HTTP/2 itself refuses some names, such as one with a user in front; that too shall be seen.
    if (!isAnswered && stream.rstCode === constants.NGHTTP2_PROTOCOL_ERROR) report(session, 'CONNECT', authority)
    if (!isAnswered || stream.rstCode !== constants.NGHTTP2_NO_ERROR) socket.destroy()
  })
  stream.once('response', headers => {
    isAnswered = true
    const status = headers[':status']
    if (status !== 200) {
      const body = `${refusalSentence(authority, headers['fixpoint-reason'])}\n`
      socket.end(
        `HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`
      )
      stream.close()
      return
    }
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
    if (head.length > 0) stream.write(head)
    socket.pipe(stream)
    stream.pipe(socket)
  })
}

/** Only CONNECT leads out: anything else is refused here and reported, so that a person sees what was tried. */
function refuse(session: ClientHttp2Session, request: IncomingMessage, response: ServerResponse): void {
  const target = request.url ?? ''
  request.resume()
  response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
  response.end(`${refusalSentence(target, 'not_connect')}\n`)
  report(session, request.method ?? '', target)
}

function report(session: ClientHttp2Session, method: string, target: string): void {
  if (session.closed || session.destroyed) return
  const stream = session.request({ ':method': 'POST', ':path': '/v1/refused', 'content-type': 'application/json' })
  stream.on('error', error => process.stderr.write(`egress: a refusal could not be reported: ${error.message}\n`))
  stream.resume()
  stream.end(JSON.stringify({ method: method.slice(0, 20), target: target.slice(0, 2_000) }))
}
