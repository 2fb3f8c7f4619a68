// `npm run doctor`: a table of what is found, missing or too old. It needs nothing installed and changes nothing.
import { existsSync, readFileSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { extensionFolder, serverProgram } from './setup/artefacts.mjs'
import { describeChromium, findChromium } from './setup/chromium.mjs'
import { configOfDemo, hasModel, hasOwnConfig } from './setup/demo.mjs'
import { dockerVersion } from './setup/docker.mjs'
import { root, stateFolder } from './setup/places.mjs'
import { tryRun } from './setup/run.mjs'
import { runScript } from './setup/step.mjs'
import { installedNode } from './setup/toolchain.mjs'

/** What the server's own part of the table says too, and better. */
const REPEATED = new Set(['Node', 'Git'])

const SCRIPTED_MODEL = {
  name: 'Model',
  state: 'warning',
  found: 'no key is set, so `npm start` uses the scripted demo model',
  remedy: 'Set GOOGLE_GENERATIVE_AI_API_KEY for Gemini; docs/guide/models.md names the others.'
}

await runScript(async () => {
  const rows = [await npmRow(), nodeRow(), await gitRow(), packagesRow(), await chromiumRow(), extensionRow(), ...(await serverRows())]
  if (process.argv.includes('--json')) console.log(JSON.stringify(rows, null, 2))
  else printTable(rows)
  return rows.some(row => row.state === 'missing') ? 1 : 0
})

async function npmRow() {
  const { code, stdout } = await tryRun('npm', ['--version'])
  return code === 0
    ? { name: 'npm', state: 'ok', found: stdout.trim() }
    : { name: 'npm', state: 'missing', found: 'not found', remedy: 'Install Node with npm.' }
}

function nodeRow() {
  const node = installedNode()
  if (node === process.execPath) return { name: 'Node', state: 'ok', found: process.versions.node }
  if (node !== null) return { name: 'Node', state: 'ok', found: `${process.versions.node} here; Fixpoint’s own Node 24 is used` }
  return { name: 'Node', state: 'missing', found: `${process.versions.node} is too old`, remedy: '`npm start` brings Node 24 along.' }
}

async function gitRow() {
  const { code, stdout } = await tryRun('git', ['--version'])
  return code === 0
    ? { name: 'Git', state: 'ok', found: stdout.trim().replace('git version ', '') }
    : { name: 'Git', state: 'missing', found: 'not found', remedy: 'Install git; as root on Debian, `npm start` does it.' }
}

function packagesRow() {
  return existsSync(join(root, 'node_modules', '.pnpm'))
    ? { name: 'Packages', state: 'ok', found: 'installed' }
    : { name: 'Packages', state: 'missing', found: 'not installed', remedy: '`npm start` installs them.' }
}

async function chromiumRow() {
  const found = findChromium()
  if (found !== null) return { name: 'Chromium', state: 'ok', found: await describeChromium(found) }
  return { name: 'Chromium', state: 'missing', found: 'not found', remedy: '`npm start` installs it; FIXPOINT_CHROMIUM names another one.' }
}

function extensionRow() {
  const manifest = join(extensionFolder, 'manifest.json')
  return existsSync(manifest)
    ? { name: 'Extension', state: 'ok', found: `${JSON.parse(readFileSync(manifest, 'utf8')).version}, built` }
    : { name: 'Extension', state: 'missing', found: 'not built', remedy: '`npm start` builds it.' }
}

/** The server checks the rest itself, where it can run already. */
async function serverRows() {
  const node = installedNode()
  if (node === null || packagesRow().state !== 'ok') return [await dockerRow(), diskRow()]
  const demo = configOfDemo()
  const isDemo = !hasOwnConfig()
  const env = {
    FIXPOINT_DATA: join(stateFolder, 'data'),
    ...(isDemo && existsSync(demo) ? { FIXPOINT_CONFIG: demo } : {}),
    ...process.env
  }
  const { stdout, stderr } = await tryRun(node, [serverProgram, 'doctor', '--json'], { cwd: root, env })
  const rows = readRows(stdout)
  if (rows !== null)
    return rows.filter(row => !REPEATED.has(row.name)).map(row => (row.name === 'Model' && isDemo && !hasModel() ? SCRIPTED_MODEL : row))
  const reason = stderr.trim().split('\n').at(-1) ?? ''
  return [await dockerRow(), diskRow(), { name: 'Server', state: 'missing', found: reason, remedy: 'Run `npm start` again.' }]
}

function readRows(text) {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

async function dockerRow() {
  const { version, error } = await dockerVersion()
  return version
    ? { name: 'Docker engine', state: 'ok', found: version }
    : { name: 'Docker engine', state: 'missing', found: error, remedy: 'Install and start Docker; as root on Debian, `npm start` does it.' }
}

function diskRow() {
  const { bavail, bsize } = statfsSync(root)
  return { name: 'Disk', state: 'ok', found: `${((bavail * bsize) / 1e9).toFixed(1)} GB free` }
}

function printTable(rows) {
  const width = Math.max(...rows.map(row => row.name.length))
  const signs = { ok: '✓', warning: '!', missing: '✗' }
  for (const { name, state, found, remedy } of rows) {
    console.log(`${signs[state]} ${name.padEnd(width)}  ${found}`)
    if (remedy && state !== 'ok') console.log(`  ${''.padEnd(width)}  → ${remedy}`)
  }
  const missing = rows.filter(row => row.state === 'missing').length
  console.log(missing === 0 ? '\nEverything that Fixpoint needs is there.' : `\n${missing} missing.`)
}
