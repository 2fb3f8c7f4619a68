import { FixpointError, OLDEST_PROTOCOL_VERSION, PROTOCOL_VERSION, type ServerInfo, type SessionState } from '@fixpoint/protocol'
import type { Logger } from 'pino'
import type { Clients } from '../auth/clients.ts'
import type { Pairing } from '../auth/pairing.ts'
import { type DoorPlaces, requireDoorPlaces } from '../doors/door-address.ts'
import type { DoorKeys } from '../doors/door-keys.ts'
import type { ProjectPages } from '../doors/project-pages.ts'
import type { Issues } from '../git/issues.ts'
import type { PullRequests } from '../git/pull-requests.ts'
import type { ConnectedClients } from '../observe/connected-clients.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { Readiness } from '../observe/readiness.ts'
import { describeProject, type ProjectRegistry } from '../projects/project-registry.ts'
import type { ProjectRepositories } from '../projects/project-repositories.ts'
import { sendEventStream, startOfStream } from '../realtime/event-stream.ts'
import type { SessionCommands } from '../sessions/session-commands.ts'
import type { SessionLog } from '../sessions/session-log.ts'
import { getSession, listSessions } from '../sessions/session-summaries.ts'
import { type ArtifactStore, artifactNotFound } from '../store/artifact-store.ts'
import type { Database } from '../store/database.ts'
import { readPictureHeader } from '../store/picture-header.ts'
import type { WorkspaceFiles } from '../workspace/workspace-files.ts'
import { sendArtifact } from './artifact-response.ts'
import type { Handlers } from './route-binding.ts'
import { workspaceHandlers } from './workspace-handlers.ts'

export interface HandlerParts {
  info: Omit<ServerInfo, 'name' | 'protocolVersion' | 'oldestProtocolVersion' | 'clients'>
  connected: ConnectedClients
  publicUrl: () => string
  db: Database
  log: SessionLog
  commands: SessionCommands
  artifacts: ArtifactStore
  projects: ProjectRegistry
  pairing: Pairing
  clients: Clients
  pullRequests: PullRequests
  issues: Issues
  repositories: ProjectRepositories
  workspaceFiles: WorkspaceFiles
  doorPlaces: () => DoorPlaces | null
  pages: ProjectPages
  doorKeys: DoorKeys
  readiness: Readiness
  metrics: Metrics
  logger: Logger
}

const MAX_FILE_BYTES = 2_000_000

/** A repository holds the work of all of a project's sessions; each sees its own. */
function requireOwnCommit(state: SessionState, commit: string): void {
  const isOfTurn = state.turns.some(turn => turn.checkpoints.some(checkpoint => checkpoint.commit === commit))
  if (state.base?.commit === commit || isOfTurn || state.work.some(step => step.commit === commit)) return
  throw new FixpointError('not_found', 'The commit is none of this session’s.')
}

/** What each route does. */
export function createHandlers(parts: HandlerParts): Handlers {
  const { db, log, commands, artifacts, projects, pairing, pullRequests, issues, doorKeys, readiness, metrics } = parts
  return {
    getServer: async () => ({
      name: 'fixpoint',
      protocolVersion: PROTOCOL_VERSION,
      oldestProtocolVersion: OLDEST_PROTOCOL_VERSION,
      ...parts.info,
      clients: parts.connected.counts()
    }),
    getMe: async (_input, { caller }) => caller.person,

    createPairingCode: async (_input, { caller }) => {
      const { code, expiresAt } = await pairing.createCode(caller.person)
      // Behind the #, so that the code is in no log on the way.
      return { code, link: `${parts.publicUrl()}/pair#${code}`, expiresAt: expiresAt.toISOString() }
    },
    listClients: async (_input, { caller }) => ({ clients: await parts.clients.list(caller) }),
    disconnectClient: async ({ params }, { caller }) => {
      const clientId = params.clientId === 'current' ? caller.tokenId : params.clientId
      await parts.clients.disconnect(caller, clientId)
      return { clientId }
    },
    pair: async ({ body }) => await pairing.redeem(body.code, body.client),

    listProjects: async () => ({ projects: projects.list().map(describeProject) }),
    matchProject: async ({ query }) => {
      const { project, preview } = await parts.pages.match(query.url)
      const described = describeProject(project)
      return preview === undefined
        ? described
        : { ...described, origins: [...described.origins, preview.origin], previewOf: preview.sessionId }
    },

    createSession: async ({ body }, { caller, seed }) => await getSession(db, await commands.create(caller.person, body, seed)),
    listSessions: async ({ query }) => await listSessions(db, query),
    getSession: async ({ params }) => await getSession(db, params.sessionId),
    createPrompt: async ({ params, body }, { caller, seed }) => await commands.queuePrompt(caller.person, params.sessionId, body, seed),
    withdrawPrompt: async ({ params }, { caller }) => ({
      seq: await commands.withdrawPrompt(caller.person, params.sessionId, params.promptId)
    }),
    stopSession: async ({ params }, { caller }) => ({ seq: await commands.stop(caller.person, params.sessionId) }),
    closeSession: async ({ params }, { caller }) => ({ seq: await commands.close(caller.person, params.sessionId) }),

    listEvents: async ({ params, query }, { request, response, signal, checkAccess }) => {
      if (request.accepts(['application/json', 'text/event-stream']) !== 'text/event-stream') {
        return await log.read(params.sessionId, query.after, query.limit)
      }
      const after = startOfStream(request.get('last-event-id'), query.after)
      await sendEventStream({ log, sessionId: params.sessionId, after, request, response, signal, checkAccess, logger: parts.logger })
    },

    uploadArtifact: async ({ params, body }) => {
      await getSession(db, params.sessionId)
      const { mediaType, width, height } = readPictureHeader(body.bytes, body.mediaType)
      const { artifactId, bytes } = await artifacts.put(params.sessionId, body.bytes, { mediaType, width, height })
      return { artifactId, width, height, bytes }
    },
    getArtifact: async ({ params }, { request, response }) => {
      await getSession(db, params.sessionId)
      const artifact = await artifacts.findPublic(params.sessionId, params.artifactId)
      if (!artifact) throw artifactNotFound(params.artifactId)
      await sendArtifact(artifact, request, response)
    },

    readFile: async ({ params, query }, { response }) => {
      const state = await log.state(params.sessionId)
      requireOwnCommit(state, query.commit)
      const file = await parts.repositories.get(state.projectId).readText(query.commit, query.path, MAX_FILE_BYTES)
      if (file === null) throw new FixpointError('not_found', 'There is no such file at this commit.')
      if (file.text === null) {
        throw new FixpointError('payload_too_large', `The file has ${file.bytes} bytes.`, { limit: MAX_FILE_BYTES })
      }
      // Text that an agent wrote: shown as text, whatever it looks like.
      response.setHeader('Content-Security-Policy', "default-src 'none'; sandbox")
      response.setHeader('X-Content-Type-Options', 'nosniff')
      response.type('text/plain; charset=utf-8').send(file.text)
    },
    listChanges: async ({ params, query }) => {
      const state = await log.state(params.sessionId)
      for (const commit of [query.from, query.to]) requireOwnCommit(state, commit)
      return { files: await parts.repositories.get(state.projectId).changes(query.from, query.to) }
    },

    ...workspaceHandlers(parts),
    reportSaves: async ({ params, body }, { caller }) => ({ seq: await commands.reportSaves(caller.person, params.sessionId, body.paths) }),

    undoTurns: async ({ params, body }, { caller, seed }) => await commands.undoTurns(caller.person, params.sessionId, body, seed),
    acceptTurns: async ({ params, body }, { caller }) => ({
      seq: await commands.acceptTurns(caller.person, params.sessionId, body.turnIds)
    }),

    openDoor: async ({ params, body }, { caller }) => {
      const { isClosed } = await log.state(params.sessionId)
      if (isClosed) throw new FixpointError('session_closed', 'The session is closed; its sandbox is gone.')
      const address = { door: body.door, sessionId: params.sessionId }
      const places = requireDoorPlaces(parts.doorPlaces())
      const origin = await places.assign(address)
      const { ticket, expiresAt } = await doorKeys.issueTicket(address, caller)
      // Behind the #, so that the ticket is in no log on the way.
      const inside = new URLSearchParams({ ticket, theme: body.theme })
      const viaEntrance = () => `${parts.publicUrl()}/door#${new URLSearchParams({ to: origin, ...Object.fromEntries(inside) })}`
      const url = places.sharesHost ? viaEntrance() : `${origin}/.fixpoint/enter#${inside}`
      return { url, expiresAt: expiresAt.toISOString() }
    },
    createPullRequest: async ({ params, body }, { caller }) => await pullRequests.request(caller.person, params.sessionId, body),
    createIssue: async ({ params, body }, { caller, seed }) => await issues.request(caller.person, params.sessionId, body, seed),

    getHealth: async () => ({ status: 'ok' }),
    getReadiness: async (_input, { response }) => {
      const state = await readiness.check()
      if (state.status === 'ready') return state
      response.status(503).json(state)
    },
    getMetrics: async (_input, { response }) => {
      response.type('text/plain; version=0.0.4').send(await metrics.render())
    }
  }
}
