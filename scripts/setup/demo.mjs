// The demo: the shop as a repository of its own, a copy that a person works in, and the configuration of its project.
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { root, stateFolder } from './places.mjs'
import { run, runOrFail } from './run.mjs'
import { hashOf, isStamped, stamp } from './stamp.mjs'
import { SetupError, step } from './step.mjs'

/** Whether somebody has configured projects of their own, so that no demo is meant. */
export function hasOwnConfig() {
  return process.env['FIXPOINT_CONFIG'] !== undefined || readdirSync(root).some(name => /^fixpoint\.config\.\w+$/.test(name))
}

/** Whether a model is meant that is not the demo's: Gemini's key is enough, every other model has to be named too. */
export function hasModel() {
  const settings = ['FIXPOINT_MODEL_PROVIDER', 'GOOGLE_GENERATIVE_AI_API_KEY', 'GOOGLE_GENERATIVE_AI_API_KEY_FILE']
  return settings.some(name => process.env[name])
}

/** The configuration that the demo's set-up writes. */
export function configOfDemo() {
  return join(stateFolder, 'demo', 'fixpoint.config.json')
}

const REMEDY = 'Remove the folder .fixpoint/demo and run this again.'

/** @param {{ node: string, env: NodeJS.ProcessEnv, shopPort: number }} options */
export async function ensureDemo({ node, env, shopPort }) {
  const source = join(root, 'demo', 'shop')
  const version = hashOf([source])
  const folder = join(stateFolder, 'demo', version)
  const repository = join(folder, 'shop.git')
  const shop = join(folder, 'shop')
  await step('Demo shop', async report => {
    if (existsSync(join(folder, 'complete'))) return { said: 'there', value: undefined }
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    await makeRepository(source, repository, env)
    await runOrFail('Copying the shop', REMEDY, 'git', ['clone', '--quiet', repository, shop], { env })
    writeFileSync(join(folder, 'complete'), '')
    report('')
    return { said: 'made', value: undefined }
  })
  await step('Demo packages', async report => {
    const inputs = hashOf([join(shop, 'package-lock.json')]) + version
    if (isStamped('demo-packages', inputs) && existsSync(join(shop, 'node_modules'))) return { said: 'there', value: undefined }
    report('npm ci')
    await runOrFail(
      'Installing the shop’s packages',
      'Check that npm reaches its registry (npm ping).',
      'npm',
      ['ci', '--no-audit', '--no-fund', '--loglevel=error'],
      { cwd: shop, env }
    )
    stamp('demo-packages', inputs)
    return { said: 'installed', value: undefined }
  })
  const config = configOfDemo()
  writeFileSync(config, `${JSON.stringify({ projects: [await project(node, env, repository, shopPort)] }, null, 2)}\n`)
  return { config, shop, repository }
}

/** The shop as it would be on a code host: a bare repository with one commit. */
async function makeRepository(source, repository, env) {
  const draft = `${repository}-draft`
  cpSync(source, draft, { recursive: true, filter: path => !['node_modules', 'dist', '.git'].includes(basename(path)) })
  const identity = [
    '-c',
    'user.name=Saltmarsh',
    '-c',
    'user.email=shop@saltmarsh.example',
    '-c',
    'commit.gpgSign=false',
    '-c',
    'core.hooksPath=/dev/null',
    '-c',
    'core.autocrlf=false'
  ]
  const git = args =>
    runOrFail('Making the shop’s repository', REMEDY, 'git', [...identity, ...args], {
      cwd: draft,
      env: { ...env, GIT_AUTHOR_DATE: '2026-01-05T09:00:00Z', GIT_COMMITTER_DATE: '2026-01-05T09:00:00Z' }
    })
  await git(['init', '--quiet', '--initial-branch=main'])
  await git(['add', '--all'])
  await git(['commit', '--quiet', '--message', 'The shop'])
  await git(['clone', '--quiet', '--bare', '.', repository])
  rmSync(draft, { recursive: true })
}

async function project(node, env, repository, shopPort) {
  const script = `import { scriptedBugs } from '@fixpoint/demo/model'; console.log(JSON.stringify(scriptedBugs.map(bug => bug.request)))`
  const asked = await run(node, ['--input-type=module', '--eval', script], { cwd: join(root, 'e2e'), env })
  if (asked.code !== 0) throw new SetupError(`The demo’s suggestions could not be read: ${asked.stderr.trim().split('\n').at(-1)}`, REMEDY)
  return {
    projectId: 'demo',
    name: 'Saltmarsh demo shop',
    origins: [`http://localhost:${shopPort}`, `http://127.0.0.1:${shopPort}`],
    repository: { path: repository },
    branch: 'main',
    install: { command: 'npm ci --no-audit --no-fund' },
    dev: { command: 'npm run dev', port: 5173 },
    checks: [
      { name: 'Types', command: 'npm run typecheck' },
      { name: 'Tests', command: 'npm test' }
    ],
    suggestions: JSON.parse(asked.stdout)
  }
}
