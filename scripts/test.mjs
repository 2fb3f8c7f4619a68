// `npm test`: sets up what is missing, then checks and tests everything. The last line is the sum.
// `npm test -- unit docker` runs those parts alone; `npm test -- --list` names them, with those that take so long that they run only where
// they are named.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { setUp } from './setup/all.mjs'
import { ensureDemo } from './setup/demo.mjs'
import { rooms, root, stateFolder } from './setup/places.mjs'
import { run } from './setup/run.mjs'
import { runScript } from './setup/step.mjs'

const bin = name => join(root, 'node_modules', '.bin', name)

/** Checks that pass or fail as a whole; each counts as one. */
const CHECKS = [
  ...rooms.map(room => ({ part: 'types', name: `types of ${room}`, command: [bin('tsc'), '--project', room] })),
  { part: 'lint', name: 'format and lint', command: [bin('biome'), 'ci', '.'] },
  { part: 'rooms', name: 'imports between rooms', command: [bin('depcruise'), '--config', '.dependency-cruiser.mjs', ...rooms] },
  { part: 'dead-code', name: 'dead code', command: [bin('knip'), '--no-progress'] },
  { part: 'reference', name: 'API reference is up to date', command: [process.execPath, 'scripts/api-reference.mjs', '--check'] }
]

/**
 * Vitest's projects, one group after the other: several of them want the machine's one engine and its two cores. Those that stand together run at
 * once: each takes one file after the other and leaves a core idle, and one wants browsers, the other the engine.
 */
const SUITE_GROUPS = [['browser', 'docker'], ['e2e']]
/** No other browser may run beside it; the checks may, and after them the suites that want no browser. */
const ALONE = 'alone'
const WITHOUT_BROWSER = ['unit', 'extension']
const SUITES = [...WITHOUT_BROWSER, ...SUITE_GROUPS.flat(), ALONE]

/** Those that install and build a lot; they run only where they are named: `npm test -- pages`. */
const SLOW_SUITES = ['pages']

/** Lines of a fault that are told again at the end; the rest is where it happened. */
const FAULT_LINES = 20

/** Test files at once, in the suites that allow it; Vitest would leave one of two cores idle. */
const WORKERS = 2

await runScript(async () => {
  const wanted = process.argv.slice(2).filter(argument => !argument.startsWith('-'))
  const parts = [...new Set(CHECKS.map(check => check.part)), 'shop', ...SUITES, ...SLOW_SUITES]
  if (process.argv.includes('--list')) {
    console.log(parts.join('\n'))
    return 0
  }
  const unknown = wanted.filter(part => !parts.includes(part))
  if (unknown.length > 0) {
    console.error(`There is no part ${unknown.join(', ')}. The parts are ${parts.join(', ')}.`)
    return 2
  }
  const isWanted = part => wanted.length === 0 || wanted.includes(part)

  console.error('Fixpoint: checking what is needed (the first time takes some minutes)')
  const { node, env } = await setUp()
  const demo = await ensureDemo({ node, env, shopPort: 5173 })
  console.error('')

  const counts = { passed: 0, failed: 0 }
  /** What failed, told again at the end: who sees the end of a long output alone must not search for it. @type {string[]} */
  const faults = []
  const add = result => {
    counts.passed += result.passed
    counts.failed += result.failed
    faults.push(...result.faults)
  }
  const runChecks = async () => {
    for (const check of CHECKS.filter(({ part }) => isWanted(part))) add(await runCheck(check, root, env))
    if (!isWanted('shop')) return
    add(await runCheck({ name: 'demo shop: types', command: ['npm', 'run', '--silent', 'typecheck'] }, demo.shop, env))
    add(await runCheck({ name: 'demo shop: its tests', command: ['npm', 'test', '--silent'] }, demo.shop, env))
  }
  const runWithoutBrowser = async () => {
    await runChecks()
    for (const suite of WITHOUT_BROWSER.filter(isWanted)) add(await runSuite(suite, env, `${suite}: `))
  }
  const runAlone = async () => {
    if (isWanted(ALONE)) add(await runSuite(ALONE, env, `${ALONE}: `))
  }
  await Promise.all([runWithoutBrowser(), runAlone()])
  for (const group of SUITE_GROUPS) {
    const suites = group.filter(isWanted)
    const mark = suite => (suites.length > 1 ? `${suite}: ` : '')
    for (const counted of await Promise.all(suites.map(suite => runSuite(suite, env, mark(suite))))) add(counted)
  }
  for (const suite of SLOW_SUITES.filter(suite => wanted.includes(suite))) add(await runSuite(suite, env))
  if (faults.length > 0) console.log(`What failed:\n\n${faults.join('\n\n')}\n`)
  console.log(`${counts.passed} passed, ${counts.failed} failed`)
  return counts.failed === 0 ? 0 : 1
})

async function runCheck({ name, command: [program, ...args] }, cwd, env) {
  const startedAt = performance.now()
  const { code, stdout, stderr } = await run(program, args, { cwd, env })
  if (code !== 0) console.log(`${stdout}${stderr}`)
  console.log(`${code === 0 ? '✓' : '✗'} ${name} (${seconds(startedAt)})`)
  return code === 0
    ? { passed: 1, failed: 0, faults: [] }
    : { passed: 0, failed: 1, faults: [`✗ ${name}\n${lastLines(`${stdout}${stderr}`)}`] }
}

/** Runs one of Vitest's projects, each line of it with a mark before it, and counts its tests. What fails outside a test (a file that does not load) counts as one. */
async function runSuite(suite, env, mark = '') {
  const startedAt = performance.now()
  const report = join(stateFolder, 'log', `tests-${suite}.json`)
  mkdirSync(join(stateFolder, 'log'), { recursive: true })
  rmSync(report, { force: true })
  const reporters = ['--silent=passed-only', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const { code } = await run(bin('vitest'), ['run', '--project', suite, `--maxWorkers=${WORKERS}`, ...reporters], {
    cwd: root,
    env: { ...env, NO_COLOR: '1', FORCE_COLOR: undefined },
    onLine: line => console.log(`  ${mark}${line}`)
  })
  const { numPassedTests, numFailedTests, numPendingTests, numTotalTests, testResults } = existsSync(report)
    ? JSON.parse(readFileSync(report, 'utf8'))
    : { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTotalTests: 0, testResults: [] }
  // A suite that ends badly, finds nothing or leaves tests out must not look like one that passed.
  const hasOtherFault = numFailedTests === 0 && (code !== 0 || numTotalTests === 0)
  const failed = numFailedTests + numPendingTests + (hasOtherFault ? 1 : 0)
  console.log(`${failed === 0 ? '✓' : '✗'} ${suite}: ${numPassedTests} passed, ${failed} failed (${seconds(startedAt)})\n`)
  const faults = faultsOf(suite, testResults)
  if (failed > faults.length)
    faults.push(`✗ ${suite}: ${failed - faults.length} more, ended with code ${code}; see ${report} and the output above`)
  return { passed: numPassedTests, failed, faults }
}

/** What a suite's report says of each test that did not pass and each file that did not load: its name, and the beginning of why. */
function faultsOf(suite, testResults) {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(root, name)
    const tests = assertionResults.filter(result => result.status !== 'passed')
    if (tests.length === 0) return status === 'passed' ? [] : [`✗ ${suite}: ${file}\n${firstLines(message ?? '')}`]
    return tests.map(
      test => `✗ ${suite}: ${file} > ${test.fullName} (${test.status})\n${firstLines((test.failureMessages ?? []).join('\n'))}`
    )
  })
}

function firstLines(text) {
  return text.split('\n').slice(0, FAULT_LINES).join('\n')
}

function lastLines(text) {
  return text.trimEnd().split('\n').slice(-FAULT_LINES).join('\n')
}

function seconds(startedAt) {
  return `${((performance.now() - startedAt) / 1000).toFixed(1)} s`
}
