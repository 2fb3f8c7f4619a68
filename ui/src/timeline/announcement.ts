import type { SessionState } from '@fixpoint/protocol'
import { strings } from '../strings.ts'

/**
 * What a screen reader is told about the last turn: what goes on now, in the words of the activity line, and how it ended. It
 * changes with the kind of work, not with each word that the model writes.
 */
export function announcementOf(state: SessionState): string {
  const turn = state.turns.at(-1)
  if (turn === undefined) return ''
  if (turn.status === 'running') return strings.activity(turn)
  const verdict = turn.proof === undefined ? '' : ` ${strings.verdict[turn.proof.verdict.value].word}.`
  const failure = turn.failure === undefined ? '' : ` ${turn.failure.message}`
  return `${strings.timeline.ended[turn.status]}.${verdict}${failure}`
}
