// Which room may import which (docs/architecture.md, "Rooms"). `npm test` runs it.
import { rooms } from './scripts/setup/places.mjs'

/** What each room may import of ours, besides itself. */
const MAY_IMPORT = {
  protocol: [],
  ui: ['protocol'],
  extension: ['protocol', 'ui'],
  'ide-extension': ['protocol', 'ui'],
  server: ['protocol'],
  sandbox: ['protocol'],
  'update-server': ['protocol'],
  policies: ['protocol'],
  demo: [],
  e2e: rooms,
  bench: rooms
}

/** Browser suites of the extension share the driver of the real browser with the end-to-end tests. */
const BROWSER_SUITES = '^extension/tests/'

const arrows = Object.entries(MAY_IMPORT).map(([room, allowed]) => {
  const others = rooms.filter(other => other !== room && !allowed.includes(other))
  return {
    name: `${room}-imports-only-what-it-may`,
    comment: `${room}/ may import ${allowed.length === 0 ? 'nothing of ours' : allowed.join(', ')}.`,
    severity: 'error',
    from: { path: `^${room}/`, pathNot: BROWSER_SUITES },
    to: { path: others.length === 0 ? '^$' : `^(${others.join('|')})/`, pathNot: 'node_modules' }
  }
})

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...arrows,
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or there is a third one in them.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } }
    },
    {
      name: 'protocol-is-pure',
      comment: 'protocol/ does no I/O and asks no clock: it runs in pages, panels, servers and containers.',
      severity: 'error',
      from: { path: '^protocol/src/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] }
    },
    {
      name: 'decisions-stay-thin-at-the-edges',
      comment: 'Sessions, agent and proof know no HTTP, no sockets and no command line; those know them.',
      severity: 'error',
      from: { path: '^server/src/(sessions|agent|proof|git|projects|sandbox|store)/' },
      to: { path: '^server/src/(http|realtime|cli)/' }
    },
    {
      name: 'tests-are-not-imported',
      comment: 'What the product needs does not live in a test or its helpers.',
      severity: 'error',
      from: { pathNot: '(\\.test\\.tsx?$|/testing/|/fixtures/|^e2e/|^bench/|^extension/tests/|^ui/gallery/)' },
      to: { path: '(\\.test\\.tsx?$|/testing/|^e2e/|^extension/tests/)' }
    },
    {
      name: 'everything-resolves',
      comment: 'An import that is found nowhere fails when it runs.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: 'sandboxd\\.mjs$|^vscode$' }
    }
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|\\.output|\\.wxt|\\.fixpoint)/|^demo/shop/|^e2e/pages/' },
    tsPreCompilationDeps: true,

    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.css']
    }
  }
}
