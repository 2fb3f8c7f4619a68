import { defineConfig } from 'vitest/config'

const never = ['**/node_modules/**', '**/dist/**', '**/.output/**', '**/.fixpoint/**', 'demo/shop/**']
/** Suites that need an engine or a browser; each has a project of its own below. */
const heavy = ['**/*.docker.test.ts', '**/*.browser.test.ts', 'e2e/**']

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{protocol,ui,server,sandbox,update-server,policies,demo}/**/*.test.{ts,tsx}'],
          exclude: [...never, ...heavy],
          testTimeout: 20_000,
          hookTimeout: 60_000
        }
      },
      'extension/vitest.config.ts',
      {
        test: {
          name: 'browser',
          include: ['{sandbox,extension,ui,update-server}/**/*.browser.test.ts'],
          exclude: never,
          globalSetup: ['extension/tests/build-extension.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false
        }
      },
      {
        test: {
          name: 'docker',
          include: ['{server,sandbox}/**/*.docker.test.ts'],
          exclude: never,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false
        }
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          exclude: never,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false
        }
      }
    ]
  }
})
