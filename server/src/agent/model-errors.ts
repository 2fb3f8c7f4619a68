import { FixpointError } from '@fixpoint/protocol'
import { APICallError, NoOutputGeneratedError, RetryError } from 'ai'

/** What went wrong with a request to the model, and whether it may go better. */
export interface ModelFault {
  error: FixpointError
  mayRetry: boolean
  /** How long the provider asks to wait, in milliseconds. */
  retryAfterMs?: number
}

/** @param now for Retry-After headers that name a date. */
export function classifyModelError(thrown: unknown, now: Date): ModelFault {
  if (thrown instanceof FixpointError) return { error: thrown, mayRetry: RETRYABLE_CODES.has(thrown.code) }
  if (RetryError.isInstance(thrown)) return classifyModelError(thrown.lastError, now)
  if (APICallError.isInstance(thrown)) return classifyApiError(thrown, now)
  if (NoOutputGeneratedError.isInstance(thrown)) {
    return thrown.cause === undefined
      ? { error: new FixpointError('model_output_invalid', 'The model’s answer was empty.', { cause: thrown }), mayRetry: true }
      : classifyModelError(thrown.cause, now)
  }
  if (isConnectionError(thrown)) {
    return {
      error: new FixpointError('model_unavailable', 'The connection to the model’s provider broke.', { cause: thrown }),
      mayRetry: true
    }
  }
  return { error: new FixpointError('model_output_invalid', 'The model’s answer could not be read.', { cause: thrown }), mayRetry: true }
}

const RETRYABLE_CODES: ReadonlySet<string> = new Set(['model_silent', 'model_output_invalid', 'model_unavailable', 'model_rate_limited'])

function classifyApiError(error: APICallError, now: Date): ModelFault {
  const status = error.statusCode
  const says = providerMessage(error)
  const because = says === '' ? '' : ` It says: ${says}`
  const cause = { cause: error }
  const retryAfterMs = retryAfter(error.responseHeaders?.['retry-after'], now)
  if (status === 429) {
    return {
      error: new FixpointError('model_rate_limited', `The model’s provider limits the requests.${because}`, cause),
      mayRetry: true,
      retryAfterMs
    }
  }
  const isKeyRefused =
    status === 401 || status === 403 || (status === 400 && /api[ _-]?key/i.test(`${error.message} ${error.responseBody ?? ''}`))
  if (isKeyRefused)
    return { error: new FixpointError('model_key_invalid', `The model’s provider refuses the key.${because}`, cause), mayRetry: false }
  if (status === 404) {
    return { error: new FixpointError('model_unknown', `The model’s provider does not know this model.${because}`, cause), mayRetry: false }
  }
  if (status === undefined || isConnectionError(error.cause)) {
    return { error: new FixpointError('model_unavailable', 'The connection to the model’s provider broke.', cause), mayRetry: true }
  }
  if (status === 408 || status === 409 || status >= 500) {
    return {
      error: new FixpointError('model_unavailable', `The model’s provider answers with status ${status}.${because}`, cause),
      mayRetry: true,
      retryAfterMs
    }
  }
  if (status >= 200 && status < 300) {
    return { error: new FixpointError('model_output_invalid', 'The model’s answer could not be read.', cause), mayRetry: true }
  }
  return {
    error: new FixpointError('model_output_invalid', `The model’s provider refuses the request (${status}).${because}`, cause),
    mayRetry: false
  }
}

/** The provider's own sentence, without what looks like a key. */
function providerMessage(error: APICallError): string {
  const message = /"message"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(error.responseBody ?? '')?.[1] ?? ''
  return message
    .replace(/\\n/g, ' ')
    .replace(/[A-Za-z0-9_-]{24,}/g, '[…]')
    .slice(0, 200)
}

/** Retry-After as seconds or as a date (RFC 9110, 10.2.3), in milliseconds. */
function retryAfter(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined
  if (/^\d+(\.\d+)?$/.test(header.trim())) return Number(header) * 1_000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime())
}

function isConnectionError(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false
  const code = 'code' in thrown ? String(thrown.code) : ''
  return (
    /^(ECONN|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|UND_ERR)/.test(code) ||
    /fetch failed|terminated|socket hang up|network/i.test(thrown.message)
  )
}

export interface RetryPolicy {
  /** Attempts altogether. */
  attempts: number
  /** Time within which attempts are made, unless the provider itself asks for longer. */
  totalMs: number
}

/**
 * How long to wait before attempt `attempt + 1`; null when there is none.
 * Exponential from 1 s with jitter of ±25 %, at most 30 s; the provider's own wish goes before, as long as the turn lasts.
 * @param random 0 to 1.
 */
export function retryDelay(
  fault: ModelFault,
  attempt: number,
  elapsedMs: number,
  turnLeftMs: number,
  policy: RetryPolicy,
  random: number
): number | null {
  if (!fault.mayRetry || attempt >= policy.attempts) return null
  if (fault.retryAfterMs !== undefined) return fault.retryAfterMs <= turnLeftMs ? fault.retryAfterMs : null
  const delay = Math.min(1_000 * 2 ** (attempt - 1), 30_000) * (0.75 + random / 2)
  return elapsedMs + delay <= policy.totalMs && delay <= turnLeftMs ? delay : null
}
