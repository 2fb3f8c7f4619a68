import { type Failure, FixpointError } from '@fixpoint/protocol'

/** What crosses between panel, background and page: a value, or what went wrong as a value. Messages never throw. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; failure: Failure }

export function success<T>(value: T): Outcome<T> {
  return { ok: true, value }
}

export function failed<T>(failure: Failure): Outcome<T> {
  return { ok: false, failure }
}

/** The value of an outcome. @throws FixpointError where it is a failure. */
export function requireValue<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value
  const { code, message, hint } = outcome.failure
  throw new FixpointError(code, message, { hint })
}
