import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { WxtVitest } from 'wxt/testing/vitest-plugin'

/** The unit tests. Those that run the built extension in Chromium belong to the project `browser` of the whole workspace. */
export default defineConfig({
  // Without the extension's own configuration: its modules are for building, and are not found from where Vitest runs.
  plugins: [WxtVitest({ root: fileURLToPath(new URL('.', import.meta.url)), configFile: false, imports: false })],
  test: { name: 'extension', include: ['src/**/*.test.{ts,tsx}'], setupFiles: ['tests/unit-setup.ts'] }
})
