import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AllowedHost, EgressDecision } from '@fixpoint/protocol/sandbox'
import Docker, { type HostConfig } from 'dockerode'
import { execa } from 'execa'
import { systemEdges } from '../../edges.ts'
import { createSandboxDriver, type Sandbox, type SandboxDriver } from '../driver.ts'
import { createEngine } from '../engine.ts'
import { removeContainer, removeVolume } from '../engine-objects.ts'
import type { SandboxLogger } from '../logger.ts'
import { LABELS } from '../names.ts'
import { type Network, systemNetwork } from '../network.ts'
import type { InstallCommand, PreparedWorkspace } from '../prepared-workspaces.ts'
import { defaultSandboxSettings, type SandboxSettings } from '../settings.ts'

/** A repository of one commit, as a bundle on disk. */
export interface TestRepository {
  commit: string
  bundleFile: string
}

export interface LogLine {
  level: string
  fields: object
  message: string
}

/** A driver of its own instance on the real engine, and what tests do with it. */
export interface DockerWorld {
  docker: Docker
  driver: SandboxDriver
  settings: SandboxSettings
  repository: TestRepository
  log: LogLine[]
  prepare(install?: InstallCommand): Promise<PreparedWorkspace>
  /** A sandbox of a new session, or of the given one; closed with its files at the end. */
  open(options?: {
    sessionId?: string
    allowedHosts?: AllowedHost[]
    prepared?: PreparedWorkspace
  }): Promise<Sandbox & { decisions: EgressDecision[] }>
  /** Runs a script in a container of the same image without our walls, as a control; its output. */
  control(script: string, hostConfig?: HostConfig): Promise<string>
  /** Names of the containers and volumes of this instance. */
  leftovers(): Promise<{ containers: string[]; volumes: string[] }>
  end(): Promise<void>
}

interface WorldOptions {
  network?: Network
  settings?: Partial<SandboxSettings>
  /** Files of the repository. */
  files?: Record<string, string | Buffer>
}

export async function dockerWorld({
  network = systemNetwork,
  settings: changes = {},
  files = {}
}: WorldOptions = {}): Promise<DockerWorld> {
  const image = process.env['FIXPOINT_SANDBOX_IMAGE']
  if (image === undefined) throw new Error('FIXPOINT_SANDBOX_IMAGE names no image: run these tests by `npm test`, which builds it.')
  const docker = new Docker()
  const engine = createEngine(docker)
  const settings = {
    ...defaultSandboxSettings,
    preparedPerProject: 0,
    ...changes,
    instanceId: `test-${randomBytes(6).toString('hex')}`,
    image
  }
  const log: LogLine[] = []
  const record = (level: string) => (fields: object, message: string) => {
    log.push({ level, fields, message })
    // Shown with a test that fails.
    if (level === 'warn' || level === 'error') console.error(level, message, fields)
  }
  const logger: SandboxLogger = { debug: record('debug'), info: record('info'), warn: record('warn'), error: record('error') }
  const driver = createSandboxDriver({ docker, settings, logger, network, edges: systemEdges })
  const folder = await mkdtemp(join(tmpdir(), 'fixpoint-docker-test-'))
  const repository = await makeRepository(folder, { 'a.txt': 'from the repository\n', ...files })
  const open: Sandbox[] = []
  let shared: Promise<PreparedWorkspace> | undefined

  const prepare = (install?: InstallCommand) =>
    driver.prepare({
      projectId: 'project',
      commit: repository.commit,
      branch: 'main',
      bundle: async () => createReadStream(repository.bundleFile),
      install,
      onOutput: () => undefined
    })

  /** The project without an install command, prepared once for all sandboxes of this world. */
  const sharedWorkspace = () => {
    shared ??= prepare()
    return shared
  }

  async function leftovers() {
    const filters = { label: [`${LABELS.instance}=${settings.instanceId}`] }
    const containers = await docker.listContainers({ all: true, filters })
    const { Volumes: volumes } = await docker.listVolumes({ filters })
    return { containers: containers.map(({ Names }) => Names[0] ?? ''), volumes: (volumes ?? []).map(({ Name }) => Name).toSorted() }
  }

  return {
    docker,
    driver,
    settings,
    repository,
    log,
    prepare,
    leftovers,

    async open({ sessionId = `ses_${randomBytes(8).toString('hex')}`, allowedHosts = [], prepared: given } = {}) {
      const decisions: EgressDecision[] = []
      const onEgress = (decision: EgressDecision) => void decisions.push(decision)
      const sandbox = await driver.open({ sessionId, prepared: given ?? (await sharedWorkspace()), allowedHosts, onEgress })
      open.push(sandbox)
      return { ...sandbox, decisions }
    },

    async control(script, hostConfig = {}) {
      const container = await docker.createContainer({
        Image: image,
        Entrypoint: ['/bin/bash', '-c', script],
        User: 'root',
        Tty: true,
        Labels: { [LABELS.instance]: settings.instanceId },
        HostConfig: hostConfig
      })
      try {
        await container.start()
        await container.wait()
        return (await container.logs({ stdout: true, stderr: true })).toString().replaceAll('\r', '')
      } finally {
        await removeContainer(engine, container.id)
      }
    },

    async end() {
      for (const sandbox of open) await sandbox.close({ removeWorkspace: true })
      const { containers, volumes } = await leftovers()
      for (const name of containers) await removeContainer(engine, name.replace(/^\//, ''))
      for (const name of volumes.toSorted((a, b) => Number(b.endsWith('-workspace')) - Number(a.endsWith('-workspace'))))
        await removeVolume(engine, name)
      await rm(folder, { recursive: true })
    }
  }
}

async function makeRepository(folder: string, files: Record<string, string | Buffer>): Promise<TestRepository> {
  const tree = join(folder, 'tree')
  const git = async (...args: string[]) =>
    (await execa('git', ['-C', tree, '-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...args])).stdout
  await execa('git', ['init', '--quiet', '--initial-branch=main', tree])
  for (const [name, text] of Object.entries(files)) await writeFile(join(tree, name), text)
  await git('add', '--all')
  await git('commit', '--quiet', '--message', 'First')
  const bundleFile = join(folder, 'repository.bundle')
  await git('bundle', 'create', '--quiet', bundleFile, 'main')
  return { commit: await git('rev-parse', 'HEAD'), bundleFile }
}

/** Runs a script in the sandbox; its output, with the errors after it. */
export async function run(sandbox: Sandbox, command: string, timeoutMs = 20_000): Promise<string> {
  const { stdout, stderr } = await sandbox.exec({ command, timeoutMs })
  return stdout + stderr
}
