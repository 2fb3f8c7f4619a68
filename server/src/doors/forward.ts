import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { type DoorOrigin, headersInwards, headersOutwards } from './door-headers.ts'

interface Forwarding {
  at: DoorOrigin
  /** The connection to what is behind the door. */
  channel: Duplex
  /** The door's policy for what a page may load. */
  policy: string
}

/**
 * Passes one request on and its answer back.
 * @returns resolves when the answer has been sent or either side has gone; rejects when what is behind the door gave none.
 */
export function forwardRequest(request: IncomingMessage, response: ServerResponse, { at, channel, policy }: Forwarding): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const inward = httpRequest({
    createConnection: () => channel,
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: headersInwards(request.rawHeaders, at, false),
    setDefaultHeaders: false
  })
  inward.once('response', answer => {
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, headersOutwards(answer.rawHeaders, at, policy))
    answer.pipe(response)
    answer.once('error', () => response.destroy())
    response.once('close', resolve)
  })
  inward.once('error', error => {
    if (response.headersSent) response.destroy()
    reject(error)
  })
  response.once('close', () => {
    inward.destroy()
    channel.destroy()
  })
  request.pipe(inward)
  return promise
}

/** Passes a WebSocket on. @returns resolves when it is over. */
export function forwardUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, { at, channel, policy }: Forwarding): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const over = () => {
    channel.destroy()
    socket.destroy()
    resolve()
  }
  socket.once('close', over)
  socket.on('error', over)
  const inward = httpRequest({
    createConnection: () => channel,
    method: 'GET',
    path: request.url ?? '/',
    headers: headersInwards(request.rawHeaders, at, true),
    setDefaultHeaders: false
  })
  inward.once('upgrade', (answer, upstream, first) => {
    const headers = headersOutwards(answer.rawHeaders, at, policy)
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${lines(headers)}\r\n`)
    if (first.length > 0) socket.write(first)
    if (head.length > 0) upstream.write(head)
    upstream.on('error', over)
    upstream.once('close', over)
    upstream.pipe(socket)
    socket.pipe(upstream)
  })
  // It did not want a WebSocket: its answer is passed on as it is.
  inward.once('response', answer => {
    const headers = headersOutwards(answer.rawHeaders, at, policy)
    socket.write(`HTTP/1.1 ${answer.statusCode ?? 502} ${answer.statusMessage ?? ''}\r\nConnection: close\r\n${lines(headers)}\r\n`)
    answer.pipe(socket)
  })
  inward.once('error', over)
  inward.end()
  return promise
}

function lines(headers: readonly string[]): string {
  let text = ''
  for (let index = 0; index + 1 < headers.length; index += 2) text += `${headers[index]}: ${headers[index + 1]}\r\n`
  return text
}
