import { canBeUndone, cutText, FixpointError, type NewEvent, runningTurn, runningUndo, type SessionState } from '@fixpoint/protocol'
import type { EgressDecision } from '@fixpoint/protocol/sandbox'
import type { Edges } from '../edges.ts'
import type { ProjectRepository } from '../git/project-repository.ts'
import type { ProjectConfig } from '../projects/project-config.ts'
import type { SandboxCalls } from '../sandbox/sandbox-calls.ts'
import { describeLoss, hasLostFiles } from './describe-start.ts'
import { recordEdits } from './record-edits.ts'
import type { OpenSandbox, SandboxRequest } from './sandbox-keeper.ts'
import { planUndoOf, type UndoPlan } from './undo-plan.ts'

/** @throws FixpointError why these turns cannot be undone now, as far as the log says. */
export function checkUndo(state: SessionState, turnIds: readonly string[]): void {
  if (state.isClosed) throw new FixpointError('session_closed', 'The session is closed; its files are gone.')
  for (const turnId of turnIds) requireTurn(state, turnId)
  if (runningTurn(state)) throw new FixpointError('turn_running', 'A turn is running in this session.')
  if (runningUndo(state)) throw new FixpointError('undo_running', 'Turns of this session are being undone.')
  if (!turnIds.some(turnId => canBeUndone(requireTurn(state, turnId)))) {
    throw new FixpointError('nothing_to_undo', turnIds.length === 1 ? 'The turn has nothing to undo.' : 'These turns have nothing to undo.')
  }
}

export function requireTurn(state: SessionState, turnId: string) {
  const turn = state.turns.find(candidate => candidate.turnId === turnId)
  if (turn === undefined) throw new FixpointError('turn_not_found', 'There is no such turn in this session.')
  return turn
}

const NAMES_SHOWN = 5

export function undoConflict(conflicts: readonly string[]): FixpointError {
  const shown = conflicts.slice(0, NAMES_SHOWN).map(path => JSON.stringify(cutText(path, 200)))
  const more = conflicts.length > shown.length ? ` and ${conflicts.length - shown.length} more` : ''
  return new FixpointError(
    'undo_conflict',
    `Changed since by somebody else or by a later turn: ${shown.join(', ')}${more}. Nothing was undone.`
  )
}

/** What undoing these turns comes to, by what is recorded. */
export async function undoPlanFor(state: SessionState, turnIds: readonly string[], repository: ProjectRepository): Promise<UndoPlan> {
  const turns = state.turns.filter(turn => turnIds.includes(turn.turnId) && canBeUndone(turn))
  const head = state.checkpoint?.commit
  if (head === undefined) throw new FixpointError('nothing_to_undo', 'No file has been changed in this session.')
  return await planUndoOf(turns, head, repository)
}

export interface UndoInput {
  sessionId: string
  project: ProjectConfig
  repository: ProjectRepository
  keeper: {
    open(request: SandboxRequest, signal: AbortSignal): Promise<{ sandbox: SandboxCalls; startedFrom: OpenSandbox['startedFrom'] }>
  }
  readState: () => Promise<SessionState>
  /** Adds to the log under the runner's lease. */
  append: (event: NewEvent) => Promise<void>
  onEgress: (decision: EgressDecision) => void
  edges: Edges
  signal: AbortSignal
}

/** People may save while it is being done; whoever does so this often in a few moments wants something else. */
const MAX_ATTEMPTS = 5

/**
 * Undoes what was asked for. The new files are a commit that is made here, and the same each time that it is made; the sandbox takes
 * it only where it has the files that the commit was made from, and at once where it has taken it before. So what was cut off
 * anywhere is done again, and a file that is saved at the last moment is recorded first and looked at like any other.
 */
export async function undoTurns(input: UndoInput): Promise<void> {
  const { sessionId, project, repository, keeper, readState, append, edges, signal } = input
  const first = await readState()
  const undo = runningUndo(first)
  if (undo === undefined) return
  const { operationId, turnIds, by } = undo
  const fail = (error: FixpointError, conflicts: string[] = []) =>
    append({ type: 'undo.failed', data: { operationId, turnIds, failure: error.toFailure(), conflicts } })
  const { base } = first
  if (first.isClosed || base === null) return await fail(new FixpointError('session_closed', 'The session is closed; its files are gone.'))

  const { sandbox, startedFrom } = await keeper.open(
    {
      sessionId,
      project,
      repository,
      baseCommit: base.commit,
      branch: base.branch,
      checkpoint: first.checkpoint?.commit ?? null,
      onProgress: () => undefined,
      onEgress: input.onEgress
    },
    signal
  )
  const shownAt = turnIds.at(-1)
  if (shownAt !== undefined && hasLostFiles({ from: startedFrom, isReplacement: false, state: first })) {
    await append({ type: 'notice.added', data: { turnId: shownAt, level: 'warning', text: describeLoss(startedFrom, first) } })
  }
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const state = await readState()
    const plan = await undoPlanFor(state, turnIds, repository)
    if (plan.conflicts.length > 0 && !undo.leaveChanged) return await fail(undoConflict(plan.conflicts), plan.conflicts)
    const head = state.checkpoint?.commit ?? base.commit
    const commit = await restoringCommit(state, plan, head, undo, repository)
    try {
      if (commit !== head) await sandbox.apply(await repository.bundleOfCheckpoint(commit, head), { from: head, to: commit }, signal)
    } catch (error) {
      if (!(error instanceof FixpointError) || error.code !== 'stale_file') throw error
      const edits = {
        sandbox,
        repository,
        sessionId,
        saves: state.saves,
        baseCommit: base.commit,
        head,
        turnId: undefined,
        append,
        edges,
        signal
      }
      // Nothing that is recorded differs, so something ignored is in the way; trying again would not help.
      if ((await recordEdits(edits)) === null) return await fail(new FixpointError('undo_conflict', `${error.message} Nothing was undone.`))
      continue
    }
    return await append({
      type: 'undo.finished',
      data: {
        operationId,
        by,
        turnIds,
        commit,
        parent: head,
        files: await repository.changes(base.commit, commit),
        restored: plan.restored,
        left: plan.conflicts
      }
    })
  }
  await fail(new FixpointError('undo_conflict', 'The files kept changing while the turns were being undone. Nothing was undone.'))
}

async function restoringCommit(
  state: SessionState,
  plan: UndoPlan,
  head: string,
  { by, at, turnIds }: { by: { name: string; email: string }; at: string; turnIds: string[] },
  repository: ProjectRepository
): Promise<string> {
  if (plan.restores.size === 0) return head
  const prompts = state.prompts.filter(prompt => prompt.turnId !== undefined && turnIds.includes(prompt.turnId))
  const message = `Undo: ${prompts
    .map(prompt => prompt.text.trim().split('\n')[0] ?? '')
    .join('; ')
    .slice(0, 500)}`
  return await repository.createEntriesCommit(plan.restores, { parent: head, message, author: by, date: at })
}
