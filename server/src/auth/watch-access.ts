import type { FixpointError } from '@fixpoint/protocol'
import type { Logger } from 'pino'
import { asFixpointError } from '../as-fixpoint-error.ts'

/** A token that is taken back ends what it has open within this time (threats.md, row 45). */
const RECHECK_MS = 4_000

/**
 * Looks again and again whether somebody may still do what they do, for connections that stay open.
 * @param check throws when access is over
 * @returns how to end looking
 */
export function watchAccess(check: () => Promise<unknown>, logger: Logger, onOver: (error: FixpointError) => void): () => void {
  const looking = setInterval(() => {
    check().catch((thrown: unknown) => {
      const error = asFixpointError(thrown)
      if (error.code === 'internal') logger.warn({ err: thrown }, 'a token could not be checked again')
      else onOver(error)
    })
  }, RECHECK_MS)
  return () => clearInterval(looking)
}
