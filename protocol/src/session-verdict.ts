import type { Proof, VerdictValue } from './proof.ts'
import type { PromptState, SessionState, TurnState, WorkStep } from './session.ts'

/** Why a step counts for less than its own proof says, or has none. */
export type Shortfall =
  /** The turn was stopped or failed: what it had changed by then is nobody's finished work. */
  | 'not_finished'
  | 'no_proof'
  /** People changed the files, and nothing looked at them afterwards. */
  | 'by_hand'
  /** The turn was undone but for files that had later changes in them. */
  | 'partly_undone'
  /** Work was taken back from beneath later work, whose proof had seen it. */
  | 'taken_from_beneath'

/** What is known of one step of a session's work. */
export interface ProvenStep {
  step: WorkStep
  value: VerdictValue
  /** The turn of the step, with its prompt and its proof where it has one. */
  turn?: TurnState
  prompt?: PromptState
  proof?: Proof
  /** Set where the value is not that of a proof. */
  shortfall?: Shortfall
}

/** The lower, the less is known to be good. */
const ORDER: readonly VerdictValue[] = ['looks_wrong', 'unverified', 'verified']

function lowest(values: readonly VerdictValue[]): VerdictValue | null {
  return ORDER.find(value => values.includes(value)) ?? null
}

/**
 * What is known of each step that the files still have in them. A proof speaks for its own turn and for nothing else; turns that were
 * undone are left out, and so is their undoing.
 * @param upTo how many of the session's steps are meant; all of them where it is left out
 */
export function provenSteps(state: SessionState, upTo = state.work.length): ProvenStep[] {
  const work = state.work.slice(0, upTo)
  const later = new Set(turnsUndoneBy(state.work.slice(upTo)))
  const isUndone = (turn: TurnState) => turn.undone !== undefined && !later.has(turn.turnId)
  const turnOf = (turnId: string) => state.turns.find(turn => turn.turnId === turnId)
  const isGone = (step: WorkStep) => {
    const turn = step.kind === 'turn' ? turnOf(step.turnId) : undefined
    return turn !== undefined && isUndone(turn) && turn.undone?.left.length === 0
  }
  return work.flatMap((step, index): ProvenStep[] => {
    if (step.kind === 'edits') return [{ step, value: 'unverified', shortfall: 'by_hand' }]
    if (step.kind === 'undo') {
      const isOf = (other: WorkStep) => other.kind === 'turn' && step.turnIds.includes(other.turnId)
      const since = work.slice(Math.max(0, work.findIndex(isOf)), index)
      const stayed = since.some(other => other.kind !== 'undo' && !isOf(other) && !isGone(other))
      return stayed ? [{ step, value: 'unverified', shortfall: 'taken_from_beneath' }] : []
    }
    const turn = turnOf(step.turnId)
    if (turn === undefined || isGone(step)) return []
    const prompt = state.prompts.find(candidate => candidate.promptId === turn.promptId)
    const { proof } = turn
    const shortfall = shortfallOf(turn, isUndone(turn))
    const value = lowest([...(proof ? [proof.verdict.value] : []), ...(shortfall ? ['unverified' as const] : [])]) ?? 'unverified'
    return [
      {
        step,
        value,
        turn,
        ...(prompt === undefined ? {} : { prompt }),
        ...(proof === undefined ? {} : { proof }),
        ...(shortfall === undefined ? {} : { shortfall })
      }
    ]
  })
}

/** The one verdict on a session's work: the lowest of its steps. Null where the files have no step in them. */
export function verdictOfWork(steps: readonly ProvenStep[]): VerdictValue | null {
  return lowest(steps.map(step => step.value))
}

function shortfallOf(turn: TurnState, isPartlyUndone: boolean): Shortfall | undefined {
  if (turn.status !== 'done') return 'not_finished'
  if (turn.proof === undefined) return 'no_proof'
  return isPartlyUndone ? 'partly_undone' : undefined
}

function turnsUndoneBy(steps: readonly WorkStep[]): string[] {
  return steps.flatMap(step => (step.kind === 'undo' ? step.turnIds : []))
}
