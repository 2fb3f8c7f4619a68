import {
  FixpointError,
  type NewEvent,
  queuedPrompts,
  runningTurn,
  runningUndo,
  type SessionEvent,
  type SessionState,
  type TurnOutcome,
  type TurnState
} from '@fixpoint/protocol'
import type { Transaction } from 'kysely'
import { asFixpointError } from '../as-fixpoint-error.ts'
import { newId } from '../edges.ts'
import type { ProjectRegistry } from '../projects/project-registry.ts'
import type { ProjectRepositories } from '../projects/project-repositories.ts'
import type { Database } from '../store/database.ts'
import type { Tables } from '../store/tables.ts'
import { savedFiles } from './saved-files.ts'
import { type Lease, takeLease } from './session-leases.ts'
import { LeaseLostError, type SessionLog } from './session-log.ts'
import { startTurn, type TurnServices, type TurnWork } from './turn.ts'
import { undoTurns } from './undo-turns.ts'
import { startWithoutBreaks } from './working-time.ts'

/** Works on sessions: takes the lease, runs one turn, records its end. */
export interface SessionRunner {
  /** Runs the turn that was interrupted, or the next prompt's. Does nothing when another runner has the session or it has nothing to run. */
  run(sessionId: string): Promise<void>
  /** Interrupts what runs; it goes on after the next start. */
  shutDown(): void
}

export interface SessionRunnerOptions extends TurnServices {
  db: Database
  log: SessionLog
  projects: ProjectRegistry
  repositories: ProjectRepositories
  enqueue: (transaction: Transaction<Tables>, sessionId: string) => Promise<void>
  /** Names this process in leases. */
  holder: string
}

/** Why a turn is interrupted; the reason of its signal. */
class StopRequested extends Error {}
class ShuttingDown extends Error {}

/** Breaks of a turn without a single finished step in between, after which it is given up instead of being started again for ever. */
const MAX_ATTEMPTS_WITHOUT_PROGRESS = 3
/** Time for what has to be recorded when a turn is stopped. */
const STOP_PATIENCE_MS = 700
const SALVAGE_MS = 10_000

export function createSessionRunner(options: SessionRunnerOptions): SessionRunner {
  const { db, log, projects, repositories, edges, metrics, logger, enqueue } = options
  const shuttingDown = new AbortController()
  let running = 0

  /** The turn to work on, with the event that begins it or takes it up again in the log. */
  async function beginTurn(sessionId: string, lease: Lease): Promise<TurnState | null> {
    const events = await log.append(sessionId, beginDecision, { leaseToken: lease.token })
    return events.length === 0 ? null : (runningTurn(await log.state(sessionId)) ?? null)
  }

  function beginDecision(state: SessionState): NewEvent[] {
    const interrupted = runningTurn(state)
    if (interrupted) {
      const message = interrupted.isStopRequested
        ? 'The server was restarted while the turn was being stopped.'
        : 'The server was restarted; the work goes on where it was.'
      return [
        {
          type: 'turn.resumed',
          data: { turnId: interrupted.turnId, attempt: interrupted.attempt + 1, reason: 'server_restarted', message }
        }
      ]
    }
    // The files that it begins on are those that undoing leaves.
    if (runningUndo(state)) return []
    const [next] = queuedPrompts(state)
    return next && !state.isClosed ? [{ type: 'turn.started', data: { turnId: newId(edges, 'turn'), promptId: next.promptId } }] : []
  }

  /** Undoes what was asked for; whatever hinders it is said in the log, unless it goes on after the next start. */
  async function undo(sessionId: string, lease: Lease): Promise<void> {
    const state = await log.state(sessionId)
    const wanted = runningUndo(state)
    if (wanted === undefined) return
    const { operationId, turnIds } = wanted
    const lost = new AbortController()
    lease.lost.addEventListener('abort', () => lost.abort(new LeaseLostError(sessionId)), { once: true })
    const signal = AbortSignal.any([lost.signal, shuttingDown.signal])
    const append = async (event: NewEvent) => {
      await log.append(sessionId, current => (runningUndo(current)?.operationId === operationId ? [event] : []), {
        leaseToken: lease.token
      })
    }
    try {
      const project = projects.get(state.projectId)
      await undoTurns({
        sessionId,
        project,
        repository: repositories.get(project.projectId),
        keeper: options.keeper,
        readState: () => log.state(sessionId),
        append,
        onEgress: decision => metrics.egressDecision(decision.isAllowed),
        edges,
        signal
      })
    } catch (error) {
      if (signal.aborted || error instanceof LeaseLostError) return
      const failure = asFixpointError(error)
      logger.warn({ err: error, sessionId, operationId, code: failure.code }, 'turns could not be undone')
      await append({ type: 'undo.failed', data: { operationId, turnIds, failure: failure.toFailure(), conflicts: [] } })
    } finally {
      options.keeper.rest(sessionId)
    }
  }

  async function workOn(sessionId: string, turn: TurnState, lease: Lease): Promise<void> {
    const events = await readAll(log, sessionId)
    const startedAt = startWithoutBreaks(events, turn.turnId)
    const stop = new AbortController()
    const saves = savedFiles(await log.state(sessionId))
    const unsubscribe = log.subscribe((changed, events) => {
      if (changed !== sessionId) return
      saves.hear(events)
      if (events.some(event => event.type === 'stop.requested')) stop.abort(new StopRequested())
    })
    const timeLeftMs = startedAt.getTime() + options.budget.turnSeconds * 1_000 - edges.now().getTime()
    const deadline = new AbortController()
    const timer = setTimeout(() => deadline.abort(turnTooLong(options.budget.turnSeconds)), Math.max(0, Math.min(timeLeftMs, 2 ** 31 - 1)))
    const lost = new AbortController()
    lease.lost.addEventListener('abort', () => lost.abort(new LeaseLostError(sessionId)), { once: true })
    const signal = AbortSignal.any([stop.signal, deadline.signal, lost.signal, shuttingDown.signal])
    const append = async (event: NewEvent) => {
      // What an abandoned call still has to say comes too late; only the files that it left are worth recording.
      const isWanted = (state: SessionState) => runningTurn(state)?.turnId === turn.turnId || event.type === 'checkpoint.saved'
      await log.append(sessionId, state => (isWanted(state) ? [event] : []), { leaseToken: lease.token })
    }
    let work: TurnWork | null = null
    try {
      const state = await log.state(sessionId)
      // Read after the subscription: a stop that came before it is in the state.
      if (runningTurn(state)?.isStopRequested) stop.abort(new StopRequested())
      giveUpCrashLoop(events, turn)
      const project = projects.get(state.projectId)
      const input = {
        state,
        turn,
        startedAt,
        project,
        repository: repositories.get(project.projectId),
        readEvents: () => readAll(log, sessionId),
        append,
        takeSaves: saves.takeRemarks,
        signal
      }
      signal.throwIfAborted()
      work = startTurn(input, options)
      await settled(work.done, signal)
      await finish(sessionId, turn, lease, 'done')
    } catch (error) {
      const reason: unknown = signal.aborted ? signal.reason : error
      if (reason instanceof ShuttingDown || reason instanceof LeaseLostError || error instanceof LeaseLostError) {
        logger.info({ sessionId, turnId: turn.turnId }, 'a turn was interrupted; it goes on later')
        return
      }
      if (reason instanceof StopRequested) await finish(sessionId, turn, lease, 'stopped')
      else {
        const failure = asFixpointError(reason)
        logger.warn({ err: reason, sessionId, turnId: turn.turnId, code: failure.code }, 'a turn failed')
        await finish(sessionId, turn, lease, 'failed', failure)
      }
      await salvage(work, turn)
    } finally {
      clearTimeout(timer)
      unsubscribe()
      options.keeper.rest(sessionId)
    }
  }

  /** What a stopped or failed turn had changed belongs to it and not to the next one. */
  async function salvage(work: TurnWork | null, turn: TurnState): Promise<void> {
    try {
      await work?.saveLeftovers(AbortSignal.timeout(SALVAGE_MS))
    } catch (error) {
      logger.warn({ err: error, turnId: turn.turnId }, 'what the turn had changed last could not be recorded')
    }
  }

  /** Records the one end of the turn, and makes the next prompt run. */
  async function finish(sessionId: string, turn: TurnState, lease: Lease, outcome: TurnOutcome, error?: FixpointError): Promise<void> {
    const decide = (state: SessionState): NewEvent[] => {
      const current = state.turns.find(candidate => candidate.turnId === turn.turnId)
      if (current?.status !== 'running') return []
      return [{ type: 'turn.finished', data: { turnId: turn.turnId, promptId: turn.promptId, outcome, failure: error?.toFailure() } }]
    }
    await log.append(sessionId, decide, {
      leaseToken: lease.token,
      alongside: async (transaction, _events, state) => {
        if (queuedPrompts(state).length > 0) await enqueue(transaction, sessionId)
      }
    })
    metrics.turnFinished(outcome, edges.now().getTime() - new Date(turn.startedAt).getTime())
  }

  return {
    async run(sessionId) {
      if (shuttingDown.signal.aborted) return
      const lease = await takeLease(db, sessionId, options.holder)
      if (!lease) return
      metrics.setRunningTurns(++running)
      try {
        await undo(sessionId, lease)
        const turn = await beginTurn(sessionId, lease)
        if (turn) await workOn(sessionId, turn, lease)
        const { isClosed } = await log.state(sessionId)
        if (isClosed) await options.keeper.end(sessionId, { removeWorkspace: true })
      } catch (error) {
        if (!(error instanceof LeaseLostError)) throw error
        logger.warn({ sessionId }, 'another runner has taken the session over')
      } finally {
        metrics.setRunningTurns(--running)
        await lease.release()
      }
    },

    shutDown() {
      shuttingDown.abort(new ShuttingDown())
    }
  }
}

function turnTooLong(seconds: number): FixpointError {
  return new FixpointError('budget_exceeded', `The turn has used all of its ${seconds} seconds.`, { limit: seconds })
}

/** A turn that takes the server down each time must not do so for ever. */
function giveUpCrashLoop(events: readonly SessionEvent[], turn: TurnState): void {
  let breaks = 0
  for (const event of events) {
    if (event.type === 'turn.resumed' && event.data.turnId === turn.turnId) breaks++
    if (event.type === 'step.answered' || event.type === 'tool.finished') breaks = 0
  }
  if (breaks > MAX_ATTEMPTS_WITHOUT_PROGRESS) {
    throw new FixpointError('turn_interrupted', `The server was restarted ${breaks} times while this turn got nowhere.`)
  }
}

/**
 * The outcome of the work. After the signal it has a moment to record how its last call ended; whatever does not listen to the
 * signal is left behind, so that a stop takes effect at once.
 */
async function settled(work: Promise<void>, signal: AbortSignal): Promise<void> {
  work.catch(() => undefined)
  const { promise: tooLate, reject } = Promise.withResolvers<never>()
  tooLate.catch(() => undefined)
  const onAbort = () => setTimeout(() => reject(signal.reason), STOP_PATIENCE_MS).unref()
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    await Promise.race([work, tooLate])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

const PAGE = 1_000

async function readAll(log: SessionLog, sessionId: string): Promise<SessionEvent[]> {
  const all: SessionEvent[] = []
  for (;;) {
    const { events, head } = await log.read(sessionId, all.at(-1)?.seq ?? 0, PAGE)
    all.push(...events)
    if (events.length === 0 || (all.at(-1)?.seq ?? 0) >= head) return all
  }
}
