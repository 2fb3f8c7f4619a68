import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { FixpointError } from '@fixpoint/protocol'
import type { Request, Response } from 'express'
import type { ArtifactInfo } from '../store/artifact-store.ts'

/** Sends an artifact; content that never changes, with one byte range if asked for. */
export async function sendArtifact(artifact: ArtifactInfo & { path: string }, request: Request, response: Response): Promise<void> {
  response.setHeader('ETag', `"${artifact.artifactId}"`)
  response.setHeader('Cache-Control', 'private, max-age=31536000, immutable')
  response.setHeader('Accept-Ranges', 'bytes')
  response.setHeader('Content-Type', artifact.mediaType)
  // Shown as a picture or taken as data; never run as a page of this server.
  response.setHeader('Content-Security-Policy', "default-src 'none'; sandbox")
  response.setHeader('X-Content-Type-Options', 'nosniff')
  response.setHeader('Content-Disposition', 'inline')
  if (request.get('if-none-match')?.includes(`"${artifact.artifactId}"`)) {
    response.status(304).end()
    return
  }
  const range = parseRange(request.get('range'), artifact.bytes)
  response.status(range ? 206 : 200)
  if (range) response.setHeader('Content-Range', `bytes ${range.start}-${range.end}/${artifact.bytes}`)
  response.setHeader('Content-Length', range ? range.end - range.start + 1 : artifact.bytes)
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  await pipeline(createReadStream(artifact.path, range ?? {}), response)
}

/** One range of bytes (RFC 9110, 14.1.2), both ends included. @throws `range_not_satisfiable` for several and for none that exist. */
function parseRange(header: string | undefined, size: number): { start: number; end: number } | null {
  if (header === undefined) return null
  const [, from = '', to = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header) ?? []
  if (from === '' && to === '') throw notSatisfiable(size)
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from)
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1)
  if (start > end) throw notSatisfiable(size)
  return { start, end }
}

function notSatisfiable(size: number): FixpointError {
  return new FixpointError('range_not_satisfiable', `The artifact has ${size} bytes; one range within it can be asked for.`, {
    limit: size
  })
}
