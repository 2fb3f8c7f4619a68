import { createServer, type Server } from 'node:http'
import { createServer as createNetServer, type Server as NetServer } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { EXTENSION_ID, FixpointError, type TextDelta } from '@fixpoint/protocol'
import Docker from 'dockerode'
import { execa } from 'execa'
import { createModel } from './agent/model.ts'
import { asFixpointError } from './as-fixpoint-error.ts'
import { createClients } from './auth/clients.ts'
import { createPairing } from './auth/pairing.ts'
import { createTokens, makeToken, storeToken } from './auth/tokens.ts'
import type { Config } from './config/config-schema.ts'
import type { LoadedConfig } from './config/load-config.ts'
import { type DoorPlaces, doorNames } from './doors/door-address.ts'
import { createDoorKeys } from './doors/door-keys.ts'
import { createDoorPorts } from './doors/door-ports.ts'
import { createDoorServer } from './doors/door-server.ts'
import { createProjectPages } from './doors/project-pages.ts'
import { createVisits } from './doors/visits.ts'
import { systemEdges } from './edges.ts'
import { createGitHub } from './git/code-host.ts'
import { createIssues } from './git/issues.ts'
import { createPullRequests } from './git/pull-requests.ts'
import { createApp } from './http/app.ts'
import { createHandlers } from './http/handlers.ts'
import { createIdempotencyKeys } from './http/idempotency.ts'
import { openApiDocument } from './http/openapi.ts'
import { createRateLimits } from './http/rate-limits.ts'
import type { AccessRules } from './http/security.ts'
import { createSessionApi } from './http/session-api.ts'
import { createConnectedClients } from './observe/connected-clients.ts'
import { createLogger, type Logger } from './observe/logger.ts'
import { createMetrics } from './observe/metrics.ts'
import { createReadiness } from './observe/readiness.ts'
import type { ProjectConfig } from './projects/project-config.ts'
import { createProjectPreparation } from './projects/project-preparation.ts'
import { createProjectRegistry } from './projects/project-registry.ts'
import { createProjectRepositories } from './projects/project-repositories.ts'
import { createBaseChecks } from './proof/base-checks.ts'
import { createPictureComparer } from './proof/picture-comparer.ts'
import { createSocketServer } from './realtime/socket-server.ts'
import { createTerminalSockets } from './realtime/terminal-sockets.ts'
import { createSandboxDriver } from './sandbox/driver.ts'
import { systemNetwork } from './sandbox/network.ts'
import { defaultSandboxSettings } from './sandbox/settings.ts'
import { createSandboxKeeper } from './sessions/sandbox-keeper.ts'
import { createSessionCommands } from './sessions/session-commands.ts'
import { createSessionContexts } from './sessions/session-contexts.ts'
import { dropAllLeases } from './sessions/session-leases.ts'
import { createSessionLog } from './sessions/session-log.ts'
import { createSessionQueue } from './sessions/session-queue.ts'
import { createSessionRunner } from './sessions/session-runner.ts'
import { undoPlanFor } from './sessions/undo-turns.ts'
import { createArtifactStore } from './store/artifact-store.ts'
import { processStartTime, readOrCreateSecret, takeDataFolder } from './store/data-folder.ts'
import { type Database, openDatabase } from './store/database.ts'
import { isErrno } from './store/errno.ts'
import { serverVersion } from './version.ts'
import { createWorkspaceFiles } from './workspace/workspace-files.ts'

export interface RunningServer {
  /** Where people reach it. */
  url: string
  /** Takes no more work, interrupts what runs (it goes on after the next start), gives everything back. */
  close(): Promise<void>
}

export interface ServeOptions extends LoadedConfig {
  /** Sandbox image made by `npm run image`. */
  image: string
  /** Hears of projects that cannot be prepared after the start; their first prompt will say so too. */
  onProjectFault: (projectId: string, fault: FixpointError) => void
}

/** Sessions' containers that nothing needs are looked for this often. */
const REAP_MS = 60_000
const SHUTDOWN_MS = 15_000

/** Puts the server together and starts it. @throws FixpointError before anything runs; never starts half. */
export async function serve({ config, secrets, dataFolder, logLevel, image, onProjectFault }: ServeOptions): Promise<RunningServer> {
  const edges = systemEdges
  const secretValues = Object.values(secrets)
  const logger = createLogger(logLevel, secretValues)
  const folder = await takeDataFolder(dataFolder, processStartTime)
  const undo: (() => Promise<unknown> | unknown)[] = [() => folder.release()]
  const closeAll = async () => {
    for (const action of undo.splice(0).toReversed()) {
      try {
        await action()
      } catch (error) {
        logger.warn({ err: error }, 'something could not be closed')
      }
    }
  }

  try {
    // Before the database is made, which takes seconds.
    await probe(config)
    const model = createModel(config.model, secrets)
    const visionModel = config.visionModel ? createModel(config.visionModel, secrets) : model
    const projects = createProjectRegistry(config.projects)
    const { db, pglite, close: closeDatabase } = await openDatabase(join(dataFolder, 'database'))
    undo.push(closeDatabase)
    await dropAllLeases(db)

    const instanceId = await serverState(db, 'instance_id', () => Buffer.from(edges.randomBytes(8)).toString('hex'))
    const epoch = await serverState(db, 'epoch', () => Buffer.from(edges.randomBytes(8)).toString('hex'))
    const tokens = createTokens(db, edges)
    const person = await tokens.findOrCreatePerson(...(await owner(config)))
    const firstToken = await readOrCreateSecret(join(dataFolder, 'token'), () => makeToken(edges))
    await storeToken(db, edges, firstToken, person, 'the server’s own command line')

    const connected = createConnectedClients()
    const metrics = createMetrics(connected)
    const artifacts = createArtifactStore(db, join(dataFolder, 'artifacts'), edges)
    const log = createSessionLog(db, edges)
    const repositories = createProjectRepositories({
      projects,
      folder: join(dataFolder, 'repositories'),
      git: config.git,
      token: secrets.gitToken ?? secrets.githubToken,
      logger
    })

    const docker = new Docker()
    const driver = createSandboxDriver({
      docker,
      settings: { ...sandboxSettings(config), instanceId, image },
      logger,
      network: systemNetwork,
      edges
    })
    const preparation = createProjectPreparation({ driver, npmRegistry: await npmRegistry(logger) })
    const keeper = createSandboxKeeper({ driver, preparation, idleMs: config.sandbox.idleSeconds * 1_000, logger })
    undo.push(() => keeper.endAll())
    const comparer = createPictureComparer()
    undo.push(() => comparer.close())

    const queue = createSessionQueue({ db, pglite, concurrency: config.sandbox.concurrentSessions, logger })
    const deltas = createDeltas()
    let places: DoorPlaces | null = null
    const pages = createProjectPages({ projects, log, places: () => places })
    const contexts = createSessionContexts({ artifacts, projects, projectOf: pages.projectOf, verifySources: repositories.verifySources })
    const commands = createSessionCommands({
      log,
      projects,
      edges,
      enqueue: queue.enqueue,
      contexts,
      undoPlan: (state, turnIds) => undoPlanFor(state, turnIds, repositories.get(state.projectId))
    })
    const runner = createSessionRunner({
      db,
      log,
      projects,
      repositories,
      enqueue: queue.enqueue,
      holder: `${process.pid}`,
      artifacts,
      keeper,
      baseChecks: createBaseChecks({ driver, preparation, edges }),
      comparer,
      model,
      visionModel,
      budget: config.budgets,
      retry: { attempts: config.modelTimeouts.attempts, totalMs: config.modelTimeouts.retrySeconds * 1_000 },
      silenceMs: config.modelTimeouts.silenceSeconds * 1_000,
      dockerPatienceMs: config.sandbox.dockerPatienceSeconds * 1_000,
      showText: deltas.publish,
      edges,
      metrics,
      logger
    })
    const codeHostParts = {
      db,
      log,
      artifacts,
      projects,
      repositories,
      secrets: [...secretValues, firstToken],
      edges,
      logger,
      hostOf: ({ projectId, name }: ProjectConfig) => {
        const { address } = repositories.remoteOf(projectId)
        if (address === null) return null
        if (secrets.githubToken === undefined) {
          throw new FixpointError('remote_not_configured', `${name} is on ${address.host}, and no token for it is configured.`)
        }
        return createGitHub({ address, apiUrl: config.github.apiUrl, token: secrets.githubToken, now: edges.now })
      }
    }
    const pullRequests = createPullRequests(codeHostParts)
    const issues = createIssues({ ...codeHostParts, contexts })

    const version = await serverVersion()
    let rules: AccessRules = { hostNames: new Set(), origins: new Set() }
    let url = ''
    const readiness = createReadiness({
      database: async () => {
        await db.selectFrom('server_state').select('name').limit(1).execute()
        return 'answers'
      },
      docker: async signal => `version ${(await driver.check(signal)).version}`,
      image: async signal => await driver.checkImage(signal)
    })
    const doorKeys = createDoorKeys(db, edges)
    const visits = createVisits({ log, projects, repositories, keeper, logger })
    const workspaceFiles = createWorkspaceFiles({ visits, commands })
    const handlers = createHandlers({
      connected,
      info: { version, epoch, model: { provider: model.provider, id: model.id, isScripted: model.isScripted } },
      publicUrl: () => url,
      db,
      log,
      commands,
      artifacts,
      projects,
      pairing: createPairing(db, tokens, edges),
      clients: createClients(db, edges),
      pullRequests,
      issues,
      repositories,
      workspaceFiles,
      doorPlaces: () => places,
      pages,
      doorKeys,
      readiness,
      metrics,
      logger
    })
    const idempotency = createIdempotencyKeys(db, edges)
    const limitRate = createRateLimits()
    const app = createApp({
      handlers,
      rules: () => rules,
      openApi: () => openApiDocument(version, url),
      publicUrl: () => url,
      verifyToken: tokens.verify,
      idempotency,
      limitRate,
      edges,
      logger,
      metrics
    })
    const doors = createDoorServer({
      places: () => places,
      keys: doorKeys,
      visits,
      log,
      projects,
      api: createSessionApi({ handlers, idempotency, limitRate, edges, logger }),
      edges,
      logger
    })
    // Slow requests end by themselves (threats.md V5); streams of events are answers and have no such limit.
    const httpServer = createServer({ headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 30_000, maxHeaderSize: 32_768 })
    // Requests are told apart by the host that they name before anything of the server's own sees them: an app behind a door may
    // have sockets and addresses that look like ours.
    const ownSide = createServer(app)
    httpServer.on('request', (request, response) => {
      if (!doors.request(request, response)) ownSide.emit('request', request, response)
    })
    const terminals = createTerminalSockets({ visits, verifyToken: tokens.verify, rules: () => rules, edges, logger })
    httpServer.on('upgrade', (request, socket, head) => {
      if (!doors.upgrade(request, socket, head) && !terminals.upgrade(request, socket, head)) ownSide.emit('upgrade', request, socket, head)
    })
    const sockets = createSocketServer({
      httpServer: ownSide,
      log,
      deltas,
      verifyToken: tokens.verify,
      rules: () => rules,
      epoch,
      clients: connected,
      edges,
      logger
    })
    await listen(httpServer, config, 'port')
    undo.push(async () => {
      terminals.close()
      await sockets.close()
      httpServer.closeAllConnections()
    })
    url = config.publicUrl ?? `http://${config.host}:${portOf(httpServer)}`
    if (config.sessionPorts === undefined || config.sessionDomain !== undefined) places = doorNames(url, config.sessionDomain)
    else {
      for (let port = config.sessionPorts.from; port <= config.sessionPorts.to; port++) {
        // The same server: what is asked for is told apart by the host and port that are named.
        const entrance = createNetServer(socket => httpServer.emit('connection', socket))
        await listen(entrance, { host: config.host, port }, 'sessionPorts')
        undo.push(() => entrance.close())
      }
      places = await createDoorPorts({ db, edges, logger, publicUrl: url, range: config.sessionPorts })
    }
    rules = accessRules(config, url, portOf(httpServer))

    await queue.start(runner.run)
    undo.push(() => queue.stop())
    undo.push(() => runner.shutDown())
    for (const operations of [pullRequests, issues]) {
      undo.push(() => operations.shutDown())
      await operations.resume()
    }

    const background = new AbortController()
    undo.push(() => background.abort())
    const reap = async () => {
      const rows = await db.selectFrom('sessions').select('session_id').where('status', '!=', 'closed').execute()
      await driver.reap({ sessionIds: new Set(rows.map(row => row.session_id)) })
    }
    const inBackground = (what: string, action: Promise<unknown>) => {
      action.catch((error: unknown) => {
        if (!background.signal.aborted) logger.warn({ err: error }, `${what} did not work`)
      })
    }
    const reaper = setInterval(() => inBackground('tidying up containers', reap()), REAP_MS)
    undo.push(() => clearInterval(reaper))
    inBackground('tidying up containers', reap())
    for (const project of projects.list()) {
      const prepare = async () => {
        const base = await repositories.refresh(project.projectId, background.signal)
        await preparation.prepare(project, repositories.get(project.projectId), base, () => undefined, background.signal)
        logger.info({ projectId: project.projectId, commit: base.commit.slice(0, 12) }, 'the project is prepared')
      }
      const tellFault = (error: unknown) => {
        if (!background.signal.aborted) onProjectFault(project.projectId, asFixpointError(error))
        throw error
      }
      inBackground(`preparing ${project.projectId}`, prepare().catch(tellFault))
    }

    logger.info({ url, version, model: model.id, isScripted: model.isScripted, projects: projects.list().length }, 'the server is running')
    return { url, close: () => within(SHUTDOWN_MS, closeAll()) }
  } catch (error) {
    await closeAll()
    throw error
  }
}

function sandboxSettings({ sandbox }: Config) {
  return {
    ...defaultSandboxSettings,
    memoryBytes: sandbox.memoryMegabytes * 1024 * 1024,
    cpus: sandbox.cpus,
    pids: sandbox.processes,
    diskBytes: sandbox.diskMegabytes * 1024 * 1024,
    diskReserveBytes: sandbox.diskReserveMegabytes * 1024 * 1024,
    egressBytes: sandbox.egressMegabytes * 1024 * 1024
  }
}

/** A value that is made once for a data folder. */
async function serverState(db: Database, name: string, create: () => string): Promise<string> {
  await db
    .insertInto('server_state')
    .values({ name, value: create() })
    .onConflict(conflict => conflict.column('name').doNothing())
    .execute()
  return (await db.selectFrom('server_state').select('value').where('name', '=', name).executeTakeFirstOrThrow()).value
}

/** Whose work it is that is asked for with the first token: as configured, as git knows them, or as the system does. */
async function owner(config: Config): Promise<[name: string, email: string]> {
  if (config.person) return [config.person.name, config.person.email]
  const ask = async (key: string) => (await execa('git', ['config', '--global', key], { reject: false })).stdout?.trim() || undefined
  const { username } = userInfo()
  return [(await ask('user.name')) ?? username, (await ask('user.email')) ?? `${username}@localhost.localdomain`]
}

/** The registry that this machine's npm is set to; installations in sandboxes go there too. */
async function npmRegistry(logger: Logger): Promise<string> {
  const npm = await execa('npm', ['config', 'get', 'registry'], { reject: false, cwd: '/' })
  const registry = npm.stdout?.trim() ?? ''
  if (URL.canParse(registry)) return registry
  logger.warn({ registry }, 'npm did not say which registry it uses; installations in sandboxes will not reach one')
  return 'https://registry.invalid/'
}

function accessRules(config: Config, url: string, port: number): AccessRules {
  const { host: publicHost, origin: publicOrigin } = new URL(url)
  const names = ['127.0.0.1', 'localhost', '[::1]', config.host, ...config.allowedHostNames].map(name => name.toLowerCase())
  const local = [`http://127.0.0.1:${port}`, `http://localhost:${port}`, `http://[::1]:${port}`]
  return {
    hostNames: new Set([...names.flatMap(name => [name, `${name}:${port}`]), publicHost]),
    origins: new Set([publicOrigin, ...local, `chrome-extension://${EXTENSION_ID}`, ...config.allowedOrigins])
  }
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** @throws FixpointError `port_in_use`, `config_invalid` where the server could not listen there. */
async function probe({ host, port }: Config): Promise<void> {
  const server = createNetServer()
  await listen(server, { host, port }, 'port')
  await new Promise(resolve => server.close(resolve))
}

function listen(server: NetServer, { host, port }: { host: string; port: number }, field: 'port' | 'sessionPorts'): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', error => {
      if (isErrno(error, 'EADDRINUSE')) {
        reject(
          new FixpointError('port_in_use', `Port ${port} on ${host} is taken.`, {
            field,
            hint: `Stop what uses it, or set ${field === 'port' ? 'FIXPOINT_PORT to another port' : 'sessionPorts to others'}.`
          })
        )
      } else if (isErrno(error, 'EACCES')) {
        reject(
          new FixpointError('config_invalid', `Port ${port} may not be used by this user.`, {
            field,
            hint: 'Use a port above 1023.'
          })
        )
      } else reject(error)
    })
    server.listen(port, host, resolve)
  })
}

function createDeltas() {
  const listeners = new Set<(delta: TextDelta) => void>()
  return {
    publish(delta: TextDelta) {
      for (const listener of listeners) listener(delta)
    },
    subscribe(listener: (delta: TextDelta) => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
  }
}

async function within(milliseconds: number, action: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, milliseconds)
  await Promise.race([action, promise])
  clearTimeout(timer)
}
