import {
  type EgressDecision,
  FixpointError,
  type NewEvent,
  type PageContext,
  type Proof,
  pageContextSchema,
  type SessionEvent,
  type SessionState,
  type TextDelta,
  type TurnState
} from '@fixpoint/protocol'
import { abortable } from '../abortable.ts'
import type { Budget } from '../agent/budget.ts'
import { entriesFromLog } from '../agent/entries-from-log.ts'
import { renderRequest } from '../agent/instructions.ts'
import { runAgent } from '../agent/loop.ts'
import type { ConfiguredModel } from '../agent/model.ts'
import type { RetryPolicy } from '../agent/model-errors.ts'
import type { ToolReport } from '../agent/tools/tool.ts'
import type { Edges } from '../edges.ts'
import type { ProjectRepository } from '../git/project-repository.ts'
import type { Logger } from '../observe/logger.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { ProjectConfig } from '../projects/project-config.ts'
import type { Base } from '../projects/project-preparation.ts'
import type { BaseChecks } from '../proof/base-checks.ts'
import { describeProof } from '../proof/describe-proof.ts'
import type { PictureComparer } from '../proof/picture-comparer.ts'
import { proofTargetOf, type Shot, shotSchema, takeProof, takeShot } from '../proof/take-proof.ts'
import type { ArtifactStore } from '../store/artifact-store.ts'
import type { SandboxKeeper } from './sandbox-keeper.ts'
import { againWhenLost, createTurnWorkspace, type TurnWorkspace } from './turn-workspace.ts'

export interface TurnServices {
  artifacts: ArtifactStore
  keeper: SandboxKeeper
  baseChecks: BaseChecks
  comparer: PictureComparer
  model: ConfiguredModel
  visionModel: ConfiguredModel
  budget: Budget
  retry: RetryPolicy
  silenceMs: number
  dockerPatienceMs: number
  showText: (delta: TextDelta) => void
  edges: Edges
  metrics: Metrics
  logger: Logger
}

export interface TurnInput {
  state: SessionState
  turn: TurnState
  /** When it would have begun without the breaks in its work. */
  startedAt: Date
  project: ProjectConfig
  repository: ProjectRepository
  /** The whole log of the session, for the conversation. */
  readEvents: () => Promise<SessionEvent[]>
  /** Adds to the log under the runner's lease. */
  append: (event: NewEvent) => Promise<void>
  /** What people have saved in an editor since this was last asked, in words for the model. */
  takeSaves: () => string[]
  signal: AbortSignal
}

const MAX_INSTRUCTIONS_BYTES = 20_000

/** A turn at work. */
export interface TurnWork {
  /** Resolves when it is done. Rejects with a FixpointError why it failed, or with the signal's reason; the caller records the end. */
  done: Promise<void>
  /** Records what the files are like after a turn that did not come to its end. */
  saveLeftovers(signal: AbortSignal): Promise<void>
}

export function startTurn(input: TurnInput, services: TurnServices): TurnWork {
  let workspace: TurnWorkspace | null = null
  const done = runTurn(input, services, opened => {
    workspace = opened
  })
  return {
    done,
    async saveLeftovers(signal) {
      await workspace?.saveLeftovers(signal)
    }
  }
}

/** Works on one prompt: sandbox, baseline picture and agent side by side, then the proof. */
async function runTurn(input: TurnInput, services: TurnServices, onWorkspace: (workspace: TurnWorkspace) => void): Promise<void> {
  const { state, turn, project, repository, append, signal } = input
  const { sessionId } = state
  const { artifacts, edges } = services
  const { turnId } = turn
  const prompt = state.prompts.find(candidate => candidate.promptId === turn.promptId)
  if (!prompt) throw new Error(`turn ${turnId} has no prompt`)

  const context = prompt.context ? await loadContext(artifacts, sessionId, prompt.context.artifactId) : null
  const target = proofTargetOf(context)
  const base = state.base ?? (await abortable(repository.fetchBranch(signal), signal))
  const egress = egressReporter(turnId, append, services)
  const workspace = createTurnWorkspace({
    ...input,
    base,
    keeper: services.keeper,
    artifacts,
    onEgress: egress,
    metrics: services.metrics,
    dockerPatienceMs: services.dockerPatienceMs,
    edges
  })
  onWorkspace(workspace)

  const before = takeBefore(input, services, workspace, target)
  let latest: { commit: string; proof: Proof } | null = null

  async function prove(): Promise<Proof | null> {
    await workspace.saveCheckpoint()
    const commit = workspace.head()
    const from = workspace.from()
    if (commit === from) return null
    if (latest?.commit === commit) return latest.proof
    const baseline = await before
    const after = await takeAfter(input, services, workspace, target, baseline?.viewport)
    const sandbox = await workspace.sandbox()
    const proof = await takeProof(
      {
        prompt: prompt?.text ?? '',
        target,
        before: baseline,
        after,
        vision: services.visionModel,
        project,
        sandbox,
        from,
        to: commit,
        repository,
        checksBefore: (names, abort) => services.baseChecks.outcomes({ project, repository, base, names }, abort),
        signal
      },
      { ...services, sessionId }
    )
    latest = { commit, proof }
    return proof
  }

  await runAgent({
    sessionId,
    turnId,
    ...(await history(input, services, context, base)),
    spent: { steps: turn.steps, tokens: turn.usage.inputTokens + turn.usage.outputTokens, startedAt: input.startedAt },
    model: services.model,
    budget: services.budget,
    retry: services.retry,
    silenceMs: services.silenceMs,
    append,
    showText: (stepId, offset, text) => services.showText({ sessionId, turnId, stepId, offset, text }),
    toolContext: async () => ({
      sandbox: await workspace.sandbox(),
      camera: () => workspace.camera(),
      prove: () => proveForModel(prove),
      page: { path: target.path, viewport: target.viewport, colorScheme: target.colorScheme },
      signal
    }),
    readyForChanges: async () => {
      await abortable(before, signal)
    },
    saveCheckpoint: () => workspace.saveCheckpoint(),
    takeRemarks: () => [...workspace.takeRemarks(), ...input.takeSaves()],
    artifacts,
    metrics: services.metrics,
    edges,
    signal
  })

  const proof = await againWhenLost(prove)
  if (proof) await append({ type: 'proof.finished', data: { turnId, proof } })
}

/** Everything from the log that the agent needs to begin, or to go on. */
/** What the repository says to agents at this commit, for its root and for the project's folder. */
async function instructionsOf(repository: ProjectRepository, commit: string, subfolder: string): Promise<string | null> {
  const paths = ['AGENTS.md', ...(subfolder === '.' ? [] : [`${subfolder}/AGENTS.md`])]
  const texts: string[] = []
  for (const path of paths) {
    const file = await repository.readText(commit, path, MAX_INSTRUCTIONS_BYTES)
    if (file === null) continue
    const text = file.text ?? `(It has ${file.bytes} bytes, which is too long to be shown here: use read.)`
    texts.push(paths.length === 1 ? text : `${path}:\n${text}`)
  }
  return texts.length === 0 ? null : texts.join('\n\n')
}

async function history(
  { state, turn, project, repository, readEvents }: TurnInput,
  { artifacts, edges }: TurnServices,
  context: PageContext | null,
  base: Base
) {
  const repositoryInstructions = await instructionsOf(repository, base.commit, project.subfolder)
  return await entriesFromLog(await readEvents(), {
    artifacts,
    sessionId: state.sessionId,
    turnId: turn.turnId,
    renderRequest: (prompt, _context, remark) =>
      renderRequest({
        prompt: prompt.text,
        project,
        context,
        repositoryInstructions,
        remark,
        mark: Buffer.from(edges.randomBytes(9)).toString('base64url')
      })
  })
}

async function loadContext(artifacts: ArtifactStore, sessionId: string, artifactId: string): Promise<PageContext> {
  const { bytes } = await artifacts.get(sessionId, artifactId)
  return pageContextSchema.parse(JSON.parse(new TextDecoder().decode(bytes)))
}

/**
 * The baseline, taken while the model thinks. A turn that goes on after a break has it from before, or, where it was not taken in
 * time and files have changed since, not at all. Never rejects but with the signal's reason: what cannot be seen is said in the proof.
 */
function takeBefore(
  input: TurnInput,
  services: TurnServices,
  workspace: TurnWorkspace,
  target: ReturnType<typeof proofTargetOf>
): Promise<Shot | null> {
  const { turn, append, signal } = input
  const { artifacts, logger } = services
  const take = async (): Promise<Shot | null> => {
    const kept = await earlierShot(input, artifacts)
    if (kept) return kept
    try {
      await workspace.sandbox()
      const from = workspace.from()
      if (workspace.head() !== from) return null
      await append({ type: 'proof.started', data: { turnId: turn.turnId, phase: 'before' } })
      const shot = await takeShot(await workspace.camera(), target, { aim: undefined, commit: from, edges: services.edges, signal })
      await recordShot(shot, 'before', input, artifacts)
      return shot
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof FixpointError)) throw error
      logger.info({ err: error, turnId: turn.turnId }, 'no baseline picture')
      await append({
        type: 'notice.added',
        data: {
          turnId: turn.turnId,
          level: 'warning',
          text: `There is no picture from before the change: ${error.message}`.slice(0, 1_500)
        }
      })
      return null
    }
  }
  const shot = take()
  shot.catch(() => undefined) // awaited where files are changed and where the proof is taken
  return shot
}

async function earlierShot({ state, turn, readEvents }: TurnInput, artifacts: ArtifactStore): Promise<Shot | null> {
  if (!turn.captured.before) return null
  const events = await readEvents()
  const captured = events.findLast(
    event => event.type === 'proof.captured' && event.data.turnId === turn.turnId && event.data.phase === 'before'
  )
  if (captured?.type !== 'proof.captured') return null
  const { bytes } = await artifacts.get(state.sessionId, captured.data.record)
  return shotSchema.parse(JSON.parse(new TextDecoder().decode(bytes)))
}

async function recordShot(
  shot: Shot,
  phase: 'before' | 'after',
  { state, turn, append }: TurnInput,
  artifacts: ArtifactStore
): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify(shot))
  const { artifactId } = await artifacts.put(state.sessionId, bytes, { mediaType: 'application/json', isPrivate: true })
  await append({ type: 'proof.captured', data: { turnId: turn.turnId, phase, page: shot.capture.page, record: artifactId } })
}

async function takeAfter(
  input: TurnInput,
  services: TurnServices,
  workspace: TurnWorkspace,
  target: ReturnType<typeof proofTargetOf>,
  aim: Shot['viewport'] | undefined
): Promise<Shot | null> {
  const { turn, append, signal } = input
  try {
    await append({ type: 'proof.started', data: { turnId: turn.turnId, phase: 'after' } })
    const shot = await takeShot(await workspace.camera(), target, { aim, commit: workspace.head(), edges: services.edges, signal })
    await recordShot(shot, 'after', input, services.artifacts)
    return shot
  } catch (error) {
    signal.throwIfAborted()
    // The work is done and kept; that it could not be seen makes it unverified, not failed.
    if (!(error instanceof FixpointError) || error.code === 'sandbox_lost') throw error
    await append({
      type: 'notice.added',
      data: { turnId: turn.turnId, level: 'warning', text: `There is no picture from after the change: ${error.message}`.slice(0, 1_500) }
    })
    return null
  }
}

async function proveForModel(prove: () => Promise<Proof | null>): Promise<ToolReport> {
  const proof = await prove()
  if (!proof)
    return {
      outcome: 'failed',
      result: 'No file has changed in this turn, so there is nothing to prove.',
      summary: 'checked: nothing has changed'
    }
  return describeProof(proof)
}

/** Puts refusals into the log. Connections that were let through are counted and not shown. */
function egressReporter(
  turnId: string,
  append: TurnInput['append'],
  { metrics, logger }: TurnServices
): (decision: EgressDecision) => void {
  return decision => {
    metrics.egressDecision(decision.isAllowed)
    if (decision.isAllowed) return
    append({ type: 'egress.refused', data: { turnId, decision } }).catch((error: unknown) =>
      logger.warn({ err: error, turnId }, 'a refused connection could not be recorded')
    )
  }
}
