import { createServer, type IncomingHttpHeaders } from 'node:http'

export interface ServedPage {
  html: string
  headers?: Record<string, string>
}

export interface PageServer {
  /** `http://127.0.0.1:<port>` */
  origin: string
  /** The same server under another origin: browsers treat `localhost` and `127.0.0.1` as two sites. */
  otherOrigin: string
  /** Paths that were asked for, with the headers. */
  requests: { path: string; headers: IncomingHttpHeaders }[]
  close: () => Promise<void>
}

/** Serves pages by their paths; anything else is not found. Pages may name the server as `{origin}` and `{otherOrigin}`. */
export async function servePages(pages: Record<string, string | ServedPage>): Promise<PageServer> {
  const requests: PageServer['requests'] = []
  let origin = ''
  let otherOrigin = ''
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://server').pathname
    requests.push({ path, headers: request.headers })
    const page = pages[path]
    if (page === undefined) {
      response.writeHead(404).end()
      return
    }
    const { html, headers = {} } = typeof page === 'string' ? { html: page } : page
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers })
    response.end(html.replaceAll('{origin}', origin).replaceAll('{otherOrigin}', otherOrigin))
  })
  await new Promise<void>(resolve => server.listen(0, resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  origin = `http://127.0.0.1:${address.port}`
  otherOrigin = `http://localhost:${address.port}`
  return {
    origin,
    otherOrigin,
    requests,
    close: () =>
      new Promise(resolve => {
        server.closeAllConnections()
        server.close(() => resolve())
      })
  }
}
