import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { FixpointError } from '@fixpoint/protocol'
import { z } from 'zod'
import { asFixpointError } from '../as-fixpoint-error.ts'
import { watchAccess } from '../auth/watch-access.ts'
import { type Edges, newId } from '../edges.ts'
import type { Logger } from '../observe/logger.ts'
import type { ProjectRegistry } from '../projects/project-registry.ts'
import type { SessionLog } from '../sessions/session-log.ts'
import type { DoorAddress, DoorPlaces } from './door-address.ts'
import { comesFromOutside, contentPolicy, cookieName, cookieOf, type DoorOrigin } from './door-headers.ts'
import { COOKIE_LIFETIME_MS, type DoorGuest, type DoorKeys } from './door-keys.ts'
import { DOOR_STYLE, ENTER_SCRIPT, lockedPage, PAGE_POLICY, waitingPage } from './door-pages.ts'
import { forwardRequest, forwardUpgrade } from './forward.ts'
import type { Visits } from './visits.ts'

/** The browser's way to what runs in sandboxes. Both methods answer every request that names a door, and leave others alone. */
export interface DoorServer {
  /** @returns whether the request was for a door. */
  request(request: IncomingMessage, response: ServerResponse): boolean
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean
}

/** A request of a page behind a door for the server's own API, of which it may use a part. */
/** Who asks by a door, and of which session. */
export interface Admitted {
  sessionId: string
  /** @throws FixpointError once the guest may no longer be there. */
  identify: () => Promise<DoorGuest>
}

export type SessionApi = (request: IncomingMessage, response: ServerResponse, admitted: Admitted) => void

export interface DoorServerOptions {
  places: () => DoorPlaces | null
  keys: DoorKeys
  visits: Omit<Visits, 'sandbox'>
  log: SessionLog
  projects: ProjectRegistry
  api: SessionApi
  edges: Edges
  logger: Logger
}

/** Everything of the server's own at a door; the rest of the address belongs to what is behind it. */
const OWN = '/.fixpoint/'
const WAKE_LIMIT_MS = 120_000
const MAX_BODY_BYTES = 4_096

const enterSchema = z.strictObject({ ticket: z.string().min(1).max(200) })
const wakeSchema = z.strictObject({ theme: z.enum(['system', 'light', 'dark']).catch('system') })

export function createDoorServer(options: DoorServerOptions): DoorServer {
  const { places, keys, visits, log, projects, edges, logger } = options

  /** Where the request leads to. @throws FixpointError `session_not_found`. */
  async function lookUp(address: DoorAddress): Promise<{ at: DoorOrigin; policy: string }> {
    const { projectId } = await log.state(address.sessionId)
    const project = projects.get(projectId)
    const origin = places()?.origin(address)
    if (origin === undefined) throw new FixpointError('session_not_found', 'The door has no place any more.')
    const innerOrigin = address.door === 'vscode' ? origin : `http://localhost:${project.dev.port}`
    const at = { ...address, origin, innerOrigin, sharesHost: places()?.sharesHost ?? false }
    return { at, policy: contentPolicy(at, project) }
  }

  async function guestOf(request: IncomingMessage, at: DoorOrigin): Promise<DoorGuest | null> {
    const cookie = cookieOf(request.headers.cookie, cookieName(at))
    return cookie === undefined ? null : await keys.guest(at, cookie)
  }

  /** Keeps the sandbox awake and the door where it is. */
  function stay(at: DoorOrigin): () => void {
    const leave = visits.stay(at.sessionId)
    const letGo = places()?.hold(at)
    return () => {
      letGo?.()
      leave()
    }
  }

  /** @throws FixpointError where nobody comes who may. */
  async function requireGuest(request: IncomingMessage, at: DoorOrigin): Promise<DoorGuest> {
    const guest = await guestOf(request, at)
    if (guest === null) throw locked(at)
    return guest
  }

  async function answer(address: DoorAddress, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? ''
    if (!path.startsWith('/')) throw badTarget(path)
    const { at, policy } = await lookUp(address)
    const place = path.split('?')[0] ?? ''
    if (place.startsWith(OWN)) {
      if (await answerOwn(place.slice(OWN.length), at, request, response)) return
    }
    if (comesFromOutside(mannersOf(request, false), at)) throw notFromHere(at)
    const guest = await guestOf(request, at)
    if (guest === null) return refuse(at, request, response)
    if (place.startsWith(OWN)) {
      if (at.door === 'vscode' && place === `${OWN}session`) {
        response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
        response.end(JSON.stringify({ sessionId: at.sessionId, person: guest.person.name }))
        return
      }
      // VS Code's extension shows the session; the app under work has no business with it.
      if (at.door !== 'vscode' || !place.startsWith(`${OWN}api/`)) throw new FixpointError('not_found', 'There is nothing at this address.')
      request.url = path.slice(OWN.length - 1)
      options.api(request, response, { sessionId: at.sessionId, identify: () => requireGuest(request, at) })
      return
    }
    const gone = goneSignal(response)
    if (isVisit(request) && !(await visits.isAwake(at))) {
      sendPage(response, 200, waitingPage(at.door))
      return
    }
    const leave = stay(at)
    try {
      const channel = await visits.connect(at, guest.person, AbortSignal.any([gone, AbortSignal.timeout(WAKE_LIMIT_MS)]))
      await forwardRequest(request, response, { at, channel, policy })
    } finally {
      leave()
    }
  }

  /** @returns whether it was one of the addresses that are open to everybody, or to those who come in. */
  async function answerOwn(name: string, at: DoorOrigin, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    if (request.method === 'GET' || request.method === 'HEAD') {
      if (name === 'enter') sendPage(response, 200, waitingPage(at.door))
      else if (name === 'enter.js') send(response, 'text/javascript; charset=utf-8', ENTER_SCRIPT)
      else if (name === 'door.css') send(response, 'text/css; charset=utf-8', DOOR_STYLE)
      else if (name === 'forget') await forget(at, request, response)
      else return false
      return true
    }
    if (request.method !== 'POST' || (name !== 'enter' && name !== 'wake')) return false
    // Only the door's own page hands a ticket in: another one could make a browser enter as somebody else.
    if (request.headers.origin !== at.origin) throw notFromHere(at)
    if (name === 'enter') {
      const { ticket } = await readBody(request, enterSchema)
      const { cookie } = await keys.redeem(at, ticket)
      response.setHeader('Set-Cookie', setCookie(at, cookie))
      response.writeHead(204, { 'Cache-Control': 'no-store' }).end()
      return true
    }
    const guest = await requireGuest(request, at)
    const { theme } = await readBody(request, wakeSchema)
    await visits.wake(at, guest.person, theme, AbortSignal.any([goneSignal(response), AbortSignal.timeout(WAKE_LIMIT_MS)]))
    response.writeHead(204, { 'Cache-Control': 'no-store' }).end()
    return true
  }

  /**
   * Takes out of a browser what another door has left there that had this port before: above all a service worker, which could answer in the
   * place of this door. It is asked for by the server's own page (`/door`) before the browser comes here, because a service worker
   * sees everything that pages of its own origin ask for, and nothing of what others do.
   */
  async function forget(at: DoorOrigin, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const isOurPage = single(request.headers['sec-fetch-site']) === 'same-site'
    if (at.sharesHost && isOurPage && (await guestOf(request, at)) === null) response.setHeader('Clear-Site-Data', '"cache", "storage"')
    response.writeHead(204, { 'Cache-Control': 'no-store' }).end()
  }

  async function join(address: DoorAddress, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const path = request.url ?? ''
    if (!path.startsWith('/') || path.startsWith(OWN)) throw badTarget(path)
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') throw badTarget(path)
    const { at, policy } = await lookUp(address)
    if (comesFromOutside(mannersOf(request, true), at)) throw notFromHere(at)
    const guest = await requireGuest(request, at)
    const gone = new AbortController()
    socket.once('close', () => gone.abort())
    const leave = stay(at)
    const stopWatching = watchAccess(
      () => requireGuest(request, at),
      logger,
      () => socket.destroy()
    )
    try {
      const channel = await visits.connect(at, guest.person, AbortSignal.any([gone.signal, AbortSignal.timeout(WAKE_LIMIT_MS)]))
      await forwardUpgrade(request, socket, head, { at, channel, policy })
    } finally {
      stopWatching()
      leave()
    }
  }

  function fail(thrown: unknown, request: IncomingMessage): FixpointError {
    const error = asFixpointError(thrown)
    if (error.status >= 500 && error.code !== 'vscode_not_ready' && error.code !== 'dev_server_not_ready') {
      logger.warn({ err: thrown, host: request.headers.host?.slice(0, 100) }, 'a request at a door failed')
    }
    return error
  }

  return {
    request(request, response) {
      const address = places()?.find(request.headers.host)
      if (address === undefined) return false
      answer(address, request, response).catch((thrown: unknown) => {
        // Nobody is there any more who could be told.
        if (response.destroyed) return
        const error = fail(thrown, request)
        if (response.headersSent) response.destroy()
        else if (isVisit(request) && (error.code === 'door_locked' || error.code === 'session_not_found')) {
          sendPage(response, error.status, lockedPage(address.door))
        } else sendProblem(response, error, newId(edges, 'request'))
        if (!request.complete) response.once('finish', () => request.destroy())
      })
      return true
    },

    upgrade(request, socket, head) {
      const address = places()?.find(request.headers.host)
      if (address === undefined) return false
      socket.on('error', () => socket.destroy())
      join(address, request, socket, head).catch((thrown: unknown) => {
        if (socket.destroyed) return
        const error = fail(thrown, request)
        socket.end(`HTTP/1.1 ${error.status} ${error.code}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      })
      return true
    }
  }
}

function refuse(at: DoorOrigin, request: IncomingMessage, response: ServerResponse): void {
  if (!isVisit(request)) throw locked(at)
  sendPage(response, 401, lockedPage(at.door))
}

function locked(at: DoorOrigin): FixpointError {
  return new FixpointError(
    'door_locked',
    `This browser is not admitted to the ${at.door === 'vscode' ? 'VS Code' : 'preview'} of this session.`
  )
}

function notFromHere(at: DoorOrigin): FixpointError {
  return new FixpointError('origin_not_allowed', `Only pages of ${at.origin} may ask for this.`)
}

function badTarget(path: string): FixpointError {
  return new FixpointError('bad_target', `“${path.slice(0, 100)}” leads nowhere here.`)
}

/** Whether a person is to see the answer as a page. */
function isVisit(request: IncomingMessage): boolean {
  const isPage = request.headers['sec-fetch-dest'] === 'document' || (request.headers.accept ?? '').startsWith('text/html')
  return isPage && (request.method === 'GET' || request.method === 'HEAD')
}

function mannersOf(request: IncomingMessage, isUpgrade: boolean) {
  return {
    method: request.method ?? '',
    origin: request.headers.origin,
    fetchSite: single(request.headers['sec-fetch-site']),
    fetchMode: single(request.headers['sec-fetch-mode']),
    fetchDest: single(request.headers['sec-fetch-dest']),
    isUpgrade
  }
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value
}

function setCookie(at: DoorOrigin, value: string): string {
  const secure = at.origin.startsWith('https:') ? '; Secure' : ''
  // The preview may be left for a sign-in elsewhere and come back; VS Code is entered by its door alone.
  const sameSite = at.door === 'vscode' ? 'Strict' : 'Lax'
  return `${cookieName(at)}=${value}; Path=/; HttpOnly; SameSite=${sameSite}; Max-Age=${COOKIE_LIFETIME_MS / 1_000}${secure}`
}

function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  return gone.signal
}

async function readBody<T extends z.ZodType>(request: IncomingMessage, schema: T): Promise<z.output<T>> {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new FixpointError('unsupported_media_type', 'application/json is accepted here.')
  }
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length > MAX_BODY_BYTES) throw new FixpointError('payload_too_large', `The body is larger than ${MAX_BODY_BYTES} bytes.`)
    chunks.push(chunk)
  }
  const parsed = schema.safeParse(parseJson(Buffer.concat(chunks).toString('utf8')))
  if (parsed.success) return parsed.data
  throw new FixpointError('invalid_parameter', 'The body does not have the expected form.')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new FixpointError('invalid_json', 'The body is not JSON.', { cause })
  }
}

function send(response: ServerResponse, type: string, body: string): void {
  response
    .writeHead(200, { 'Content-Type': type, 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-cache' })
    .end(response.req.method === 'HEAD' ? undefined : body)
}

function sendPage(response: ServerResponse, status: number, body: string): void {
  response
    .writeHead(status, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': PAGE_POLICY,
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff'
    })
    .end(response.req.method === 'HEAD' ? undefined : body)
}

function sendProblem(response: ServerResponse, error: FixpointError, requestId: string): void {
  response
    .writeHead(error.status, {
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'X-Request-Id': requestId
    })
    .end(JSON.stringify(error.toProblem(requestId)))
}
