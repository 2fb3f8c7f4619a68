import { type Failure, FixpointError } from '@fixpoint/protocol'
import { requestIdOf } from './server.ts'

/** What went wrong, with what names it in the server's log. */
export interface Problem {
  failure: Failure
  requestId: string | undefined
}

/** An error as a person is told it. One without a code is a mistake of ours; it goes to the console too. */
export function problemOf(error: unknown): Problem {
  if (error instanceof FixpointError) return { failure: error.toFailure(), requestId: requestIdOf(error) }
  console.error(error)
  const message = error instanceof Error ? error.message : String(error)
  const internal = new FixpointError('internal', message, { hint: 'Try again; the panel’s console has the details.', cause: error })
  return { failure: internal.toFailure(), requestId: undefined }
}
