import {
  bugReportMarkdown,
  FixpointError,
  type PageContext,
  type Person,
  pageContextSchema,
  plainInMarkdown,
  type SessionState
} from '@fixpoint/protocol'
import { z } from 'zod'
import { type Edges, idFor } from '../edges.ts'
import type { Logger } from '../observe/logger.ts'
import { parseJson } from '../parse-json.ts'
import type { ProjectConfig } from '../projects/project-config.ts'
import type { ProjectRegistry } from '../projects/project-registry.ts'
import type { ProjectRepositories } from '../projects/project-repositories.ts'
import { picturesOfContext, type SessionContexts } from '../sessions/session-contexts.ts'
import type { SessionLog } from '../sessions/session-log.ts'
import { type ArtifactStore, artifactNotFound, missingArtifacts } from '../store/artifact-store.ts'
import type { Database } from '../store/database.ts'
import type { CodeHost } from './code-host.ts'
import type { PictureUrls } from './pull-request-body.ts'
import { pushPictures } from './push-pictures.ts'
import { createRemoteOperations } from './remote-operations.ts'
import { findSecrets } from './secret-scan.ts'

/** Gets bug reports to the code host as issues, each once, however often the server dies on the way. */
export interface Issues {
  /** Records that one is wanted and begins. @throws FixpointError why it cannot be. */
  request(
    by: Person,
    sessionId: string,
    report: { title: string; text: string; context: PageContext },
    seed: Uint8Array | null
  ): Promise<{ operationId: string; seq: number }>
  /** Takes up what was recorded and not finished before the server stopped. */
  resume(): Promise<void>
  shutDown(): void
}

export interface IssuesOptions {
  db: Database
  log: SessionLog
  artifacts: ArtifactStore
  contexts: SessionContexts
  projects: ProjectRegistry
  repositories: ProjectRepositories
  /** The code host of a project; null for a repository on this disk. @throws `remote_not_configured`. */
  hostOf: (project: ProjectConfig) => CodeHost | null
  /** Values that must not leave in a report. */
  secrets: readonly string[]
  edges: Edges
  logger: Logger
}

/** Clocks of servers and code hosts differ. */
const CLOCK_SKEW_MS = 3_600_000

const operationDataSchema = z.object({ title: z.string(), requestedAt: z.string() })

export function createIssues(options: IssuesOptions): Issues {
  const { db, log, artifacts, contexts, projects, repositories, hostOf, secrets, edges, logger } = options
  const operations = createRemoteOperations({
    kind: 'issue',
    schema: operationDataSchema,
    carryOut: async ({ operationId, sessionId, data }, signal) => {
      const issue = await open(operationId, sessionId, data, signal)
      return { type: 'issue.opened', data: { operationId, ...issue } }
    },
    failed: ({ operationId }, failure) => ({ type: 'issue.failed', data: { operationId, failure } }),
    isOpen: (state, operationId) => issueOf(state, operationId)?.status === 'requested',
    db,
    log,
    edges,
    logger
  })

  async function open(
    operationId: string,
    sessionId: string,
    { title, requestedAt }: z.infer<typeof operationDataSchema>,
    signal: AbortSignal
  ): Promise<{ url: string; number: number }> {
    const state = await log.state(sessionId)
    const issue = issueOf(state, operationId)
    if (!issue?.context) throw new Error(`the log has no report of operation ${operationId}`)
    const host = requireHost(projects.get(state.projectId))
    // Looked up first: whoever did this before may have died after the host had done it.
    const found = await host.findIssue({ operationId, since: new Date(Date.parse(requestedAt) - CLOCK_SKEW_MS).toISOString() }, signal)
    if (found) return found
    const { bytes } = await artifacts.get(sessionId, issue.context.artifactId)
    const context = pageContextSchema.parse(parseJson(new TextDecoder().decode(bytes)))
    const repository = repositories.get(state.projectId)
    const pictures = await pushPictures({
      sessionId,
      wanted: picturesToPush(context, operationId),
      message: `Pictures of ${operationId}`,
      date: requestedAt,
      artifacts,
      host,
      repository,
      signal
    })
    const body = bodyOf({ text: issue.text, context, pictures, by: issue.by, sessionId, operationId })
    return await host.createIssue({ title, body }, signal)
  }

  function requireHost(project: ProjectConfig): CodeHost {
    const host = hostOf(project)
    if (host !== null) return host
    throw new FixpointError('issues_unavailable', `${project.name} is a repository without a code host, so it has no issues.`)
  }

  return {
    async request(by, sessionId, { title, text, context }, seed) {
      const operationId = idFor(edges, 'operation', seed)
      const before = await log.state(sessionId)
      if (issueOf(before, operationId)) return { operationId, seq: before.seq }
      requireOpen(before)
      requireHost(projects.get(before.projectId))
      // As it was written, not as Markdown: what escapes a key hides it from the search.
      const told = findSecrets([title, text, JSON.stringify(context)].join('\n'), secrets)
      if (told.length > 0) {
        throw new FixpointError('secret_in_output', `The report contains what looks like a secret: ${told.join(', ')}.`)
      }
      const summary = await contexts.store(sessionId, before, context)
      const events = await log.append(
        sessionId,
        state => {
          if (issueOf(state, operationId)) return []
          requireOpen(state)
          return [{ type: 'issue.requested', data: { operationId, by, title: title.trim(), text, context: summary } }]
        },
        {
          alongside: async transaction => {
            const [missing] = await missingArtifacts(transaction, sessionId, picturesOfContext(context))
            if (missing !== undefined) throw artifactNotFound(missing)
            const data = { title: title.trim(), requestedAt: edges.now().toISOString() }
            await operations.record(transaction, { operationId, sessionId, data })
          }
        }
      )
      if (events.length > 0) operations.begin(operationId)
      return { operationId, seq: (await log.state(sessionId)).seq }
    },
    resume: operations.resume,
    shutDown: operations.shutDown
  }
}

function issueOf(state: SessionState, operationId: string) {
  return state.issues.find(issue => issue.operationId === operationId)
}

function requireOpen(state: SessionState): void {
  if (state.isClosed) throw new FixpointError('session_closed', 'The session is closed.')
}

function picturesToPush(context: PageContext, operationId: string): { name: string; artifactId: string }[] {
  const picture = (name: string, artifactId: string | undefined) =>
    artifactId === undefined ? [] : [{ name: `${operationId}-${name}`, artifactId }]
  return [
    ...picture('page', context.screenshot?.artifactId),
    ...picture('annotated', context.annotated?.artifactId),
    ...context.picks.flatMap(pick => picture(`element-${pick.number}`, pick.crop?.artifactId))
  ]
}

interface BodyInput {
  text: string
  context: PageContext
  pictures: PictureUrls
  by: Person
  sessionId: string
  operationId: string
}

function bodyOf({ text, context, pictures, by, sessionId, operationId }: BodyInput): string {
  const urlOf = (picture: { artifactId: string } | undefined) => picture && pictures.get(picture.artifactId)
  const crops = context.picks.flatMap((pick): [number, string][] => {
    const url = urlOf(pick.crop)
    return url === undefined ? [] : [[pick.number, url]]
  })
  return bugReportMarkdown({
    text,
    context,
    pictures: { annotated: urlOf(context.annotated), screenshot: urlOf(context.screenshot), crops: new Map(crops) },
    footer: `Reported by ${plainInMarkdown(by.name)} with Fixpoint, in session \`${sessionId}\`, operation \`${operationId}\`.`
  })
}
