import {
  FixpointError,
  isProposed,
  type Person,
  type Proof,
  runningTurn,
  runningUndo,
  type SessionState,
  type TurnState,
  type WorkStep
} from '@fixpoint/protocol'
import { z } from 'zod'
import { type Edges, newId } from '../edges.ts'
import type { Logger } from '../observe/logger.ts'
import type { ProjectConfig } from '../projects/project-config.ts'
import type { ProjectRegistry } from '../projects/project-registry.ts'
import type { ProjectRepositories } from '../projects/project-repositories.ts'
import type { SessionLog } from '../sessions/session-log.ts'
import type { ArtifactStore } from '../store/artifact-store.ts'
import type { Database } from '../store/database.ts'
import type { CodeHost } from './code-host.ts'
import type { ProjectRepository } from './project-repository.ts'
import { addsInstallScript, protectedChanges } from './protected-paths.ts'
import { type PictureUrls, proposedWork, pullRequestBody } from './pull-request-body.ts'
import { pushOnce, pushPictures } from './push-pictures.ts'
import { createRemoteOperations } from './remote-operations.ts'
import { addedLines, findSecrets } from './secret-scan.ts'

/** Gets a session's work to the code host, once, however often the server dies on the way. */
export interface PullRequests {
  /** Records that it is wanted and begins. @throws FixpointError why it cannot be. */
  request(
    by: Person,
    sessionId: string,
    options: { title?: string | undefined; confirmProtectedPaths: boolean }
  ): Promise<{ operationId: string; branch: string; seq: number }>
  /** Takes up what was recorded and not finished before the server stopped. */
  resume(): Promise<void>
  shutDown(): void
}

export interface PullRequestsOptions {
  db: Database
  log: SessionLog
  artifacts: ArtifactStore
  projects: ProjectRegistry
  repositories: ProjectRepositories
  /** The code host of a project: null where branches are all that there is, as for a repository on this disk. @throws `remote_not_configured`. */
  hostOf: (project: ProjectConfig) => CodeHost | null
  /** Values that must not leave in a change. */
  secrets: readonly string[]
  edges: Edges
  logger: Logger
}

const MAX_DIFF_CHARACTERS = 2_000_000

const operationDataSchema = z.object({ title: z.string(), branch: z.string(), turnId: z.string(), checkpoint: z.string().optional() })

export function createPullRequests(options: PullRequestsOptions): PullRequests {
  const { db, log, artifacts, projects, repositories, hostOf, secrets, edges, logger } = options
  const operations = createRemoteOperations({
    kind: 'pull_request',
    schema: operationDataSchema,
    carryOut: async ({ operationId, sessionId, data }, signal) => {
      const opened = await pushAndOpen(sessionId, operationId, data, signal)
      return { type: 'pull_request.opened', data: { operationId, branch: data.branch, ...opened } }
    },
    failed: ({ operationId }, failure) => ({ type: 'pull_request.failed', data: { operationId, failure } }),
    isOpen: ({ pullRequest }, operationId) => pullRequest?.operationId === operationId && pullRequest.status === 'requested',
    db,
    log,
    edges,
    logger
  })

  async function checkChange(
    state: SessionState,
    title: string,
    repository: ProjectRepository,
    project: ProjectConfig,
    confirmed: boolean
  ): Promise<void> {
    const { base, checkpoint } = state
    if (!base || !checkpoint) throw new FixpointError('nothing_to_commit', 'No file has been changed in this session.')
    const changes = await repository.changes(base.commit, checkpoint.commit)
    if (changes.length === 0) throw new FixpointError('nothing_to_commit', 'The files are as they were when the session began.')
    const diff = await repository.diff(base.commit, checkpoint.commit, MAX_DIFF_CHARACTERS)
    const kinds = findSecrets(addedLines(diff), secrets)
    if (kinds.length > 0) throw new FixpointError('secret_in_output', `The change contains what looks like a secret: ${kinds.join(', ')}.`)
    // Prompts become messages of commits and the text of the pull request.
    const told = findSecrets([title, ...state.prompts.map(prompt => prompt.text)].join('\n'), secrets)
    if (told.length > 0) {
      throw new FixpointError('secret_in_output', `The title or a prompt contains what looks like a secret: ${told.join(', ')}.`, {
        hint: 'What people wrote goes into the pull request. Choose another title, or ask again in a new session without it.'
      })
    }
    const held = [
      ...protectedChanges(changes, project.protectedPaths),
      ...(addsInstallScript(diff) ? ['package.json (a script that runs at installation)'] : [])
    ]
    if (held.length > 0 && !confirmed) throw new FixpointError('protected_path', `The change touches ${held.slice(0, 10).join(', ')}.`)
  }

  async function request(
    by: Person,
    sessionId: string,
    { title, confirmProtectedPaths }: { title?: string | undefined; confirmProtectedPaths: boolean }
  ) {
    const state = await log.state(sessionId)
    checkIdle(state)
    const project = projects.get(state.projectId)
    const repository = repositories.get(project.projectId)
    const wantedTitle = (title ?? state.title).trim() || 'Fix from Fixpoint'
    await checkChange(state, wantedTitle, repository, project, confirmProtectedPaths)
    hostOf(project) // says now, not later, that a token is missing
    const branch = `fixpoint/${sessionId}`
    const operationId = newId(edges, 'operation')
    const turnId = lastChangingTurn(state)?.turnId ?? ''
    const checkpoint = state.checkpoint?.commit
    const data = { title: wantedTitle, branch, turnId, checkpoint }
    const isNew = (current: SessionState) => !isProposed(current)
    const events = await log.append(
      sessionId,
      current => {
        checkIdle(current)
        return isNew(current)
          ? [{ type: 'pull_request.requested', data: { operationId, by, branch, title: data.title, turnId, checkpoint } }]
          : []
      },
      {
        alongside: transaction => operations.record(transaction, { operationId, sessionId, data })
      }
    )
    const after = await log.state(sessionId)
    if (events.length === 0) return { operationId: after.pullRequest?.operationId ?? operationId, branch, seq: after.seq }
    operations.begin(operationId)
    return { operationId, branch, seq: after.seq }
  }

  async function pushAndOpen(
    sessionId: string,
    operationId: string,
    { title, branch, turnId, checkpoint }: z.infer<typeof operationDataSchema>,
    signal: AbortSignal
  ) {
    const state = await log.state(sessionId)
    const project = projects.get(state.projectId)
    const repository = repositories.get(project.projectId)
    const host = hostOf(project)
    const commit = await commitWork(state, { turnId, checkpoint }, operationId, branch, repository, signal)
    if ((await repository.remoteHead(branch, signal)) !== commit) await pushOnce(repository, commit, branch, signal)
    if (host === null) return { commit, turnId }
    const work = proposedWork(state, workUpTo(state, { turnId, checkpoint }))
    const pictures = await pushProofPictures(sessionId, work.shown?.proof, host, repository, signal)
    const body = pullRequestBody(state, work, operationId, pictures)
    const pullRequest = await host.ensurePullRequest(
      { branch, base: state.base?.branch ?? 'main', title: title.slice(0, 200), body },
      signal
    )
    return { commit, turnId, ...pullRequest }
  }

  /**
   * One commit for each turn that changed something, by the person who asked for it, and for what people changed and undid, on top of
   * what the remote's branch has: an earlier pull request of the session, or the same one, cut off after the push.
   */
  async function commitWork(
    state: SessionState,
    last: LastStep,
    operationId: string,
    branch: string,
    repository: ProjectRepository,
    signal: AbortSignal
  ): Promise<string> {
    const { base } = state
    if (!base) throw new FixpointError('nothing_to_commit', 'No file has been changed in this session.')
    const pushed = await ownRemoteHead(branch, repository, signal)
    const isPushed = (step: WorkStep) => step.commit === pushed?.checkpoint || (step.kind === 'turn' && step.turnId === pushed?.turnId)
    const steps = state.work.slice(pushed ? state.work.findLastIndex(isPushed) + 1 : 0, workUpTo(state, last))
    let parent = pushed?.commit ?? base.commit
    const trees = await Promise.all(steps.map(step => repository.treeOf(step.commit)))
    for (const index of withoutDetours(await repository.treeOf(parent), trees)) {
      const step = steps[index]
      if (step === undefined) continue
      parent = await repository.createCommit({ contentOf: step.commit, parent, ...describeStep(step, state, operationId) })
    }
    return parent
  }

  /** What the branch has on the remote, if it is a commit of this server; anything else will not be pushed over. */
  async function ownRemoteHead(branch: string, repository: ProjectRepository, signal: AbortSignal) {
    const commit = await repository.remoteHead(branch, signal)
    if (commit === null || !(await repository.hasCommit(commit))) return null
    const turnId = await repository.trailer(commit, TURN_TRAILER)
    const checkpoint = await repository.trailer(commit, CHECKPOINT_TRAILER)
    return turnId === null && checkpoint === null ? null : { commit, turnId, checkpoint }
  }

  async function pushProofPictures(
    sessionId: string,
    proof: Proof | undefined,
    host: CodeHost,
    repository: ProjectRepository,
    signal: AbortSignal
  ): Promise<PictureUrls> {
    if (!proof?.before || !proof.after) return new Map()
    const wanted = [
      { name: 'page-before', picture: proof.before.page },
      { name: 'page-after', picture: proof.after.page },
      ...proof.picks.flatMap(pick => [
        ...(pick.cropBefore ? [{ name: `element-${pick.number}-before`, picture: pick.cropBefore }] : []),
        ...(pick.cropAfter ? [{ name: `element-${pick.number}-after`, picture: pick.cropAfter }] : [])
      ])
    ].map(({ name, picture }) => ({ name, artifactId: picture.artifactId }))
    return await pushPictures({
      sessionId,
      wanted,
      message: `Pictures of ${proof.proofId}`,
      date: proof.after.takenAt,
      artifacts,
      host,
      repository,
      signal
    })
  }

  return {
    request,
    resume: operations.resume,
    shutDown: operations.shutDown
  }
}

function checkIdle(state: SessionState): void {
  if (runningTurn(state)) throw new FixpointError('turn_running', 'A turn is running in this session.')
  if (runningUndo(state)) throw new FixpointError('undo_running', 'Turns of this session are being undone.')
}

/** Where a pull request ends: the session may have gone on since it was asked for. */
interface LastStep {
  turnId: string
  checkpoint: string | undefined
}

/** How many of the session's steps a pull request has. */
function workUpTo({ work }: SessionState, { turnId, checkpoint }: LastStep): number {
  const isLast = (step: WorkStep) =>
    checkpoint === undefined ? step.kind === 'turn' && step.turnId === turnId : step.commit === checkpoint
  return work.findLastIndex(isLast) + 1
}

function lastChangingTurn(state: SessionState): TurnState | undefined {
  return state.turns.findLast(turn => turn.checkpoint !== undefined)
}

const SUBJECT_LENGTH = 72
/** Say of a pushed commit which turn's work it ends with, or, for what is no turn's, which of the session's commits it has the files of. */
const TURN_TRAILER = 'Fixpoint-Turn'
const CHECKPOINT_TRAILER = 'Fixpoint-Checkpoint'

/**
 * Which steps become commits: those after which the files were never again what they were before. What was undone before anybody
 * saw it is in no commit, and what changed nothing in none either.
 * @param start the files that the commits begin on
 * @param trees the files after each step
 */
export function withoutDetours(start: string, trees: readonly string[]): number[] {
  const kept: number[] = []
  let next = trees.lastIndexOf(start) + 1
  while (next < trees.length) {
    const last = trees.lastIndexOf(trees[next] ?? '')
    kept.push(next)
    next = last + 1
  }
  return kept
}

/** What the commit of a step says, whose it is and when it was made. */
function describeStep(step: WorkStep, state: SessionState, operationId: string) {
  const trailers = [`Fixpoint-Session: ${state.sessionId}`]
  const operation = `Fixpoint-Operation: ${operationId}`
  const end = [`${CHECKPOINT_TRAILER}: ${step.commit}`, operation]
  if (step.kind === 'turn') {
    const turn = state.turns.find(candidate => candidate.turnId === step.turnId)
    const prompt = state.prompts.find(candidate => candidate.promptId === turn?.promptId)
    if (turn === undefined || prompt === undefined) throw new Error(`turn ${step.turnId} has no prompt`)
    trailers.push(`${TURN_TRAILER}: ${turn.turnId}`, `Fixpoint-Verdict: ${turn.proof?.verdict.value ?? 'unverified'}`, operation)
    return { message: commitMessage(prompt.text, trailers), author: prompt.author, date: turn.finishedAt ?? turn.startedAt }
  }
  if (step.kind === 'edits') {
    const author = step.by[0] ?? state.createdBy ?? { name: 'Fixpoint', email: 'fixpoint@localhost' }
    const others = step.by.slice(1).map(({ name, email }) => `Co-authored-by: ${name} <${email}>`)
    return { message: commitMessage('Changes made by hand', [...trailers, ...end, ...others]), author, date: step.at }
  }
  const undone = state.prompts.filter(prompt => prompt.turnId !== undefined && step.turnIds.includes(prompt.turnId))
  const text = `Undo: ${undone.map(prompt => prompt.text.trim().split('\n')[0] ?? '').join('; ')}`
  return { message: commitMessage(text, [...trailers, ...end]), author: step.by, date: step.at }
}

/** Subject, body and trailers (git-interpret-trailers(1)). */
function commitMessage(text: string, trailers: readonly string[]): string {
  const [first = '', ...rest] = text.trim().split('\n')
  const subject = first.length > SUBJECT_LENGTH ? `${first.slice(0, SUBJECT_LENGTH - 1).toWellFormed()}…` : first
  const body = [...(subject === first ? [] : [first]), ...rest].join('\n').trim()
  return `${[subject, ...(body === '' ? [] : [body]), trailers.join('\n')].join('\n\n')}\n`
}
