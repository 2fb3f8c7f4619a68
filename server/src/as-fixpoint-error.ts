import { FixpointError } from '@fixpoint/protocol'

/** What was thrown, as an error of the one list; what nobody foresaw is `internal`, and its own words stay in the cause. */
export function asFixpointError(thrown: unknown): FixpointError {
  return thrown instanceof FixpointError ? thrown : new FixpointError('internal', 'Something went wrong in the server.', { cause: thrown })
}
