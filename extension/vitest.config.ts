import { defineConfig } from 'vitest/config'
import { WxtVitest } from 'wxt/testing/vitest-plugin'

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [WxtVitest()],
        test: { name: 'extension', include: ['src/**/*.test.{ts,tsx}', 'tests/*.test.ts'], exclude: ['tests/*.browser.test.ts'] }
      },
      {
        test: {
          name: 'extension in Chromium',
          include: ['tests/*.browser.test.ts'],
          globalSetup: ['tests/build-extension.ts'],
          // Each file has a browser of its own; more than one at a time would only wait for the processor.
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000
        }
      }
    ]
  }
})
