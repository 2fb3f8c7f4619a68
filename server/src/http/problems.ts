import { API_LIMITS, type ErrorCode, errorCodeSchema, FixpointError } from '@fixpoint/protocol'
import type { ErrorRequestHandler, Request, Response } from 'express'
import { z } from 'zod'
import { asFixpointError } from '../as-fixpoint-error.ts'
import { closestName } from '../closest-name.ts'
import type { Logger } from '../observe/logger.ts'

/** Answers with a problem in the form of RFC 9457. */
function sendProblem(request: Request, response: Response, error: FixpointError): void {
  const { requestId } = response.locals
  if (error.code === 'auth_required' || error.status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="fixpoint"')
  response
    .status(error.status)
    .type('application/problem+json')
    .send(JSON.stringify(error.toProblem(String(requestId))))
  // What is left of a refused upload is not read; the connection ends instead of being kept busy.
  if (!request.complete) response.once('finish', () => request.destroy())
}

/** The last handler of the application: whatever was thrown leaves as a problem, and nothing else of it leaves. */
export function problemHandler(logger: Logger): ErrorRequestHandler {
  return (thrown: unknown, request, response, next) => {
    if (response.headersSent) {
      next(thrown)
      return
    }
    const error = toFixpointError(thrown)
    if (error.status >= 500) {
      logger.error({ err: thrown, requestId: response.locals['requestId'], path: request.path }, error.message)
    }
    sendProblem(request, response, error)
  }
}

/** What Express and its parsers throw has a status and a type (http-errors); everything unknown is `internal`. */
const parserErrorSchema = z.object({
  status: z.number().int(),
  type: z.string().optional(),
  message: z.string(),
  body: z.unknown().optional(),
  limit: z.number().optional()
})

const PARSER_CODES: Record<string, ErrorCode> = {
  'entity.too.large': 'payload_too_large',
  'encoding.unsupported': 'unsupported_media_type',
  'charset.unsupported': 'unsupported_media_type',
  'entity.verify.failed': 'json_too_deep',
  'request.aborted': 'request_timeout'
}

/** Also what Express and its parsers throw. */
function toFixpointError(thrown: unknown): FixpointError {
  if (thrown instanceof FixpointError) return thrown
  const parsed = parserErrorSchema.safeParse(thrown)
  if (parsed.success) {
    const { status, type = '', message, body, limit } = parsed.data
    if (type === 'entity.parse.failed') {
      return new FixpointError('invalid_json', `The body is not JSON: ${describeJsonError(typeof body === 'string' ? body : '', message)}.`)
    }
    const code = PARSER_CODES[type]
    if (code === 'payload_too_large') {
      return new FixpointError(code, `The body is larger than ${limit} bytes.`, { limit })
    }
    if (code === 'json_too_deep') {
      return new FixpointError(code, `The JSON is nested deeper than ${API_LIMITS.jsonDepth} levels.`, { limit: API_LIMITS.jsonDepth })
    }
    if (code !== undefined) return new FixpointError(code, 'The body cannot be taken as it is encoded.')
    if (status === 400 || status === 404) return new FixpointError('not_found', 'There is nothing at this address.')
  }
  return asFixpointError(thrown)
}

/** Line and column of the fault, which V8 gives as an offset or, at the end of the text, not at all. */
function describeJsonError(body: string, message: string): string {
  const offset = Number(/position (\d+)/.exec(message)?.[1] ?? body.length)
  const before = body.slice(0, offset).split('\n')
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`
}

/** Objects and arrays within each other, counted on the text so that a deep one is refused before it is parsed. */
export function jsonDepth(text: string): number {
  let depth = 0
  let deepest = 0
  let isInString = false
  for (let index = 0; index < text.length; index++) {
    const character = text[index]
    if (isInString) {
      if (character === '\\') index++
      else if (character === '"') isInString = false
    } else if (character === '"') isInString = true
    else if (character === '{' || character === '[') deepest = Math.max(deepest, ++depth)
    else if (character === '}' || character === ']') depth--
  }
  return deepest
}

/** Issues of these parameters mean that the thing they name is not there. */
const MISSING_BY_PARAM: Record<string, ErrorCode> = {
  sessionId: 'session_not_found',
  promptId: 'prompt_not_found',
  artifactId: 'artifact_not_found',
  clientId: 'client_not_found'
}

/** A part of a request that does not fit its schema, as the error that says so. */
export function errorOfIssues(error: z.ZodError, part: 'params' | 'query' | 'body', known: readonly string[]): FixpointError {
  const issue = deepestIssue(error.issues)
  const field = issue?.path.join('.') ?? ''
  if (issue === undefined) return new FixpointError('invalid_parameter', 'The request is not valid.')
  if (part === 'params') {
    const code = MISSING_BY_PARAM[field] ?? 'not_found'
    return new FixpointError(code, code === 'session_not_found' ? 'There is no such session.' : 'There is nothing at this address.')
  }
  if (issue.code === 'unrecognized_keys') {
    const name = issue.keys[0] ?? ''
    const guess = issue.path.length === 0 ? closestName(name, known) : undefined
    const path = [...issue.path, name].join('.').slice(0, 200)
    return new FixpointError('unknown_field', `“${path}” is not a field of this request.`, {
      field: path,
      ...(guess ? { hint: `Did you mean ${guess}?` } : {})
    })
  }
  const custom = customIssueSchema.safeParse(issue)
  const code = custom.success ? custom.data.params.code : 'invalid_parameter'
  const limit = custom.success ? custom.data.params.limit : limitOf(issue)
  return new FixpointError(code, `${field === '' ? 'The body' : field}: ${issue.message}.`, { field, limit })
}

const customIssueSchema = z.object({ params: z.object({ code: errorCodeSchema, limit: z.number().optional() }) })

function limitOf(issue: z.core.$ZodIssue): number | undefined {
  const bound = issue.code === 'too_big' ? issue.maximum : issue.code === 'too_small' ? issue.minimum : undefined
  return bound === undefined ? undefined : Number(bound)
}

/** Of the alternatives of a union, the issue that got furthest; otherwise the first. */
function deepestIssue(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue | undefined {
  const [first] = issues
  if (first?.code !== 'invalid_union') return first
  const inner = first.errors.map(list => deepestIssue(list)).filter(issue => issue !== undefined)
  const deepest = inner.toSorted((a, b) => b.path.length - a.path.length)[0]
  return deepest ? { ...deepest, path: [...first.path, ...deepest.path] } : first
}
