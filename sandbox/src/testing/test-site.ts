import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { onTestFinished } from 'vitest'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** A dev server of the test's own: pages by path, as HTML or as a handler. */
export async function serveSite(pages: Record<string, string | Handler>): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    const page = pages[URL.parse(request.url ?? '', 'http://localhost')?.pathname ?? '']
    if (page === undefined) {
      response.writeHead(404).end('not found')
    } else if (typeof page === 'string') {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(`<!doctype html><meta charset="utf-8">${page}`)
    } else {
      page(request, response)
    }
  })
  server.on('connection', socket => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>(resolve => server.listen(0, () => resolve()))
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
