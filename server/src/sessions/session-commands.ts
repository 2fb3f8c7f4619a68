import {
  API_LIMITS,
  FixpointError,
  type PageContext,
  type Person,
  queuedPrompts,
  runningTurn,
  type SessionEvent,
  type SessionState,
  type TurnState
} from '@fixpoint/protocol'
import type { Transaction } from 'kysely'
import { type Edges, idFor } from '../edges.ts'
import type { ProjectRegistry } from '../projects/project-registry.ts'
import { artifactNotFound, missingArtifacts } from '../store/artifact-store.ts'
import type { Tables } from '../store/tables.ts'
import { picturesOfContext, type SessionContexts } from './session-contexts.ts'
import type { SessionLog } from './session-log.ts'
import type { UndoPlan } from './undo-plan.ts'
import { checkUndo, requireTurn, undoConflict } from './undo-turns.ts'

/** What people can do with sessions. Each command is one decision on the log; effects follow from the events. */
export interface SessionCommands {
  create(by: Person, request: { projectId: string; title: string }, seed: Uint8Array | null): Promise<string>
  queuePrompt(
    by: Person,
    sessionId: string,
    request: { text: string; context?: PageContext | undefined },
    seed: Uint8Array | null
  ): Promise<{ promptId: string; seq: number }>
  withdrawPrompt(by: Person, sessionId: string, promptId: string): Promise<number>
  /** Asks the running turn to stop. Asking again is no error. @throws FixpointError `not_running`. */
  stop(by: Person, sessionId: string): Promise<number>
  /** Records that a person saved files in an editor. */
  reportSaves(by: Person, sessionId: string, paths: readonly string[]): Promise<number>
  /**
   * Asks for the files back that turns changed; it is carried out by a runner.
   * @throws FixpointError `turn_not_found`, `turn_running`, `undo_running`, `nothing_to_undo`, `undo_conflict`, `session_closed`
   */
  undoTurns(
    by: Person,
    sessionId: string,
    request: { turnIds: readonly string[]; leaveChanged: boolean },
    seed: Uint8Array | null
  ): Promise<{ operationId: string; seq: number }>
  /** Records that a person has taken the work of turns. */
  acceptTurns(by: Person, sessionId: string, turnIds: readonly string[]): Promise<number>
  close(by: Person, sessionId: string): Promise<number>
}

export interface SessionCommandsOptions {
  log: SessionLog
  projects: ProjectRegistry
  edges: Edges
  /** Makes the session run, in the transaction in which there is something to run. */
  enqueue: (transaction: Transaction<Tables>, sessionId: string) => Promise<void>
  contexts: SessionContexts
  /** What undoing these turns would come to, by what is recorded. */
  undoPlan: (state: SessionState, turnIds: readonly string[]) => Promise<UndoPlan>
}

export function createSessionCommands(options: SessionCommandsOptions): SessionCommands {
  const { log, projects, edges, enqueue, contexts, undoPlan } = options

  return {
    async create(by, { projectId, title }, seed) {
      const project = projects.get(projectId)
      const sessionId = idFor(edges, 'session', seed)
      await log.create(sessionId, { type: 'session.created', data: { projectId, projectName: project.name, title: title.trim(), by } })
      return sessionId
    },

    async queuePrompt(by, sessionId, { text, context }, seed) {
      const promptId = idFor(edges, 'prompt', seed)
      const before = await log.state(sessionId)
      if (before.prompts.some(prompt => prompt.promptId === promptId)) return { promptId, seq: before.seq }
      checkOpen(before)
      const summary = context === undefined ? undefined : await contexts.store(sessionId, before, context)
      const pictures = context === undefined ? [] : picturesOfContext(context)
      const decide = (state: SessionState) => {
        if (state.prompts.some(prompt => prompt.promptId === promptId)) return []
        checkOpen(state)
        if (queuedPrompts(state).length >= API_LIMITS.queuedPrompts) {
          throw new FixpointError('queue_full', `${API_LIMITS.queuedPrompts} prompts are waiting in this session.`, {
            limit: API_LIMITS.queuedPrompts
          })
        }
        return [{ type: 'prompt.queued' as const, data: { promptId, text, author: by, context: summary } }]
      }
      const events = await log.append(sessionId, decide, {
        alongside: async transaction => {
          const [missing] = await missingArtifacts(transaction, sessionId, pictures)
          if (missing !== undefined) throw artifactNotFound(missing)
          await enqueue(transaction, sessionId)
        }
      })
      return { promptId, seq: await lastSeq(log, sessionId, events) }
    },

    async withdrawPrompt(by, sessionId, promptId) {
      const events = await log.append(sessionId, state => {
        const prompt = state.prompts.find(candidate => candidate.promptId === promptId)
        if (!prompt) throw new FixpointError('prompt_not_found', 'There is no such prompt in this session.')
        if (prompt.status === 'withdrawn') return []
        if (prompt.status !== 'queued') throw new FixpointError('prompt_not_queued', `The prompt is ${prompt.status}.`)
        return [{ type: 'prompt.withdrawn', data: { promptId, by } }]
      })
      return await lastSeq(log, sessionId, events)
    },

    async stop(by, sessionId) {
      const events = await log.append(sessionId, state => {
        const turn = runningTurn(state)
        if (!turn) throw new FixpointError('not_running', 'No turn is running in this session.')
        return turn.isStopRequested ? [] : [{ type: 'stop.requested', data: { turnId: turn.turnId, by } }]
      })
      return await lastSeq(log, sessionId, events)
    },

    async reportSaves(by, sessionId, paths) {
      const events = await log.append(sessionId, state => {
        checkOpen(state)
        return [{ type: 'files.saved', data: { by, paths: [...new Set(paths)] } }]
      })
      return await lastSeq(log, sessionId, events)
    },

    async undoTurns(by, sessionId, { turnIds, leaveChanged }, seed) {
      const operationId = idFor(edges, 'operation', seed)
      const isKnown = (state: SessionState) => state.undos.some(undo => undo.operationId === operationId)
      const before = await log.state(sessionId)
      if (isKnown(before)) return { operationId, seq: before.seq }
      checkUndo(before, turnIds)
      // What is known now is said now; what was not recorded yet is looked at when it is done.
      const { conflicts } = await undoPlan(before, turnIds)
      if (conflicts.length > 0 && !leaveChanged) throw undoConflict(conflicts)
      const decide = (state: SessionState) => {
        if (isKnown(state)) return []
        checkUndo(state, turnIds)
        return [{ type: 'undo.requested' as const, data: { operationId, by, turnIds: [...new Set(turnIds)], leaveChanged } }]
      }
      const events = await log.append(sessionId, decide, { alongside: transaction => enqueue(transaction, sessionId) })
      return { operationId, seq: await lastSeq(log, sessionId, events) }
    },

    async acceptTurns(by, sessionId, turnIds) {
      const events = await log.append(sessionId, state => {
        checkOpen(state)
        const turns = turnIds.map(turnId => requireTurn(state, turnId))
        if (turns.some(turn => turn.status === 'running')) throw new FixpointError('turn_running', 'The turn is still running.')
        const isOpen = (turn: TurnState) => turn.acceptedBy === undefined && turn.undone === undefined
        const open = [...new Set(turns.filter(isOpen).map(turn => turn.turnId))]
        return open.length === 0 ? [] : [{ type: 'turns.accepted', data: { by, turnIds: open } }]
      })
      return await lastSeq(log, sessionId, events)
    },

    async close(by, sessionId) {
      const decide = (state: SessionState) => {
        if (state.isClosed) return []
        const turn = runningTurn(state)
        return [
          ...queuedPrompts(state).map(prompt => ({ type: 'prompt.withdrawn' as const, data: { promptId: prompt.promptId, by } })),
          ...(turn && !turn.isStopRequested ? [{ type: 'stop.requested' as const, data: { turnId: turn.turnId, by } }] : []),
          { type: 'session.closed' as const, data: { by } }
        ]
      }
      // A runner has to take the sandbox away, also where no turn is left to run.
      const events = await log.append(sessionId, decide, { alongside: transaction => enqueue(transaction, sessionId) })
      return await lastSeq(log, sessionId, events)
    }
  }
}

function checkOpen(state: SessionState): void {
  if (state.isClosed) throw new FixpointError('session_closed', 'The session is closed and takes no more prompts.')
}

/** Where the log ends after an append; it is asked only where nothing was added. */
async function lastSeq(log: SessionLog, sessionId: string, events: readonly SessionEvent[]): Promise<number> {
  return events.at(-1)?.seq ?? (await log.state(sessionId)).seq
}
