import {
  API_LIMITS,
  EDITOR_FILE_LIMITS,
  FixpointError,
  type Route,
  type RouteName,
  type RouteRequest,
  type RouteResponse,
  routes
} from '@fixpoint/protocol'
import express, { type Request, type RequestHandler, type Response, type Router } from 'express'
import { z } from 'zod'
import type { Caller } from '../auth/tokens.ts'
import type { IdempotencyKeys } from './idempotency.ts'
import { errorOfIssues, jsonDepth } from './problems.ts'

/** What a handler knows besides the parsed request. */
export interface CallContext {
  /** Who asks; only routes with open access are called without. */
  caller: Caller
  request: Request
  response: Response
  /** Aborted when the client has gone. */
  signal: AbortSignal
  /** For answers that go on for long: throws once the caller may no longer ask. */
  checkAccess: () => Promise<unknown>
  /** What identifiers are derived from when the request carries an Idempotency-Key. */
  seed: Uint8Array | null
}

/** A handler gives the answer, or undefined when it has written the answer itself. */
export type Handler<K extends RouteName> = (
  input: RouteRequest<K>,
  context: CallContext
  // biome-ignore lint/suspicious/noConfusingVoidType: a handler that streams returns nothing
) => Promise<RouteResponse<K> | void>

export type Handlers = { [K in RouteName]: Handler<K> }

export interface BindingOptions {
  /** Who asks. @throws FixpointError where nobody does that may. */
  identify: (request: Request) => Promise<Caller>
  idempotency: IdempotencyKeys
  limitRate: (request: Request, caller: Caller | null, route: RouteName) => Promise<void>
}

const ALL_ROUTES = Object.keys(routes) as RouteName[]

/**
 * Puts a handler behind each route of the protocol: token, limits, parsing on the way in and on the way out.
 * @param names the routes that there are; all of them where it is not given.
 */
export function bindRoutes(router: Router, handlers: Handlers, options: BindingOptions, names: readonly RouteName[] = ALL_ROUTES): void {
  const methodsByPath = new Map<string, string[]>()
  for (const name of names) {
    const route: Route = routes[name]
    const path = route.path.replace(/\{(\w+)\}/g, ':$1')
    methodsByPath.set(path, [...(methodsByPath.get(path) ?? []), route.method.toUpperCase()])
    const parsers = parsersOf(route.body)
    // The token is looked at before the body is read.
    router[route.method](path, authenticate(name, route, options), ...parsers, answer(name, route, handlers, options))
  }
  for (const [path, methods] of methodsByPath) {
    router.all(path, (request, response) => {
      response.setHeader('Allow', [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].join(', '))
      throw new FixpointError('method_not_allowed', `${request.method} is not allowed at ${request.path.slice(0, 200)}.`)
    })
  }
}

function authenticate(name: RouteName, route: Route, options: BindingOptions): RequestHandler {
  return async (request, response, next) => {
    let caller: Caller | null = null
    try {
      if (route.access === 'token') caller = await options.identify(request)
    } catch (refusal) {
      // Whoever tries tokens is counted by address, like everyone else without one.
      await options.limitRate(request, null, name)
      throw refusal
    }
    response.locals['caller'] = caller
    await options.limitRate(request, caller, name)
    next()
  }
}

function answer(name: RouteName, route: Route, handlers: Handlers, options: BindingOptions): RequestHandler {
  return async (request, response) => {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const caller = response.locals['caller'] as Caller
    const input = parseRequest(route, request)
    // The types of the table guarantee that a route's handler takes what its schemas give.
    const handle = handlers[name] as unknown as (input: unknown, context: CallContext) => Promise<unknown>
    const key = route.takesIdempotencyKey ? request.get('idempotency-key') : undefined
    const seed = key === undefined ? null : await options.idempotency.claim({ caller, key, route: name, input })
    const checkAccess = () => options.identify(request)
    const result = await handle(input, { caller, request, response, signal: gone.signal, checkAccess, seed })
    if (result === undefined) return
    if (typeof route.response === 'string') throw new Error(`${name} gave a value, but its answer is no JSON`)
    response.status(route.status).json(route.response.parse(result))
  }
}

function parseRequest(route: Route, request: Request): Record<string, unknown> {
  const input: Record<string, unknown> = {}
  if (route.params) input['params'] = parsePart(route.params, request.params, 'params')
  if (route.query) input['query'] = parsePart(route.query, request.query, 'query')
  if (typeof route.body === 'string') {
    input['body'] = { bytes: request.body, mediaType: mediaTypeOf(request) }
  } else if (route.body !== undefined) {
    input['body'] = parsePart(route.body, request.body, 'body')
  }
  return input
}

function parsePart(schema: z.ZodType, value: unknown, part: 'params' | 'query' | 'body'): unknown {
  refusePrototypeKeys(value)
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw errorOfIssues(parsed.error, part, schema instanceof z.ZodObject ? Object.keys(schema.shape) : [])
}

/** JSON.parse makes `__proto__` an own key, which schemas of plain objects would not report. */
function refusePrototypeKeys(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    if (key === '__proto__' || key === 'constructor' || key === 'prototype') {
      throw new FixpointError('unknown_field', `“${key}” is not a field of this request.`, { field: key })
    }
    refusePrototypeKeys(inner)
  }
}

function mediaTypeOf(request: Request): string {
  return (request.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

function jsonParsers(): RequestHandler[] {
  const requireJson: RequestHandler = (request, _response, next) => {
    if (request.get('content-encoding') !== undefined) {
      throw new FixpointError(
        'unsupported_media_type',
        `The content encoding ${request.get('content-encoding')?.slice(0, 40)} is not accepted.`
      )
    }
    if (mediaTypeOf(request) !== 'application/json') {
      throw new FixpointError(
        'unsupported_media_type',
        `The content type is ${mediaTypeOf(request) || 'missing'}; application/json is accepted.`
      )
    }
    // The parser would also read UTF-7 and UTF-16, in which the depth could not be counted.
    const charset = /charset="?([^";\s]+)/i.exec(request.get('content-type') ?? '')?.[1] ?? 'utf-8'
    if (charset.toLowerCase() !== 'utf-8')
      throw new FixpointError('unsupported_media_type', `The character set is ${charset.slice(0, 40)}; utf-8 is accepted.`)
    next()
  }
  const parse = express.json({
    limit: API_LIMITS.bodyBytes,
    strict: false,
    inflate: false,
    // A plain error: the parser sets members on it, which a FixpointError does not let it. problems.ts says what it means.
    verify: (_request, _response, body) => {
      if (jsonDepth(body.toString('utf8')) > API_LIMITS.jsonDepth) throw new Error('nested too deeply')
    }
  })
  return [requireJson, parse]
}

function parsersOf(body: Route['body']): RequestHandler[] {
  if (body === undefined) return []
  if (body === 'picture') return bytesParsers(PICTURE_TYPES, API_LIMITS.pictureBytes)
  return body === 'file' ? bytesParsers(['application/octet-stream'], EDITOR_FILE_LIMITS.fileBytes) : jsonParsers()
}

const PICTURE_TYPES = ['image/png', 'image/jpeg', 'image/webp']

function bytesParsers(types: string[], limit: number): RequestHandler[] {
  const requireType: RequestHandler = (request, _response, next) => {
    if (!types.includes(mediaTypeOf(request))) {
      throw new FixpointError(
        'unsupported_media_type',
        `The content type is ${mediaTypeOf(request).slice(0, 60) || 'missing'}; ${types.join(', ')} ${types.length > 1 ? 'are' : 'is'} accepted.`
      )
    }
    next()
  }
  const parse = express.raw({ type: types, limit, inflate: false })
  return [requireType, parse, emptyBodyAsBytes]
}

/** express.raw leaves the body undefined when there is none. */
const emptyBodyAsBytes: RequestHandler = (request, _response, next) => {
  if (!Buffer.isBuffer(request.body)) request.body = Buffer.alloc(0)
  next()
}
