import { fileURLToPath } from 'node:url'
import { zip } from 'wxt'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Builds and packs the extension as it is released, into a folder of the tests' own, before the tests that run it. */
export async function setup(): Promise<void> {
  // Vitest's own value would put React's development build into it.
  const before = process.env['NODE_ENV']
  process.env['NODE_ENV'] = 'production'
  try {
    await zip({ root: ROOT, outDir: '.output/browser-tests', mode: 'production' })
  } finally {
    process.env['NODE_ENV'] = before
  }
}
