import { ERRORS, problemSchema, type Route, type RouteName, routes, sessionEventSchema } from '@fixpoint/protocol'
import { z } from 'zod'
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject, type ZodOpenApiResponsesObject } from 'zod-openapi'

/** Codes that every route may answer with, besides its own. */
export const COMMON_CODES = [
  'rate_limited',
  'host_not_allowed',
  'origin_not_allowed',
  'client_too_old',
  'protocol_unsupported',
  'internal'
] as const
/** Further codes of routes that need a token. */
export const TOKEN_CODES = ['auth_required', 'token_invalid', 'token_expired'] as const
/** Further codes of routes that take a body. */
export const BODY_CODES = [
  'invalid_json',
  'json_too_deep',
  'payload_too_large',
  'unsupported_media_type',
  'unknown_field',
  'invalid_parameter'
] as const

const idempotencyHeader = z.object({
  'Idempotency-Key': z.string().max(200).optional().meta({ description: 'Repeating a request with the same key has no second effect' })
})

/** The API as an OpenAPI 3.1 document, made from the same schemas that requests are parsed with. */
export function openApiDocument(version: string, serverUrl?: string) {
  const paths: ZodOpenApiPathsObject = {}
  for (const name of Object.keys(routes) as RouteName[]) {
    const route: Route = routes[name]
    paths[route.path] = { ...paths[route.path], [route.method]: operationOf(name, route) }
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Fixpoint',
      version,
      description: 'Point at something on a web page, say what is wrong, get it fixed with proof.',
      license: { name: 'MIT', identifier: 'MIT' }
    },
    ...(serverUrl === undefined ? {} : { servers: [{ url: serverUrl }] }),
    security: [{ token: [] }],
    paths,
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } }
  })
}

function operationOf(name: RouteName, route: Route): ZodOpenApiOperationObject {
  return {
    operationId: name,
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    tags: [tagOf(route.path)],
    ...(route.access === 'open' ? { security: [] } : {}),
    requestParams: {
      ...(route.params ? { path: route.params } : {}),
      ...(route.query ? { query: route.query } : {}),
      ...(route.takesIdempotencyKey ? { header: idempotencyHeader } : {})
    },
    ...requestBodyOf(route),
    responses: { [String(route.status) as '200']: successOf(name, route), ...failuresOf(route) }
  }
}

function tagOf(path: string): string {
  const [, first, second] = path.split('/')
  return first === 'api' ? (second ?? 'server') : 'operation'
}

function requestBodyOf(route: Route): Pick<ZodOpenApiOperationObject, 'requestBody'> {
  if (route.body === undefined) return {}
  const bytes = { schema: { type: 'string' as const, format: 'binary' } }
  if (route.body === 'file') return { requestBody: { required: true, content: { 'application/octet-stream': bytes } } }
  if (route.body !== 'picture') return { requestBody: { required: true, content: { 'application/json': { schema: route.body } } } }
  return { requestBody: { required: true, content: { 'image/png': bytes, 'image/jpeg': bytes, 'image/webp': bytes } } }
}

function successOf(name: RouteName, route: Route) {
  const description = route.summary
  if (typeof route.response === 'string')
    return { description, content: { [route.response]: { schema: { type: 'string' as const, format: 'binary' } } } }
  const stream = name === 'listEvents' ? { 'text/event-stream': { schema: sessionEventSchema } } : {}
  return { description, content: { 'application/json': { schema: route.response }, ...stream } }
}

function failuresOf(route: Route): ZodOpenApiResponsesObject {
  const codes = new Set([
    ...route.errors,
    ...(route.access === 'token' ? TOKEN_CODES : []),
    ...(route.body === undefined ? [] : BODY_CODES),
    ...COMMON_CODES
  ])
  const byStatus = new Map<number, string[]>()
  for (const code of codes) byStatus.set(ERRORS[code].status, [...(byStatus.get(ERRORS[code].status) ?? []), code])
  const responses: ZodOpenApiResponsesObject = {}
  for (const [status, names] of [...byStatus].toSorted(([a], [b]) => a - b)) {
    responses[String(status) as '400'] = {
      description: names.map(code => `\`${code}\``).join(', '),
      content: { 'application/problem+json': { schema: problemSchema } }
    }
  }
  return responses
}
