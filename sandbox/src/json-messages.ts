import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import { FixpointError, makeId } from '@fixpoint/protocol'
import type { z } from 'zod'

/** Twice the largest text of `files/write`, with room for JSON's escapes. */
const MAX_BODY_BYTES = 16_000_000

/** The request's body; not reading it to its end leaves the stream open for an answer. */
export function bodyOf(stream: ServerHttp2Stream): AsyncIterable<Buffer> {
  return stream.iterator({ destroyOnReturn: false })
}

/**
 * Reads the request's body as one JSON value of the schema.
 * @throws FixpointError payload_too_large, invalid_json, invalid_parameter
 */
export async function readJson<Schema extends z.ZodType>(stream: ServerHttp2Stream, schema: Schema): Promise<z.output<Schema>> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of bodyOf(stream)) {
    length += chunk.length
    if (length > MAX_BODY_BYTES) {
      throw new FixpointError('payload_too_large', `The body has more than ${MAX_BODY_BYTES} bytes.`, { limit: MAX_BODY_BYTES })
    }
    chunks.push(chunk)
  }
  return checked(schema, parseJson(Buffer.concat(chunks)))
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new FixpointError('invalid_json', 'The body is not JSON.', { cause })
  }
}

/** @throws FixpointError invalid_parameter for the first thing that is wrong */
export function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const field = issue?.path.join('.') ?? ''
  throw new FixpointError('invalid_parameter', `${field === '' ? 'The value' : field}: ${issue?.message ?? 'is not allowed'}`, { field })
}

export function sendJson(stream: ServerHttp2Stream, value: unknown): void {
  const body = Buffer.from(JSON.stringify(value))
  stream.respond({ ':status': 200, 'content-type': 'application/json', 'content-length': body.length })
  stream.end(body)
}

/**
 * Answers with a problem. Errors without a code are written to stderr and told as `internal`, without what they say.
 * @param headers of the request; its `x-request-id` names the occurrence on both sides
 */
export function sendProblem(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, error: unknown): void {
  // The caller has gone: nobody is there to be told.
  if (stream.destroyed || stream.closed) return
  const given = headers['x-request-id']
  const requestId = typeof given === 'string' ? given.slice(0, 100) : makeId('request', count => randomBytes(count))
  const known =
    error instanceof FixpointError ? error : new FixpointError('internal', 'Something went wrong in the sandbox.', { cause: error })
  if (known.code === 'internal') process.stderr.write(`sandboxd: ${requestId}: ${describeError(known)}\n`)
  if (stream.headersSent) {
    // Half an answer must not look like a whole one.
    stream.destroy(known)
    return
  }
  const problem = known.toProblem(requestId)
  const body = Buffer.from(JSON.stringify(problem))
  stream.respond({ ':status': problem.status, 'content-type': 'application/problem+json', 'content-length': body.length })
  stream.end(body)
}

/** With its causes, for the log. */
function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\n  caused by: ${describeError(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}
