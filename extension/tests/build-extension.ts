import { fileURLToPath } from 'node:url'
import { build } from 'wxt'

/** Builds the extension as it is released, before the tests that run it. */
export async function setup(): Promise<void> {
  await build({ root: fileURLToPath(new URL('..', import.meta.url)), mode: 'production' })
}
