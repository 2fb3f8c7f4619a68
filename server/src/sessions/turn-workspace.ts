import { cutText, type EgressDecision, FixpointError, type NewEvent, type SessionState, type TurnState } from '@fixpoint/protocol'
import { abortable, pause } from '../abortable.ts'
import type { Edges } from '../edges.ts'
import type { ProjectRepository } from '../git/project-repository.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { ProjectConfig } from '../projects/project-config.ts'
import type { Base } from '../projects/project-preparation.ts'
import { createPageCamera, type PageCamera } from '../proof/page-camera.ts'
import type { Sandbox } from '../sandbox/driver.ts'
import type { SandboxCalls } from '../sandbox/sandbox-calls.ts'
import type { ArtifactStore } from '../store/artifact-store.ts'
import { describeStart, hasLostFiles } from './describe-start.ts'
import { recordEdits } from './record-edits.ts'
import type { OpenSandbox, SandboxKeeper } from './sandbox-keeper.ts'

/** The sandbox side of one turn: opens it, brings it back when it is lost, and carries the work out of it. */
export interface TurnWorkspace {
  /** The sandbox to use now. @throws FixpointError when it cannot be had, or was lost too often. */
  sandbox(): Promise<SandboxCalls>
  /** A camera on the running app. @throws FixpointError `dev_server_not_ready`. */
  camera(): Promise<PageCamera>
  /** Records the files as they are, and has them here before it says so. */
  saveCheckpoint(): Promise<void>
  /** The same after the turn has ended, if its sandbox is open. */
  saveLeftovers(signal: AbortSignal): Promise<void>
  /** The last checkpoint, or the commit that the session is based on. */
  head(): string
  /** The commit of the files as they were when the turn began; settled once the sandbox is there. */
  from(): string
  base: Base
  /** What the model should be told; each text once. */
  takeRemarks(): string[]
}

export interface TurnWorkspaceOptions {
  state: SessionState
  turn: TurnState
  base: Base
  project: ProjectConfig
  repository: ProjectRepository
  keeper: SandboxKeeper
  artifacts: ArtifactStore
  append: (event: NewEvent) => Promise<void>
  onEgress: (decision: EgressDecision) => void
  metrics: Metrics
  /** How long a turn waits for Docker to come back. */
  dockerPatienceMs: number
  edges: Edges
  signal: AbortSignal
}

/** Sandboxes that one turn may lose; what takes down the fourth will take down the fifth. */
const MAX_LOSSES = 3
const MAX_BACKOFF_MS = 10_000

class LostTooOftenError extends FixpointError {
  constructor(losses: number, last: FixpointError) {
    super('sandbox_lost', `The sandbox was lost ${losses} times in this turn; the last time: ${last.message}`)
  }
}

interface Current {
  opened: Promise<OpenSandbox & { calls: SandboxCalls }>
  devServer: Promise<void> | null
  /** Set when it was lost. */
  loss: FixpointError | null
}

export function createTurnWorkspace(options: TurnWorkspaceOptions): TurnWorkspace {
  const { state, turn, base, project, repository, keeper, artifacts, append, metrics, edges, signal } = options
  const { sessionId } = state
  const { turnId } = turn
  const remarks: string[] = []
  let head = state.checkpoint?.commit ?? base.commit
  let from = turn.base ?? head
  /** Whether nothing can have been changed by this turn yet, so that what differs is others' work. */
  let isUntouched = turn.checkpoints.length === 0 && !turn.items.some(item => item.kind === 'tool')
  let losses = 0
  let current: Current | null = null

  async function open(): Promise<OpenSandbox> {
    const startedAt = performance.now()
    await append({ type: 'sandbox.starting', data: { turnId, ...base } })
    const opened = await withPatience(() =>
      keeper.open(
        {
          sessionId,
          project,
          repository,
          baseCommit: base.commit,
          branch: base.branch,
          checkpoint: head === base.commit ? null : head,
          onProgress: text => void notice('info', text).catch(() => undefined),
          onEgress: options.onEgress
        },
        signal
      )
    )
    const durationMs = Math.round(performance.now() - startedAt)
    metrics.sandboxStarted(opened.startedFrom, durationMs)
    const start = { from: opened.startedFrom, isReplacement: losses > 0, durationMs, state }
    const isLoss = hasLostFiles(start)
    if (isLoss) await notice('warning', describeStart(start))
    await append({
      type: 'sandbox.ready',
      data: {
        turnId,
        sandboxId: opened.sandbox.sandboxId,
        startedFrom: opened.startedFrom === 'running' ? 'existing_workspace' : opened.startedFrom,
        durationMs,
        message: isLoss ? '' : describeStart(start)
      }
    })
    if (losses > 0) remarks.push(remarkOnReplacement(isLoss))
    return opened
  }

  /** Docker may come back; everything else is an answer. */
  async function withPatience(action: () => Promise<OpenSandbox>): Promise<OpenSandbox> {
    const giveUpAt = performance.now() + options.dockerPatienceMs
    for (let attempt = 1; ; attempt++) {
      try {
        return await action()
      } catch (error) {
        signal.throwIfAborted()
        const mayPass = error instanceof FixpointError && error.code === 'docker_unavailable' && performance.now() < giveUpAt
        if (!mayPass) throw error
        if (attempt === 1) await notice('warning', `${error.message} Trying again.`)
        await pause(Math.min(1_000 * 2 ** (attempt - 1), MAX_BACKOFF_MS), signal)
      }
    }
  }

  function notice(level: 'info' | 'warning', text: string): Promise<void> {
    return append({ type: 'notice.added', data: { turnId, level, text } })
  }

  function startCurrent(): Current {
    const noteLoss = (loss: FixpointError) => {
      entry.loss = loss
    }
    const opened = open().then(async result => {
      const calls = callsThatNoteLoss(result.sandbox, noteLoss)
      await recordOthersWork(result.startedFrom, calls)
      return { ...result, calls }
    })
    const entry: Current = { opened, devServer: null, loss: null }
    entry.opened.then(
      ({ sandbox }) => {
        void sandbox.lost.then(noteLoss)
      },
      () => undefined // whoever asked for the sandbox is told
    )
    return entry
  }

  /** What people and programs did to the files between the turns is recorded before this one changes any. */
  async function recordOthersWork(startedFrom: OpenSandbox['startedFrom'], calls: SandboxCalls): Promise<void> {
    const isAsRecorded = startedFrom === 'prepared' || startedFrom === 'checkpoint'
    if (isUntouched && !isAsRecorded) {
      const { saves } = state
      const edits = await recordEdits({ ...options, sandbox: calls, sessionId, saves, baseCommit: base.commit, head, turnId })
      if (edits !== null) {
        head = edits.commit
        from = edits.commit
        const unknown = edits.changed.filter(file => !saves.some(save => save.path === file.path))
        if (unknown.length > 0) remarks.push(remarkOnChanges(unknown.map(file => file.path)))
      }
    }
    isUntouched = false
  }

  async function sandbox(): Promise<SandboxCalls> {
    if (current?.loss && losses > MAX_LOSSES) throw new LostTooOftenError(losses, current.loss)
    if (current?.loss) {
      losses++
      await append({ type: 'sandbox.lost', data: { turnId, failure: current.loss.toFailure() } })
      if (losses > MAX_LOSSES) throw new LostTooOftenError(losses, current.loss)
      current = null
    }
    current ??= startCurrent()
    const entry = current
    try {
      return (await abortable(entry.opened, signal)).calls
    } catch (error) {
      // The next caller tries anew instead of being given an old failure.
      if (current === entry) current = null
      throw error
    }
  }

  async function camera(): Promise<PageCamera> {
    const box = await sandbox()
    const entry = current
    const { dev } = project
    const start = async () => {
      await box.request(
        'dev-server/start',
        {
          command: dev.command,
          cwd: project.subfolder,
          port: dev.port,
          readyPath: dev.readyPath,
          timeoutMs: dev.timeoutSeconds * 1_000,
          environment: dev.environment
        },
        { signal }
      )
    }
    // Asked for each time: the answer is immediate while it runs, and brings it back when it has ended.
    const starting = (entry?.devServer ?? Promise.resolve()).catch(() => undefined).then(start)
    if (entry) entry.devServer = starting
    await starting
    return createPageCamera({ sandbox: box, artifacts, sessionId, port: dev.port })
  }

  async function saveCheckpointOf(box: SandboxCalls, signal: AbortSignal): Promise<void> {
    const refName = `checkpoints/${turnId}-${Buffer.from(edges.randomBytes(4)).toString('hex')}`
    const saved = await box.request('workspace/checkpoint', { refName, parent: head, message: `Checkpoint of ${turnId}` }, { signal })
    if (saved.isUnchanged) return
    const bundle = await box.bundle({ refName, exclude: [head] }, signal)
    if (bundle) await repository.importCheckpoint(bundle, saved.commit, sessionId, signal)
    await append({
      type: 'checkpoint.saved',
      data: { turnId, commit: saved.commit, parent: head, files: await repository.changes(base.commit, saved.commit) }
    })
    head = saved.commit
  }

  return {
    base,
    sandbox,
    camera,
    head: () => head,
    from: () => from,
    takeRemarks: () => remarks.splice(0),

    saveCheckpoint: () => againWhenLost(async () => saveCheckpointOf(await sandbox(), signal)),
    async saveLeftovers(after) {
      const open = await current?.opened.catch(() => null)
      if (open && !current?.loss) await saveCheckpointOf(open.calls, after)
    }
  }
}

/** Does it again in the sandbox that takes the place of one that was lost meanwhile; not for what must not be done twice. */
export async function againWhenLost<T>(action: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action()
    } catch (error) {
      const isLoss = error instanceof FixpointError && error.code === 'sandbox_lost' && !(error instanceof LostTooOftenError)
      if (!isLoss || attempt > MAX_LOSSES) throw error
    }
  }
}

/** How long a call that failed waits to be told why. */
const LOSS_PATIENCE_MS = 15_000

/**
 * Calls that fail because the sandbox was lost, fail only when that is known here too and why; otherwise the next call would be
 * made to the same dead sandbox.
 */
function callsThatNoteLoss(sandbox: Sandbox, noteLoss: (loss: FixpointError) => void): SandboxCalls {
  async function noting<T>(call: Promise<T>): Promise<T> {
    try {
      return await call
    } catch (error) {
      if (!(error instanceof FixpointError) || error.code !== 'sandbox_lost') throw error
      const { promise: tooLong, resolve } = Promise.withResolvers<FixpointError>()
      const timer = setTimeout(() => resolve(error), LOSS_PATIENCE_MS)
      const loss = await Promise.race([sandbox.lost, tooLong])
      clearTimeout(timer)
      noteLoss(loss)
      throw loss
    }
  }
  return {
    request: (operation, input, options) => noting(sandbox.request(operation, input, options)),
    exec: (input, options) => noting(sandbox.exec(input, options)),
    picture: (pictureId, signal) => noting(sandbox.picture(pictureId, signal)),
    populate: (bundle, query, signal) => noting(sandbox.populate(bundle, query, signal)),
    restore: (bundle, query, signal) => noting(sandbox.restore(bundle, query, signal)),
    apply: (bundle, query, signal) => noting(sandbox.apply(bundle, query, signal)),
    bundle: (input, signal) => noting(sandbox.bundle(input, signal))
  }
}

const PATHS_NAMED = 20

/** Names of files are theirs: they are quoted. */
function remarkOnChanges(paths: readonly string[]): string {
  const shown = paths.slice(0, PATHS_NAMED).map(path => JSON.stringify(cutText(path, 200)))
  const more = paths.length > shown.length ? ` and ${paths.length - shown.length} more` : ''
  return `These files were changed since your last turn, not by you: ${shown.join(', ')}${more}. Read them again before you edit them.`
}

function remarkOnReplacement(isLoss: boolean): string {
  const files = isLoss
    ? 'its files are as they were after your last completed step; later changes and everything that is not tracked by git are gone'
    : 'its files are as they were, but every process in it has ended'
  return `The sandbox was lost and has been replaced: ${files}. Look before you go on.`
}
