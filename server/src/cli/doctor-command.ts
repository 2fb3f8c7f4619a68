import { mkdir, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { FixpointError, PROTOCOL_VERSION } from '@fixpoint/protocol'
import Docker from 'dockerode'
import { execa } from 'execa'
import pc from 'picocolors'
import { createModel } from '../agent/model.ts'
import { asFixpointError } from '../as-fixpoint-error.ts'
import type { Config } from '../config/config-schema.ts'
import { type LoadedConfig, loadConfig } from '../config/load-config.ts'
import type { Environment } from '../config/secrets.ts'
import { systemEdges } from '../edges.ts'
import { tryGit } from '../git/git.ts'
import { parseRepositoryAddress } from '../git/repository-address.ts'
import { createSandboxDriver } from '../sandbox/driver.ts'
import { systemNetwork } from '../sandbox/network.ts'
import { defaultSandboxSettings } from '../sandbox/settings.ts'
import { processStartTime, takeDataFolder } from '../store/data-folder.ts'
import { connect } from './connection.ts'
import { EXIT } from './exit-codes.ts'
import type { Terminal } from './terminal.ts'

/** One line of the table. `warning` means that it works, but not as well as it could. */
export interface DoctorRow {
  name: string
  state: 'ok' | 'warning' | 'missing'
  found: string
  remedy?: string
}

export interface DoctorOptions {
  json: boolean
  environment: Environment
  folder: string
}

/** Free space below which no session should be started: an image and a few workspaces. */
const DISK_WANTED_BYTES = 5e9
const GIT_WANTED = [2, 37] as const

/** Checks everything that the server needs. @returns 0 when it could run, 1 when something is missing. */
export async function doctorCommand({ json, environment, folder }: DoctorOptions, terminal: Terminal): Promise<number> {
  const loaded = await loadConfig(environment, folder).catch((error: unknown) => asError(error))
  const rows: DoctorRow[] = [
    nodeRow(),
    await gitRow(),
    ...(await dockerRows(environment)),
    ...(loaded instanceof Error ? [configFailure(loaded)] : await configRows(loaded)),
    await serverRow(environment, folder)
  ]
  if (json) terminal.answer(JSON.stringify(rows, null, 2))
  else terminal.answer(formatRows(rows))
  return rows.some(row => row.state === 'missing') ? EXIT.failure : EXIT.ok
}

function formatRows(rows: readonly DoctorRow[]): string {
  const width = Math.max(...rows.map(row => row.name.length))
  const signs = { ok: pc.green('✓'), warning: pc.yellow('!'), missing: pc.red('✗') }
  return rows
    .flatMap(row => [
      `${signs[row.state]} ${row.name.padEnd(width)}  ${row.found}`,
      ...(row.remedy && row.state !== 'ok' ? [`  ${' '.repeat(width)}  ${pc.dim(`→ ${row.remedy}`)}`] : [])
    ])
    .join('\n')
}

function nodeRow(): DoctorRow {
  const major = Number(process.versions.node.split('.')[0])
  return {
    name: 'Node',
    state: major >= 24 ? 'ok' : 'missing',
    found: process.versions.node,
    remedy: 'Node 24 or newer is needed; `npm start` brings its own.'
  }
}

async function gitRow(): Promise<DoctorRow> {
  const { stdout = '' } = await execa('git', ['--version'], { reject: false })
  const [, major, minor] = /(\d+)\.(\d+)/.exec(stdout) ?? []
  if (major === undefined) return { name: 'Git', state: 'missing', found: 'not found', remedy: 'Install git.' }
  const isNew = Number(major) > GIT_WANTED[0] || (Number(major) === GIT_WANTED[0] && Number(minor) >= GIT_WANTED[1])
  return {
    name: 'Git',
    state: isNew ? 'ok' : 'warning',
    found: `${major}.${minor}`,
    remedy: `Git ${GIT_WANTED.join('.')} or newer pins the addresses of code hosts.`
  }
}

const RUNTIME_REMEDY = 'It works all the same; a newer engine mends it. docs/guide/troubleshooting.md says more.'

async function dockerRows(environment: Environment): Promise<DoctorRow[]> {
  const docker = new Docker()
  const image = environment['FIXPOINT_SANDBOX_IMAGE'] ?? 'fixpoint-sandbox:current'
  const logger = { debug() {}, info() {}, warn() {}, error() {} }
  const driver = createSandboxDriver({
    docker,
    settings: { ...defaultSandboxSettings, instanceId: 'doctor', image },
    logger,
    network: systemNetwork,
    edges: systemEdges
  })
  try {
    const { version, warnings } = await driver.check(AbortSignal.timeout(15_000))
    const found = await docker
      .getImage(image)
      .inspect()
      .then(
        inspected => ({ state: 'ok' as const, found: `${image}, ${Math.round(inspected.Size / 1e6)} MB` }),
        () => ({ state: 'missing' as const, found: `${image} is not there` })
      )
    return [
      { name: 'Docker engine', state: 'ok', found: version },
      ...warnings.map(text => ({ name: 'Container runtime', state: 'warning' as const, found: text, remedy: RUNTIME_REMEDY })),
      { name: 'Sandbox image', ...found, remedy: 'Run `npm start` or `npm run image`.' }
    ]
  } catch (error) {
    return [
      {
        name: 'Docker engine',
        state: 'missing',
        found: asError(error).message,
        remedy: 'Install and start Docker; as root on Debian, `npm start` does it.'
      }
    ]
  }
}

/** The server that command lines from here reach, and which clients it has: a client that is too old is told to update. */
async function serverRow(environment: Environment, folder: string): Promise<DoctorRow> {
  const name = 'Server'
  try {
    const { client, serverUrl } = await connect({}, environment, folder)
    const info = await client.call('getServer', {}, { signal: AbortSignal.timeout(5_000) })
    const clients = Object.entries(info.clients).map(([client, count]) => `${client} × ${count}`)
    return {
      name,
      state: PROTOCOL_VERSION >= info.oldestProtocolVersion && PROTOCOL_VERSION <= info.protocolVersion ? 'ok' : 'warning',
      found: `${info.version}, protocol ${info.protocolVersion}, at ${serverUrl}; connected: ${clients.join(', ') || 'nobody'}`,
      remedy: `This command line speaks protocol ${PROTOCOL_VERSION}; use the server’s own.`
    }
  } catch (error) {
    const { code, message } = asFixpointError(error)
    if (code === 'server_unreachable') return { name, state: 'ok', found: 'none runs that is known here' }
    return { name, state: 'warning', found: message, remedy: asFixpointError(error).hint }
  }
}

function configFailure(error: Error): DoctorRow {
  return { name: 'Configuration', state: 'missing', found: error.message, remedy: error instanceof FixpointError ? error.hint : '' }
}

async function configRows({ config, secrets, dataFolder, file }: LoadedConfig): Promise<DoctorRow[]> {
  const data = await dataRow(dataFolder)
  return [
    {
      name: 'Configuration',
      state: config.projects.length > 0 ? 'ok' : 'warning',
      found: `${file ?? 'no file'}, ${config.projects.length} ${config.projects.length === 1 ? 'project' : 'projects'}`,
      remedy: 'Describe a project in fixpoint.config.ts; docs/guide/projects.md shows how.'
    },
    ...(await repositoryRows(config)),
    modelRow(() => createModel(config.model, secrets), config),
    {
      name: 'Code host',
      state: secrets.githubToken ? 'ok' : 'warning',
      found: secrets.githubToken ? 'token set' : 'no token',
      remedy: 'Set FIXPOINT_GITHUB_TOKEN to open pull requests.'
    },
    data,
    await portRow(config, data.found.endsWith(IN_USE)),
    await diskRow(dataFolder)
  ]
}

/** A row for each project whose repository may not be used, or is not there. */
async function repositoryRows(config: Config): Promise<DoctorRow[]> {
  const rows: DoctorRow[] = []
  for (const { projectId, repository } of config.projects) {
    try {
      if (typeof repository === 'string') parseRepositoryAddress(repository, config.git.allowedHosts)
      else await requireLocalRepository(repository.path)
    } catch (error) {
      const remedy = error instanceof FixpointError ? error.hint : ''
      rows.push({ name: `Project ${projectId}`, state: 'missing', found: asError(error).message, remedy })
    }
  }
  return rows
}

async function requireLocalRepository(path: string): Promise<void> {
  const { exitCode } = await tryGit(['ls-remote', '--', path, 'HEAD'], { config: [['protocol.file.allow', 'always']], timeoutMs: 10_000 })
  if (exitCode === 0) return
  const hint = 'Correct `repository.path` in the configuration. It is the absolute path of a git repository.'
  throw new FixpointError('repo_not_found_or_no_access', `${path} is not there, or no git repository.`, { hint })
}

function modelRow(create: () => { id: string; isScripted: boolean }, config: Config): DoctorRow {
  try {
    const { id, isScripted } = create()
    return {
      name: 'Model',
      state: isScripted ? 'warning' : 'ok',
      found: isScripted ? 'the scripted demo model' : `${config.model.provider} ${id}`,
      remedy: 'Set GOOGLE_GENERATIVE_AI_API_KEY, or configure another provider.'
    }
  } catch (error) {
    return { name: 'Model', state: 'missing', found: asError(error).message, remedy: error instanceof FixpointError ? error.hint : '' }
  }
}

const IN_USE = ', in use: a server is running'

async function dataRow(dataFolder: string): Promise<DoctorRow> {
  try {
    await (await takeDataFolder(dataFolder, processStartTime)).release()
    return { name: 'Data folder', state: 'ok', found: dataFolder }
  } catch (error) {
    const isRunning = error instanceof FixpointError && error.code === 'data_dir_locked'
    return {
      name: 'Data folder',
      state: isRunning ? 'ok' : 'missing',
      found: isRunning ? dataFolder + IN_USE : asError(error).message,
      remedy: 'Set FIXPOINT_DATA to a folder that can be written.'
    }
  }
}

/** @param isRunning a server of this data folder runs, which would have the port. */
async function portRow({ host, port }: Config, isRunning: boolean): Promise<DoctorRow> {
  const isFree = await new Promise<boolean>(resolve => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, host, () => probe.close(() => resolve(true)))
  })
  return {
    name: 'Port',
    state: isFree || isRunning ? 'ok' : 'warning',
    found: `${port} is ${isFree ? 'free' : isRunning ? 'in use' : 'taken by something else'}`,
    remedy: 'Set FIXPOINT_PORT to another port.'
  }
}

async function diskRow(dataFolder: string): Promise<DoctorRow> {
  await mkdir(dataFolder, { recursive: true, mode: 0o700 })
  const { bavail, bsize } = await statfs(dataFolder)
  const free = bavail * bsize
  return {
    name: 'Disk',
    state: free >= DISK_WANTED_BYTES ? 'ok' : 'warning',
    found: `${(free / 1e9).toFixed(1)} GB free`,
    remedy: 'Free some space: the image, workspaces and pictures need a few gigabytes.'
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
