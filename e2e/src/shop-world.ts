/**
 * The demo as `npm start` runs it: the shop that a person looks at, its repository, the scripted model and the server. The shop and its
 * packages are what the set-up has prepared; the repository is a copy, so that branches of tests do not stay in the person's own demo.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Script, type ScriptedModel, shopScript, startScriptedModel } from '@fixpoint/demo/model'
import { z } from 'zod'
import { freePort, ROOT, ServerProcess } from './server-process.ts'

const demoConfigSchema = z.looseObject({
  projects: z.tuple([z.looseObject({ repository: z.object({ path: z.string() }) })])
})

export interface ShopWorld {
  server: ServerProcess
  model: ScriptedModel
  /** Where the person's shop is served. */
  shopUrl: string
  /** What the model says from now on. */
  setScript(script: Script): void
  /** Runs git in the shop's bare repository. */
  git(...args: string[]): string
  remove(): Promise<void>
}

export async function createShopWorld(): Promise<ShopWorld> {
  const configFile = join(ROOT, '.fixpoint', 'demo', 'fixpoint.config.json')
  if (!existsSync(configFile)) throw new Error('The demo is not set up; `npm test` and `npm start` do it.')
  const prepared = demoConfigSchema.parse(JSON.parse(readFileSync(configFile, 'utf8'))).projects[0]
  const folder = mkdtempSync(join(tmpdir(), 'fixpoint-shop-'))
  const repository = join(folder, 'shop.git')
  execFileSync('git', ['clone', '--quiet', '--bare', '--branch', 'main', '--single-branch', prepared.repository.path, repository])

  const shopPort = await freePort()
  const shopUrl = `http://localhost:${shopPort}`
  const shop = await startShop(join(dirname(prepared.repository.path), 'shop'), shopPort)
  let current: Script = shopScript
  const model = await startScriptedModel({ script: request => current(request) })
  const server = await ServerProcess.start({
    config: {
      person: { name: 'Ada Lovelace', email: 'ada@example.com' },
      model: { provider: 'demo', id: 'scripted-demo-model', baseUrl: model.url },
      projects: [{ ...prepared, origins: [shopUrl], repository: { path: repository } }]
    },
    environment: { GOOGLE_GENERATIVE_AI_API_KEY: model.apiKey },
    isFirstStart: true
  })
  return {
    server,
    model,
    shopUrl,
    setScript(next) {
      current = next
    },
    git: (...args) => execFileSync('git', ['--git-dir', repository, ...args], { encoding: 'utf8' }).trim(),
    async remove() {
      await server.remove()
      await model.close()
      const ended = once(shop, 'exit')
      shop.kill()
      await ended
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

async function startShop(folder: string, port: number): Promise<ChildProcess> {
  const shop = spawn(process.execPath, [join(folder, 'node_modules', 'vite', 'bin', 'vite.js'), '--port', String(port)], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit']
  })
  for (let attempt = 0; attempt < 300; attempt++) {
    if (shop.exitCode !== null) throw new Error(`The shop ended with ${shop.exitCode}.`)
    const isThere = await fetch(`http://localhost:${port}/`).then(
      response => response.ok,
      () => false
    )
    if (isThere) return shop
    await delay(100)
  }
  shop.kill()
  throw new Error('The shop did not get ready.')
}
