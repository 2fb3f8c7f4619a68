import { ERRORS, type ErrorCode, FixpointError } from '@fixpoint/protocol'
import type { ErrorRequestHandler } from 'express'
import type { Logger } from 'pino'
import { z } from 'zod'
import { isErrno } from '../read-if-there.ts'

/** What Express and its parsers throw. */
const httpErrorSchema = z.object({ status: z.number().int(), type: z.string().default(''), message: z.string() })

/** In place of usual hints that name the session service's reference, which is not here. */
const HINTS_HERE: Partial<Record<ErrorCode, string>> = {
  invalid_parameter: 'Correct what the message names.',
  not_found: 'Browsers ask at /rings/<ring>/update.'
}

/** The last handler: whatever was thrown leaves as a problem in the form of RFC 9457, and nothing else of it leaves. */
export function problemHandler(logger: Logger): ErrorRequestHandler {
  return (thrown: unknown, request, response, next) => {
    if (response.headersSent) {
      next(thrown)
      return
    }
    const error = asFixpointError(thrown)
    const requestId = String(response.locals['requestId'])
    if (error.status >= 500) logger.error({ err: thrown, requestId, path: request.path }, error.message)
    if (error.status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="fixpoint-updates"')
    response.removeHeader('ETag')
    response.removeHeader('Cache-Control')
    response
      .status(error.status)
      .type('application/problem+json')
      .send(JSON.stringify({ ...error.toProblem(requestId), hint: hintHere(error) }))
    // What is left of a refused upload is not read.
    if (!request.complete) response.once('finish', () => request.destroy())
  }
}

function hintHere({ code, hint }: FixpointError): string {
  return hint === ERRORS[code].hint ? (HINTS_HERE[code] ?? hint) : hint
}

export function asFixpointError(thrown: unknown): FixpointError {
  if (thrown instanceof FixpointError) return thrown
  if (isErrno(thrown, 'ENOSPC')) return new FixpointError('storage_full', 'The disk of the update server is full.', { cause: thrown })
  const parsed = httpErrorSchema.safeParse(thrown)
  if (parsed.success && parsed.data.status < 500) {
    const { status, type } = parsed.data
    if (status === 413) return new FixpointError('payload_too_large', 'The body is too large.', { hint: 'A CRX may have 64 MB.' })
    if (status === 415) return new FixpointError('unsupported_media_type', 'The body cannot be taken as it is encoded.')
    if (type === 'entity.parse.failed') return new FixpointError('invalid_json', 'The body is not JSON.')
    return new FixpointError('invalid_parameter', 'The request cannot be understood.')
  }
  return new FixpointError('internal', 'Something went wrong in the server.', { cause: thrown })
}
