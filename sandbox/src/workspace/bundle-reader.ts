import { FixpointError } from '@fixpoint/protocol'

/** More than a bundle of a repository with tens of thousands of refs needs. */
const MAX_HEADER_BYTES = 8_000_000

/**
 * Reads the header of a git bundle (gitformat-bundle(5), versions 2 and 3) and gives what follows, the pack.
 * @returns undefined when there is no body at all
 * @throws FixpointError repo_rejected for what is not a bundle or a partial one
 */
export async function readBundle(body: AsyncIterable<Buffer>): Promise<AsyncIterable<Buffer> | undefined> {
  const iterator = body[Symbol.asyncIterator]()
  let head = Buffer.alloc(0)
  let end = -1
  while (end < 0) {
    const { value, done } = await iterator.next()
    if (done) {
      if (head.length === 0) return undefined
      throw new FixpointError('repo_rejected', 'The git bundle ends within its header.')
    }
    head = Buffer.concat([head, value])
    end = head.indexOf('\n\n')
    if (end < 0 && head.length > MAX_HEADER_BYTES) throw notABundle()
    if (!/^#($| ($|v[23]?))/.test(head.subarray(0, 4).toString('latin1'))) throw notABundle()
  }
  const lines = head.subarray(0, end).toString('utf8').split('\n')
  if (lines[0] !== '# v2 git bundle' && lines[0] !== '# v3 git bundle') throw notABundle()
  if (lines.some(line => line.startsWith('@filter='))) {
    throw new FixpointError('repo_rejected', 'The git bundle is a partial one, without all objects.')
  }
  const pack = head.subarray(end + 2)
  return (async function* () {
    try {
      if (pack.length > 0) yield pack
      for (;;) {
        const { value, done } = await iterator.next()
        if (done) return
        yield value
      }
    } finally {
      await iterator.return?.()
    }
  })()
}

function notABundle(): FixpointError {
  return new FixpointError('repo_rejected', 'The body is not a git bundle.')
}
