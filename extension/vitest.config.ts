import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { WxtVitest } from 'wxt/testing/vitest-plugin'

/** The unit tests. Those that run the built extension in Chromium belong to the project `browser` of the whole workspace. */
export default defineConfig({
  plugins: [WxtVitest({ root: fileURLToPath(new URL('.', import.meta.url)) })],
  test: { name: 'extension', include: ['src/**/*.test.{ts,tsx}'] }
})
