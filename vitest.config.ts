import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const never = ['**/node_modules/**', '**/dist/**', '**/.output/**', '**/.fixpoint/**', 'demo/shop/**']
/** Suites that need an engine or a browser; each has a project of its own below. */
const heavy = ['**/*.docker.test.ts', '**/*.browser.test.ts', 'e2e/**']

/** They install and build many frameworks: minutes of work, run where they are named (scripts/test.mjs). */
const slow = ['e2e/pages.test.ts']

/** They put policies where every Chromium of the machine reads them. */
const alone = ['managed-browser', 'policies'].map(name => `e2e/${name}.test.ts`)

/** Longest first: else one of them begins when everything else is done, and a core has nothing to do. */
const LONG = [
  'pull-request',
  'kill',
  'faults',
  'ide',
  'environment',
  'realtime',
  'cli',
  'main-job',
  'undo',
  'door-ports',
  'sleep',
  'ide-desktop',
  'restores'
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = LONG.findIndex(name => moduleId.includes(`/${name}.`))
      return place < 0 ? LONG.length : place
    }
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}

/** What is waited for is given longer than it takes on a busy machine; a second, the default, is not. */
const patience = { expect: { poll: { timeout: 15_000 } } }

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          ...patience,
          include: ['{protocol,ui,ide-extension,server,sandbox,update-server,policies,demo}/**/*.test.{ts,tsx}', 'scripts/**/*.test.mjs'],
          exclude: [...never, ...heavy],
          // Files share what they import, which saves a third of the time. They keep no state in modules, and replace none.
          isolate: false,
          testTimeout: 20_000,
          hookTimeout: 60_000
        }
      },
      'extension/vitest.config.ts',
      {
        test: {
          name: 'browser',
          ...patience,
          include: ['{extension,ui,update-server}/**/*.browser.test.ts'],
          exclude: never,
          globalSetup: ['extension/tests/build-extension.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Two browsers on two cores are hardly faster than one after the other.
          fileParallelism: false
        }
      },
      {
        test: {
          name: 'docker',
          ...patience,
          // What looks at pages in the sandbox has no extension to build; with it both lanes are as long (scripts/test.mjs).
          include: ['{server,sandbox}/**/*.docker.test.ts', 'sandbox/**/*.browser.test.ts'],
          exclude: never,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false
        }
      },
      {
        // Each has servers, repositories and ports of its own, and waits most of its time: two files run at once (scripts/test.mjs).
        test: {
          name: 'e2e',
          ...patience,
          include: ['e2e/**/*.test.ts'],
          exclude: [...never, ...alone, ...slow],
          testTimeout: 300_000,
          hookTimeout: 300_000
        }
      },
      {
        test: {
          name: 'pages',
          ...patience,
          include: slow,
          exclude: never,
          testTimeout: 300_000,
          hookTimeout: 300_000
        }
      },
      {
        test: {
          name: 'alone',
          ...patience,
          include: alone,
          exclude: never,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false
        }
      }
    ]
  }
})
