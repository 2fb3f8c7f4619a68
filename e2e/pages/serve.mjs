// Serves all pages of `apps/`, each as its framework's people do: by its dev server, or built and then served as files. Prints a line of
// JSON for each that is ready, and ends when its input does.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createRequire } from 'node:module'
import { createServer as createTcpServer } from 'node:net'
import { extname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { createServer as createViteServer } from 'vite'
import webpack from 'webpack'
import { webpackConfig } from './webpack-config.mjs'

const root = fileURLToPath(new URL('.', import.meta.url))
const app = name => join(root, 'apps', name)
/** What is built lies in the app's own folder, as it does for its people: source maps name files relative to it. */
const built = (name, variant) => join(app(name), 'dist', variant.replaceAll(/[\s/]+/g, '-'))
const closers = []

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.map': 'application/json',
  '.json': 'application/json'
}

async function freePort() {
  const probe = createTcpServer()
  probe.listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  probe.close()
  await once(probe, 'close')
  return port
}

/** Files as they are, from one folder. */
async function serveFiles(folder, isPublic = () => true) {
  const server = createHttpServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://server').pathname)
    const file = join(folder, path.endsWith('/') ? `${path}index.html` : path)
    if (!file.startsWith(folder) || !isPublic(path) || !existsSync(file)) return response.writeHead(404).end()
    response.writeHead(200, { 'content-type': `${TYPES[extname(file)] ?? 'application/octet-stream'}; charset=utf-8` })
    createReadStream(file).pipe(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${server.address().port}/`
}

async function runProgram(program, args, cwd, environment = {}) {
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    // Vite’s dev servers set it to something else in this process.
    env: { ...process.env, NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const said = wordsOf(child)
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${program} ended with ${code}:\n${said()}`)
}

/** What a program has said until now. */
function wordsOf(child) {
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      said += chunk
    })
  }
  return () => said
}

/** Vite's configuration of an app; also of those that have none. */
async function configOf(folder) {
  const file = join(folder, 'vite.config.js')
  return existsSync(file) ? (await import(pathToFileURL(file).href)).default : {}
}

/** Packages that a React app needs, as it imports them. */
function entryPointsOf(folder) {
  const { dependencies } = createRequire(import.meta.url)(join(folder, 'package.json'))
  return Object.entries(dependencies).flatMap(([name, version]) => {
    const major = /(\d+)\./.exec(version)?.[1]
    if (name === 'react') return [name, `${name}/jsx-runtime`, `${name}/jsx-dev-runtime`]
    if (name === 'react-dom') return [name, ...(Number(major) >= 18 ? [`${name}/client`] : [])]
    return []
  })
}

async function viteDev(name, { base = '/', folder = app(name) } = {}) {
  const config = await configOf(folder)
  const server = await createViteServer({
    ...config,
    root: folder,
    base,
    configFile: false,
    logLevel: 'error',
    // A package that is found later makes the page load again while it is being looked at.
    optimizeDeps: { ...config.optimizeDeps, include: entryPointsOf(folder) },
    cacheDir: join(root, 'node_modules', '.cache', `${name}${base}`.replaceAll('/', '-')),
    server: { ...config.server, host: '127.0.0.1', port: 0, watch: null, ws: false, hmr: false }
  })
  await server.listen()
  closers.push(() => server.close())
  return server.resolvedUrls.local[0]
}

async function viteProduction(name, { sourcemap, inside = '.' }) {
  const folder = built(join(name, inside), `vite-${sourcemap ? 'maps' : 'bare'}`)
  // By itself: a build changes NODE_ENV for the whole process, and with it what dev servers give out.
  const args = ['build', '--outDir', folder, '--emptyOutDir', '--logLevel', 'error', ...(sourcemap ? ['--sourcemap'] : [])]
  await runProgram(join(root, 'node_modules', 'vite', 'bin', 'vite.js'), args, app(join(name, inside)))
  return serveFiles(folder)
}

async function webpackBuild(name, variant) {
  return serveFiles(await buildWithWebpack(name, variant))
}

const webpackProductions = new Map()

/** The same build with its maps and, as people do who keep these to themselves, without. */
async function webpackProduction(name, { sourcemap }) {
  const building = webpackProductions.get(name) ?? buildWithWebpack(name, 'production')
  webpackProductions.set(name, building)
  const folder = await building
  return serveFiles(folder, sourcemap ? () => true : path => !path.endsWith('.map'))
}

async function buildWithWebpack(name, variant) {
  const folder = built(name, `webpack-${variant}`)
  const compiler = webpack(webpackConfig({ app: app(name), folder, variant }))
  const stats = await new Promise((resolve, reject) => compiler.run((error, result) => (error ? reject(error) : resolve(result))))
  await new Promise(resolve => compiler.close(resolve))
  if (stats.hasErrors()) throw new Error(stats.toString({ all: false, errors: true }))
  await writeFile(
    join(folder, 'index.html'),
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${name}</title><link rel="icon" href="data:,">${
      existsSync(join(folder, 'main.css')) ? '<link rel="stylesheet" href="/main.css">' : ''
    }</head><body><div id="root"></div><script src="/main.js"></script></body></html>`
  )
  return folder
}

/**
 * A dev server that is a program of its own.
 * @param readyPaths each is compiled by being asked for.
 */
async function devProgram(name, program, args, environment, readyPaths = ['/']) {
  const port = await freePort()
  const child = spawn(process.execPath, [program, ...args(port)], {
    cwd: app(name),
    env: { ...process.env, NODE_ENV: 'development', ...environment(port) },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const said = wordsOf(child)
  closers.push(async () => {
    if (child.exitCode !== null) return
    const ended = once(child, 'exit')
    child.kill()
    await ended
  })
  const origin = `http://127.0.0.1:${port}/`
  for (let attempt = 0; attempt < 600; attempt++) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}:\n${said()}`)
    const isThere = await Promise.all(readyPaths.map(path => fetch(new URL(path, origin)))).then(
      responses => responses.every(response => response.ok),
      () => false
    )
    if (isThere) return origin
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  throw new Error(`${name} did not get ready:\n${said()}`)
}

const packageFile = (name, path) => join(app(name), 'node_modules', path)

/** @param flags for `next dev`: which of its bundlers, where it has several */
async function next(name, flags, path = 'dev') {
  return devProgram(
    name,
    packageFile(name, 'next/dist/bin/next'),
    port => ['dev', ...flags, '--hostname', '127.0.0.1', '--port', String(port)],
    () => ({ PAGES_DIST: `.next/${path}`, NEXT_TELEMETRY_DISABLED: '1' }),
    ['/', '/old']
  )
}

/** Built, and served by Next itself: its server components have to be run. */
async function nextProduction(name, flags, { sourcemap }) {
  const environment = {
    PAGES_DIST: `.next/production-${sourcemap ? 'maps' : 'bare'}`,
    PAGES_MAPS: sourcemap ? 'public' : '',
    NEXT_TELEMETRY_DISABLED: '1'
  }
  const program = packageFile(name, 'next/dist/bin/next')
  await runProgram(program, ['build', ...flags], app(name), environment)
  return devProgram(
    name,
    program,
    port => ['start', '--hostname', '127.0.0.1', '--port', String(port)],
    () => ({ ...environment, NODE_ENV: 'production' })
  )
}

async function astro(name) {
  return devProgram(
    name,
    packageFile(name, 'astro/bin/astro.mjs'),
    port => ['dev', '--host', '127.0.0.1', '--port', String(port)],
    () => ({
      ASTRO_TELEMETRY_DISABLED: '1'
    })
  )
}

/** Vite's dev server as a program: that of the app where it has its own, and where a framework needs the app's folder to work in. */
async function viteProgram(name, readyPaths) {
  const own = packageFile(name, 'vite/bin/vite.js')
  return devProgram(
    name,
    existsSync(own) ? own : join(root, 'node_modules', 'vite', 'bin', 'vite.js'),
    port => ['--host', '127.0.0.1', '--port', String(port)],
    () => ({}),
    readyPaths
  )
}

async function remix(name) {
  return devProgram(
    name,
    packageFile(name, '@remix-run/dev/dist/cli.js'),
    port => ['vite:dev', '--host', '127.0.0.1', '--port', String(port)],
    () => ({})
  )
}

async function createReactApp(name) {
  return devProgram(
    name,
    packageFile(name, 'react-scripts/bin/react-scripts.js'),
    () => ['start'],
    port => ({ HOST: '127.0.0.1', PORT: String(port), BROWSER: 'none', DISABLE_ESLINT_PLUGIN: 'true', WDS_SOCKET_PORT: '0' })
  )
}

async function createReactAppProduction(name) {
  const folder = built(name, 'production')
  await runProgram(packageFile(name, 'react-scripts/bin/react-scripts.js'), ['build'], app(name), {
    BUILD_PATH: folder,
    DISABLE_ESLINT_PLUGIN: 'true'
  })
  return serveFiles(folder)
}

async function nuxt(name) {
  return devProgram(
    name,
    packageFile(name, 'nuxt/bin/nuxt.mjs'),
    port => ['dev', '--host', '127.0.0.1', '--port', String(port), '--no-fork'],
    () => ({ NUXT_TELEMETRY_DISABLED: '1' })
  )
}

/** Takes the maps along that Angular's compiler has put beside its output, as its own build does. */
const withMapsOfCompiler = {
  name: 'maps-of-compiler',
  async load(id) {
    if (id.includes('node_modules') || !existsSync(`${id}.map`)) return null
    return { code: await readFile(id, 'utf8'), map: await readFile(`${id}.map`, 'utf8') }
  }
}

/** Compiled ahead of time by Angular's compiler, then bundled as its dev builds are: not minified, with maps. */
async function angular(name, mode) {
  const compiled = built(name, 'compiled')
  if (!angular.compiling) {
    const compiler = join(app(name), 'node_modules', '@angular', 'compiler-cli', 'bundles', 'src', 'bin', 'ngc.js')
    angular.compiling = runProgram(compiler, ['-p', 'tsconfig.json', '--outDir', compiled], app(name))
  }
  await angular.compiling
  const folder = built(name, mode)
  const { rolldown } = await import(
    pathToFileURL(createRequire(createRequire(join(root, 'package.json')).resolve('vite')).resolve('rolldown')).href
  )
  const bundle = await rolldown({
    input: join(compiled, 'src', 'main.js'),
    plugins: [withMapsOfCompiler],
    ...(mode === 'production' ? { transform: { define: { ngDevMode: 'false', ngServerMode: 'false' } } } : {})
  })
  await mkdir(folder, { recursive: true })
  await bundle.write({
    file: join(folder, 'main.js'),
    sourcemap: mode !== 'production',
    minify: mode === 'production',
    codeSplitting: false
  })
  await bundle.close()
  await writeFile(join(folder, 'index.html'), await readFile(join(app(name), 'index.html')))
  return serveFiles(folder)
}

const reacts = ['react-16', 'react-17', 'react-18', 'react-19']

/** How each set of pages is served; the names are those that the tests expect. */
const pages = {
  ...Object.fromEntries(reacts.map(name => [`${name} vite`, () => viteDev(name)])),
  'react-19 vite /shop/': () => viteDev('react-19', { base: '/shop/' }),
  ...Object.fromEntries(
    reacts.flatMap(name => [
      [`${name} vite production with maps`, () => viteProduction(name, { sourcemap: true })],
      [`${name} vite production`, () => viteProduction(name, { sourcemap: false })]
    ])
  ),
  ...Object.fromEntries(
    ['eval-source-map', 'eval-cheap-module-source-map', 'source-map', 'cheap-module-source-map', 'eval'].map(devtool => [
      `react-19 webpack ${devtool}`,
      () => webpackBuild('react-19', devtool)
    ])
  ),
  'react-17 webpack eval-source-map': () => webpackBuild('react-17', 'eval-source-map'),
  ...Object.fromEntries(
    ['react-18', 'react-19'].flatMap(name => [
      [`${name} webpack production with maps`, () => webpackProduction(name, { sourcemap: true })],
      [`${name} webpack production`, () => webpackProduction(name, { sourcemap: false })]
    ])
  ),
  monorepo: () => viteDev('monorepo', { folder: app('monorepo/apps/web') }),
  'two-reacts': () => viteDev('two-reacts'),
  'next turbopack': () => next('next', ['--turbopack'], 'turbopack'),
  'next webpack': () => next('next', ['--webpack'], 'webpack'),
  'next production': () => nextProduction('next', ['--turbopack'], { sourcemap: false }),
  'next production with maps': () => nextProduction('next', ['--turbopack'], { sourcemap: true }),
  'next-15 webpack': () => next('next-15', [], 'webpack'),
  'next-15 turbopack': () => next('next-15', ['--turbopack'], 'turbopack'),
  'next-15 production': () => nextProduction('next-15', [], { sourcemap: false }),
  'next-15 production with maps': () => nextProduction('next-15', [], { sourcemap: true }),
  'next-14': () => next('next-14', []),
  'next-14 production with maps': () => nextProduction('next-14', [], { sourcemap: true }),
  remix: () => remix('remix'),
  'react-router-7': () => viteProgram('react-router-7'),
  'react-19-0 vite 5': () => viteProgram('react-19-0'),
  'react-19-1 vite 6': () => viteProgram('react-19-1'),
  cra: () => createReactApp('cra'),
  'cra production with maps': () => createReactAppProduction('cra'),
  ...Object.fromEntries(
    ['mui', 'radix', 'styled', 'virtual'].flatMap(name => [
      [`${name} vite`, () => viteDev(name)],
      [`${name} vite production with maps`, () => viteProduction(name, { sourcemap: true })],
      [`${name} vite production`, () => viteProduction(name, { sourcemap: false })]
    ])
  ),
  'radix-18': () => viteProgram('radix-18'),
  'large vite': () => viteDev('large', { folder: app('large/packages/app') }),
  'large vite production with maps': () => viteProduction('large', { sourcemap: true, inside: 'packages/app' }),
  'large vite production': () => viteProduction('large', { sourcemap: false, inside: 'packages/app' }),
  nuxt: () => nuxt('nuxt'),
  'vue-router vite': () => viteDev('vue-router'),
  'vue-router vite production': () => viteProduction('vue-router', { sourcemap: false }),
  sveltekit: () => viteProgram('sveltekit'),
  'react-router': () => viteProgram('react-router'),
  astro: () => astro('astro'),
  'vue vite': () => viteDev('vue'),
  'vue vite production with maps': () => viteProduction('vue', { sourcemap: true }),
  'vue vite production': () => viteProduction('vue', { sourcemap: false }),
  'svelte vite': () => viteDev('svelte'),
  'svelte vite production': () => viteProduction('svelte', { sourcemap: false }),
  'solid vite': () => viteDev('solid'),
  'preact vite': () => viteDev('preact'),
  'lit vite': () => viteDev('lit'),
  'lit vite production with maps': () => viteProduction('lit', { sourcemap: true }),
  'angular development': () => angular('angular', 'development'),
  'angular production': () => angular('angular', 'production'),
  plain: () => serveFiles(app('plain'))
}

/** Few at once: each build and each dev server wants a core of its own. */
const AT_ONCE = 4

async function main() {
  const wanted = process.argv.slice(2)
  const names = Object.keys(pages).filter(name => wanted.length === 0 || wanted.includes(name))
  // The slow ones first.
  const queue = names.toSorted(
    (a, b) => Number(/^(next|nuxt|astro|angular|react-router|cra)/.test(b)) - Number(/^(next|nuxt|astro|angular|react-router|cra)/.test(a))
  )
  const work = async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      const startedAt = performance.now()
      try {
        const url = await pages[name]()
        console.log(JSON.stringify({ name, url, ms: Math.round(performance.now() - startedAt) }))
      } catch (error) {
        console.log(JSON.stringify({ name, error: String(error?.stack ?? error) }))
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  console.log(JSON.stringify({ isComplete: true }))
  process.stdin.resume()
  await once(process.stdin, 'end')
  await Promise.all(closers.map(close => close()))
}

await main()
process.exit(0)
