import { fileURLToPath } from 'node:url'
import { zip } from 'wxt'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Builds and packs the extension as it is released, into a folder of the tests' own, before the tests that run it. */
export async function setup(): Promise<void> {
  await zip({ root: ROOT, outDir: '.output/browser-tests', mode: 'production' })
}
