import type { TurnState } from '@fixpoint/protocol'
import { Check, Undo2 } from 'lucide-react'
import { strings } from '../strings.ts'

/** What a person has decided about a turn: that they take its work, or that its files are put back. */
export function TurnDecision({ turn: { acceptedBy, undone } }: { turn: TurnState }) {
  return (
    <>
      {acceptedBy !== undefined && (
        <p className="fx-turn-end fx-turn-end--done">
          <Check aria-hidden size={14} />
          <span>{strings.decision.accepted(acceptedBy.name)}</span>
        </p>
      )}
      {undone !== undefined && (
        <p className="fx-turn-end fx-turn-end--undone">
          <Undo2 aria-hidden size={14} />
          <span>{strings.decision.undone(undone.by.name, undone.left.length)}</span>
        </p>
      )}
    </>
  )
}
