import {
  ANSWERED_VERSIONS,
  CLIENT_HEADER,
  FixpointError,
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
  requireAnsweredProtocol
} from '@fixpoint/protocol'
import type { RequestHandler } from 'express'
import type { Caller } from '../auth/tokens.ts'

export interface AccessRules {
  /** Host headers (with port) that the server answers to; protects a server on loopback from DNS rebinding. */
  hostNames: ReadonlySet<string>
  /** Origins whose pages may use the API and the sockets. */
  origins: ReadonlySet<string>
}

/** Refuses requests to other host names (threats.md V10). */
export function checkHost(rules: () => AccessRules): RequestHandler {
  return (request, _response, next) => {
    const host = request.headers.host?.toLowerCase() ?? ''
    if (!rules().hostNames.has(host)) throw new FixpointError('host_not_allowed', `This server does not answer to “${host.slice(0, 100)}”.`)
    next()
  }
}

/**
 * Refuses requests that a page of another origin makes, and lets those of allowed ones read the answers. Programs send no Origin.
 */
export function checkOrigin(rules: () => AccessRules): RequestHandler {
  return (request, response, next) => {
    const { origin } = request.headers
    if (origin === undefined) {
      next()
      return
    }
    if (!rules().origins.has(origin))
      throw new FixpointError('origin_not_allowed', `Pages of ${origin.slice(0, 200)} may not use this server.`)
    response.setHeader('Access-Control-Allow-Origin', origin)
    response.setHeader('Vary', 'Origin')
    response.setHeader('Access-Control-Expose-Headers', 'X-Request-Id, Retry-After, ETag')
    if (request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined) {
      response.setHeader('Access-Control-Allow-Methods', 'GET, POST, DELETE')
      response.setHeader(
        'Access-Control-Allow-Headers',
        `Authorization, Content-Type, Idempotency-Key, Last-Event-ID, Range, ${PROTOCOL_HEADER}, ${CLIENT_HEADER}`
      )
      response.setHeader('Access-Control-Max-Age', '600')
      response.status(204).end()
      return
    }
    next()
  }
}

/** Refuses clients that say they speak another version of the API, before anything of theirs is read. */
export const checkProtocol: RequestHandler = (request, _response, next) => {
  const version = request.get(PROTOCOL_HEADER)
  if (version !== undefined) {
    if (!/^\d{1,9}$/.test(version)) {
      throw new FixpointError('protocol_unsupported', `“${version.slice(0, 40)}” is no version.`, {
        hint: `Send “${PROTOCOL_HEADER}: ${PROTOCOL_VERSION}”, or leave the header out.`
      })
    }
    requireAnsweredProtocol(Number(version), ANSWERED_VERSIONS)
  }
  next()
}

/** The caller by the Authorization header. @throws FixpointError `auth_required`, `token_invalid`, `token_expired`. */
export async function callerOf(authorization: readonly string[], verify: (token: string) => Promise<Caller>): Promise<Caller> {
  const [header, ...further] = authorization
  const token = /^Bearer ([A-Za-z0-9._~+/=-]{1,500})$/i.exec(header ?? '')?.[1]
  if (token === undefined || further.length > 0) {
    throw new FixpointError(
      'auth_required',
      further.length > 0 ? 'There are two Authorization headers.' : 'The request has no bearer token.'
    )
  }
  return await verify(token)
}
