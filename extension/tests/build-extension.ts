import { fileURLToPath } from 'node:url'
import { build } from 'wxt'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Builds the extension as it is released, into a folder of the tests' own, before the tests that run it. */
export async function setup(): Promise<void> {
  await build({ root: ROOT, outDir: '.output/browser-tests', mode: 'production' })
}
