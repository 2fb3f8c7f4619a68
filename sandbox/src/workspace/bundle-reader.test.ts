import { FixpointError } from '@fixpoint/protocol'
import { expect, test } from 'vitest'
import { readBundle } from './bundle-reader.ts'

async function* inPieces(bytes: Buffer, size: number): AsyncIterable<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

async function packOf(bundle: Buffer, size: number): Promise<string | undefined> {
  const pack = await readBundle(inPieces(bundle, size))
  if (pack === undefined) return undefined
  const chunks: Buffer[] = []
  for await (const chunk of pack) chunks.push(chunk)
  return Buffer.concat(chunks).toString('latin1')
}

const HASH = 'a'.repeat(40)

test.each([1, 2, 7, 1_000])('gives the pack of a bundle that comes in pieces of %i bytes', async size => {
  const pack = 'PACK\0\u00ff\n\nrest'
  const versions = [`# v2 git bundle\n-${HASH} base\n${HASH} refs/heads/main\n\n`, `# v3 git bundle\n@object-format=sha1\n${HASH} HEAD\n\n`]
  for (const header of versions) expect(await packOf(Buffer.from(header + pack, 'latin1'), size)).toBe(pack)
})

test('no body is no bundle, and no error', async () => {
  expect(await packOf(Buffer.alloc(0), 1)).toBeUndefined()
})

test.each([
  ['text', 'hello'],
  ['JSON', '{"a":1}\n\n'],
  ['another version', `# v9 git bundle\n${HASH} HEAD\n\nPACK`],
  ['a header without an end', `# v2 git bundle\n${HASH} HEAD\n`],
  ['a partial bundle', `# v3 git bundle\n@filter=blob:none\n${HASH} HEAD\n\nPACK`]
])('refuses %s', async (_, content) => {
  await expect(packOf(Buffer.from(content), 4)).rejects.toSatisfy(error => error instanceof FixpointError && error.code === 'repo_rejected')
})
