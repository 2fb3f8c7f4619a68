import { Transform } from 'node:stream'
import { type ErrorCode, FixpointError } from '@fixpoint/protocol'

/** Passes bytes through and fails with `code` once there are more than `limit`. */
export function byteLimit(limit: number, code: ErrorCode): Transform {
  let passed = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      passed += chunk.byteLength
      if (passed > limit) done(new FixpointError(code, `More than ${limit} bytes came.`, { limit }))
      else done(null, chunk)
    }
  })
}
