import { FixpointError } from '@fixpoint/protocol'
import type { Request, Response } from 'express'

/**
 * Sends a CRX: whole, a range of it, or nothing where the asker has it. Without `nosniff`: Chrome does not install a CRX from a link
 * that has it (developer.chrome.com, “Host on Linux”).
 * @returns whether bytes of the file were sent
 * @throws FixpointError `range_not_satisfiable`
 */
export function sendCrx(request: Request, response: Response, bytes: Buffer, { sha256 }: { sha256: string }): boolean {
  const tag = `"${sha256}"`
  response.removeHeader('X-Content-Type-Options')
  response.set({
    ETag: tag,
    'Accept-Ranges': 'bytes',
    // A version never has other bytes.
    'Cache-Control': 'public, max-age=31536000, immutable'
  })
  // Not `type()`, which would say a character set too.
  response.setHeader('Content-Type', 'application/x-chrome-extension')
  if (request.fresh) {
    response.status(304).end()
    return false
  }
  const isCurrent = [undefined, tag].includes(request.get('if-range'))
  const ranges = isCurrent ? request.range(bytes.length) : undefined
  if (ranges === -1) {
    response.setHeader('Content-Range', `bytes */${bytes.length}`)
    throw new FixpointError('range_not_satisfiable', `The file has ${bytes.length} bytes.`)
  }
  const [range, ...others] = Array.isArray(ranges) && ranges.type === 'bytes' ? ranges : []
  const part = range !== undefined && others.length === 0 ? bytes.subarray(range.start, range.end + 1) : bytes
  if (range !== undefined && part !== bytes) {
    response.status(206).setHeader('Content-Range', `bytes ${range.start}-${range.end}/${bytes.length}`)
  }
  response.setHeader('Content-Length', part.length)
  const isWanted = request.method !== 'HEAD'
  response.end(isWanted ? part : undefined)
  return isWanted
}
