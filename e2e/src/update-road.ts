/** The road between browser and update server, with someone on it who can exchange files. It also shows a page. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export class UpdateRoad {
  readonly url: string
  /** What came by, as `GET /path`, without queries. */
  readonly seen: string[] = []
  /** Versions that the browser said it has, with each update check. */
  readonly versionsAsked: string[] = []
  /** Sent in place of any CRX; what the server says of its hash and size is then left out, so that the browser judges the file itself. */
  exchangedCrx: Buffer | null = null
  /** Sent in place of any update manifest. */
  exchangedManifest: string | null = null
  readonly #server: ReturnType<typeof createServer>

  private constructor(url: string, server: ReturnType<typeof createServer>) {
    this.url = url
    this.#server = server
  }

  /** @param target where the update server will listen */
  static async open(target: string): Promise<UpdateRoad> {
    const server = createServer()
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const road = new UpdateRoad(`http://127.0.0.1:${port}`, server)
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      road.#pass(request, response, target).catch((error: unknown) => response.writeHead(502).end(String(error)))
    })
    return road
  }

  async #pass(request: IncomingMessage, response: ServerResponse, target: string): Promise<void> {
    const url = new URL(request.url ?? '/', this.url)
    if (url.pathname === '/page') {
      response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>A page</title><h1>A page</h1>')
      return
    }
    this.seen.push(`${request.method} ${url.pathname}`)
    const asked = url.searchParams.get('x')
    if (asked !== null) this.versionsAsked.push(new URLSearchParams(asked).get('v') ?? '')
    const answer = await fetch(`${target}${url.pathname}${url.search}`, { method: request.method ?? 'GET' })
    const type = answer.headers.get('content-type') ?? ''
    const body = Buffer.from(await answer.arrayBuffer())
    response.writeHead(answer.status, { 'Content-Type': type })
    if (type.includes('chrome-extension')) response.end(this.exchangedCrx ?? body)
    else if (type.includes('xml')) response.end(this.#manifest(body.toString('utf8')))
    else response.end(body)
  }

  #manifest(xml: string): string {
    if (this.exchangedManifest !== null) return this.exchangedManifest
    return this.exchangedCrx === null ? xml : xml.replace(/ (?:hash_sha256|size)="[^"]*"/g, '')
  }

  close(): Promise<void> {
    return new Promise(resolve => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }
}
