import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { compiled, rooms, root, stateFolder } from './places.mjs'
import { runOrFail, tryRun } from './run.mjs'
import { hashOf, isStamped, stamp } from './stamp.mjs'
import { SetupError, step } from './step.mjs'

const NEEDED_MAJOR = 24
const folder = join(stateFolder, 'toolchain')

/** Programs that the checkout brings along. */
export const toolchain = {
  pnpm: join(folder, 'node_modules', '.bin', 'pnpm'),
  npmFolder: join(folder, 'node_modules', 'npm')
}

/** Installs the pinned tools and gives the environment in which Node 24 comes first. */
export async function ensureToolchain() {
  await step('Tools', async report => {
    const source = join(root, 'scripts', 'toolchain')
    const inputs = hashOf([source])
    if (isStamped('toolchain', inputs) && existsSync(toolchain.pnpm)) return { said: 'there', value: undefined }
    mkdirSync(folder, { recursive: true })
    for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(source, file), join(folder, file))
    report('npm install: pnpm, Node 24')
    await runOrFail(
      'Installing the tools',
      'Check that npm reaches its registry (npm ping).',
      'npm',
      // Not `npm ci`, which refuses a lockfile without those optional builds for other systems that a registry does not have; what
      // the lockfile names is held to its versions and hashes here too.
      ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'],
      { cwd: folder }
    )
    stamp('toolchain', inputs)
    return { said: 'installed', value: undefined }
  })
  const node = findNode()
  const npmBin = join(folder, 'node_modules', '.bin')
  const path = [...(node === process.execPath ? [] : [dirname(node)]), npmBin, process.env['PATH'] ?? ''].join(':')
  return { node, env: { ...compiled, ...process.env, PATH: path } }
}

function majorOfThis() {
  return Number(process.versions.node.split('.')[0])
}

/** This Node where it is new enough, else the one that came with the tools; null while there is neither. */
export function installedNode() {
  if (majorOfThis() >= NEEDED_MAJOR) return process.execPath
  const own = linuxNode(process.arch)
  return process.platform === 'linux' && existsSync(own) ? own : null
}

function findNode() {
  const node = installedNode()
  if (node !== null) return node
  throw new SetupError(
    `This is Node ${process.versions.node}; Fixpoint needs Node ${NEEDED_MAJOR}.`,
    `Install Node ${NEEDED_MAJOR} or newer and run this again.`
  )
}

function linuxNode(arch, base = folder) {
  return join(base, 'node_modules', `node-linux-${arch}`, 'bin', 'node')
}

/** A Node 24 program for the Linux inside containers, also on a machine that is no Linux. */
export async function nodeForImage() {
  const there = linuxNode(process.arch)
  if (existsSync(there)) return there
  const base = join(stateFolder, 'toolchain-image')
  if (!existsSync(linuxNode(process.arch, base))) {
    mkdirSync(base, { recursive: true })
    const name = `node-linux-${process.arch}@24.21.0`
    await runOrFail('Fetching Node for the sandbox image', 'Check that npm reaches its registry.', 'npm', [
      'install',
      '--prefix',
      base,
      '--no-save',
      '--ignore-scripts',
      '--os=linux',
      `--cpu=${process.arch}`,
      name
    ])
  }
  return linuxNode(process.arch, base)
}

/** Installs the workspace's packages, exactly as the lockfile has them. */
export async function ensurePackages(env) {
  await step('Packages', async report => {
    const lock = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'].map(file => join(root, file))
    const inputs = hashOf([...lock, ...rooms.map(room => join(root, room, 'package.json'))])
    const isThere = existsSync(join(root, 'node_modules', '.modules.yaml')) || existsSync(join(root, 'node_modules', '.pnpm'))
    if (isThere && isStamped('packages', inputs)) return { said: 'there', value: undefined }
    report('pnpm install')
    await runOrFail(
      'Installing the packages',
      'Check that npm reaches its registry (npm ping).',
      toolchain.pnpm,
      ['install', '--frozen-lockfile', '--reporter=append-only'],
      { cwd: root, env, log: join(stateFolder, 'log', 'packages.log'), onLine: report }
    )
    stamp('packages', inputs)
    return { said: 'installed', value: undefined }
  })
}

/** Git is what everything is kept in. */
export async function ensureGit(install) {
  await step('Git', async report => {
    const found = await tryRun('git', ['--version'])
    if (found.code === 0) return { said: found.stdout.trim().replace('git version ', ''), value: undefined }
    await install(['git', 'ca-certificates'], report)
    return { said: 'installed', value: undefined }
  })
}
