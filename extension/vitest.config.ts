import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { WxtVitest } from 'wxt/testing/vitest-plugin'

/** The unit tests. Those that run the built extension in Chromium belong to the project `browser` of the whole workspace. */
export default defineConfig({
  // Without the extension's own configuration: its modules are for building, and are not found from where Vitest runs.
  plugins: [WxtVitest({ root: fileURLToPath(new URL('.', import.meta.url)), configFile: false, imports: false })],
  test: {
    name: 'extension',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['tests/unit-setup.ts'],
    // As in the other projects: longer than anything takes on a busy machine.
    testTimeout: 20_000,
    expect: { poll: { timeout: 15_000 } }
  }
})
