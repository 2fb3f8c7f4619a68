// `npm start`: sets up what is missing, then runs the server, and, where no project is configured, the demo around it.
import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { setUp } from './setup/all.mjs'
import { extensionFolder, serverProgram } from './setup/artefacts.mjs'
import { ensureDemo, hasModel, hasOwnConfig } from './setup/demo.mjs'
import { isPortTaken } from './setup/docker.mjs'
import { logFile, root, stateFolder } from './setup/places.mjs'
import { endRunning, runOrFail } from './setup/run.mjs'
import { noteInterruption, runScript, SetupError, step } from './setup/step.mjs'

const SERVER_PORT = Number(process.env['FIXPOINT_PORT'] ?? 4700)
const SHOP_PORT = Number(process.env['FIXPOINT_DEMO_PORT'] ?? 5173)

/** Long enough for a server that makes its database on a busy machine. */
const PATIENCE_SECONDS = 120

/** Processes that this script has started, and ends. */
const children = []

/** Resolves when somebody tells it to end, which may be before everything runs. */
const told = new Promise(resolve => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => resolve('told'))
})

let isReady = false

/** What the server has said before there was room for it on the screen. */
const heard = []

/** Log files are begun anew when they have become larger than this; another start may be writing to the same. */
const LOG_BYTES = 10_000_000

await runScript(async () => {
  try {
    await Promise.race([main(), told.then(() => noteInterruption())])
  } finally {
    // Also when something went wrong on the way: nothing that was started here outlives it, and no port stays taken.
    await Promise.all([endAll(), endRunning()])
  }
  process.exit(isReady ? 0 : 130)
})

async function main() {
  const startedAt = performance.now()
  console.error('Fixpoint: checking what is needed (the first time takes some minutes)')
  const { node, env, chromium } = await setUp()
  const isDemo = !hasOwnConfig()
  const demo = isDemo ? await ensureDemo({ node, env, shopPort: SHOP_PORT }) : null

  // With a configuration of one's own the port may be set there; the server itself says when it is taken.
  if (demo || process.env['FIXPOINT_PORT']) await refuseTakenPort(SERVER_PORT, 'FIXPOINT_PORT')
  if (demo) await refuseTakenPort(SHOP_PORT, 'FIXPOINT_DEMO_PORT')
  const serverEnv = {
    ...env,
    FIXPOINT_DATA: process.env['FIXPOINT_DATA'] ?? join(stateFolder, 'data'),
    ...(demo ? { FIXPOINT_CONFIG: demo.config } : {}),
    ...(isDemo && !hasModel() ? await startDemoModel(node, env) : {})
  }
  if (demo) await startShop(demo.shop, env)
  const address = await startServer(node, serverEnv)
  const link = JSON.parse(
    await runOrFail('Asking for a pairing code', 'See the server’s log.', node, [serverProgram, 'pair', '--json'], {
      env: serverEnv,
      cwd: root
    })
  ).link

  console.error(`\nReady after ${((performance.now() - startedAt) / 1000).toFixed(1)} s.\n`)
  if (demo) console.error(`  Demo shop   http://localhost:${SHOP_PORT}/`)
  console.error(`  Server      ${address}  (API reference: ${address}/docs)`)
  if (hasDisplay()) openBrowser(chromium, demo ? `http://localhost:${SHOP_PORT}/` : address, link)
  else explainWithoutDisplay(link, demo !== null)
  console.error('\nCtrl-C ends it; the work is kept.')
  isReady = true
  if (heard.length > 0) console.error('')
  for (const line of heard.splice(0)) tell(line)
  await untilServerEnds()
}

async function refuseTakenPort(port, setting) {
  const isTaken = (await isPortTaken(port)) || !(await canListen(port))
  if (!isTaken) return
  throw new SetupError(`Port ${port} is taken.`, `End what uses it (perhaps another Fixpoint), or set ${setting} to another port.`)
}

function canListen(port) {
  return new Promise(resolve => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}

/** Starts a program that runs as long as this one does. */
function launch(name, program, args, options) {
  const file = logFile(name)
  const size = existsSync(file) ? statSync(file).size : 0
  const log = openSync(file, size > LOG_BYTES ? 'w' : 'a')
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', log], ...options })
  closeSync(log)
  const entry = { name, child, log: file, logStart: size > LOG_BYTES ? 0 : size, isOver: false }
  child.once('exit', () => {
    entry.isOver = true
  })
  children.push(entry)
  return entry
}

/** The last that it has printed since this start. */
function lastLines({ log, logStart }) {
  return existsSync(log) ? readFileSync(log).subarray(logStart).toString('utf8').trim().split('\n').slice(-5).join('\n') : ''
}

async function startDemoModel(node, env) {
  return await step('Demo model', async () => {
    const entry = launch('demo-model', node, [join(root, 'demo', 'model', 'main.ts')], { cwd: root, env })
    const { url, apiKey } = JSON.parse(await firstLine(entry))
    return {
      said: 'no key and no provider is set, so the scripted demo model is used; it fixes three of the shop’s bugs',
      value: {
        FIXPOINT_MODEL_PROVIDER: 'demo',
        FIXPOINT_MODEL: 'scripted-demo-model',
        FIXPOINT_MODEL_BASE_URL: url,
        GOOGLE_GENERATIVE_AI_API_KEY: apiKey
      }
    }
  })
}

function firstLine(entry) {
  const { child, log, name } = entry
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout.on('data', chunk => {
      text += chunk
      if (text.includes('\n')) resolve(text.split('\n')[0])
    })
    child.once('exit', () => reject(new SetupError(`${name} ended: ${lastLines(entry)}`, `Its log is ${log}.`)))
  })
}

async function startShop(shop, env) {
  await step('Shop', async () => {
    const vite = join(shop, 'node_modules', '.bin', 'vite')
    const entry = launch('shop', vite, ['--port', String(SHOP_PORT)], { cwd: shop, env })
    entry.child.stdout.resume()
    await waitUntil(entry, () => isPortTaken(SHOP_PORT))
    return { said: `http://localhost:${SHOP_PORT}/`, value: undefined }
  })
}

async function startServer(node, env) {
  return await step('Server', async () => {
    const addressFile = join(env['FIXPOINT_DATA'], 'server.json')
    const startedAt = Date.now()
    const entry = launch('server', node, [serverProgram, 'serve'], { cwd: root, env })
    createInterface({ input: entry.child.stdout }).on('line', tell)
    // The server writes where it is as soon as it answers there.
    await waitUntil(entry, () => existsSync(addressFile) && statSync(addressFile).mtimeMs >= startedAt)
    const { url } = JSON.parse(readFileSync(addressFile, 'utf8'))
    return { said: url, value: url }
  })
}

/** Shows what the server says on its standard output: that a project cannot be prepared, which it learns after it has begun. */
function tell(line) {
  if (isReady) console.error(`  ${line}`)
  else heard.push(line)
}

async function waitUntil(entry, isReady) {
  for (const end = Date.now() + PATIENCE_SECONDS * 1_000; Date.now() < end; ) {
    if (entry.isOver) throw new SetupError(`${entry.name} ended:\n${lastLines(entry)}`, `Its log is ${entry.log}.`)
    if (await isReady()) return
    await delay(125)
  }
  throw new SetupError(`${entry.name} did not get ready within ${PATIENCE_SECONDS} s.`, `Its log is ${entry.log}.`)
}

function hasDisplay() {
  if (process.env['FIXPOINT_NO_BROWSER']) return false
  return process.platform !== 'linux' || Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'])
}

/** A browser of its own with the extension in it; the pairing link waits for one confirming click. */
function openBrowser(chromium, page, link) {
  const id = /EXTENSION_ID = '(\w+)'/.exec(readFileSync(join(root, 'protocol', 'src', 'extension-id.ts'), 'utf8'))?.[1]
  const args = [
    `--user-data-dir=${join(stateFolder, 'browser')}`,
    `--load-extension=${extensionFolder}`,
    `--disable-extensions-except=${extensionFolder}`,
    '--no-first-run',
    '--no-default-browser-check',
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    page,
    `chrome-extension://${id}/welcome.html#pair=${encodeURIComponent(link)}`
  ]
  const entry = launch('browser', chromium, args, { cwd: root })
  entry.child.stdout.resume()
  console.error(
    '\n  A browser opens with the shop and the extension. Confirm the connection, click the Fixpoint icon on the shop, and point at something.'
  )
}

function explainWithoutDisplay(link, isDemo) {
  console.error(`
  There is no display here. In Chrome on your machine:
    1. chrome://extensions → Developer mode → Load unpacked → ${extensionFolder}
    2. Open the page, click the Fixpoint icon, and paste this link into the panel:
       ${link}
       It works once, for ten minutes; \`npm run fixpoint -- pair\` in another terminal makes another.`)
  if (!isDemo) return
  console.error(`
  Or try it from here, in another terminal:
    npm run fixpoint -- run "line this up with the others" --url http://localhost:${SHOP_PORT}/ --select 'article:has(a[href="/product/sedge-chair"]) .price-tag' --wait`)
}

/** The server ends by itself only when something is wrong. */
async function untilServerEnds() {
  const server = children.find(entry => entry.name === 'server')
  if (!server) return
  if (!server.isOver) await new Promise(resolve => server.child.once('exit', resolve))
  throw new SetupError(`The server ended:\n${lastLines(server)}`, `Its log is ${server.log}.`)
}

async function endAll() {
  for (const { child, isOver } of children.toReversed()) if (!isOver) child.kill('SIGTERM')
  for (let attempt = 0; attempt < 160 && children.some(entry => !entry.isOver); attempt++) await delay(100)
  for (const { child, isOver } of children) if (!isOver) child.kill('SIGKILL')
}
