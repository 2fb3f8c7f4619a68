import { canBeUndone, runningTurn, runningUndo, type SessionState, type TurnState } from '@fixpoint/protocol'
import { Undo2 } from 'lucide-react'
import { Button } from '../controls/Button.tsx'
import { Spinner } from '../controls/Spinner.tsx'
import { strings } from '../strings.ts'

interface UndoButtonProps {
  session: SessionState
  turn: TurnState
  onUndo: (turnIds: string[], leaveChanged: boolean) => void
}

/** Takes one turn back; where files were changed since, the others of what was to be undone. */
export function UndoButton({ session, turn, onUndo }: UndoButtonProps) {
  if (session.isClosed) return null
  const last = session.undos.at(-1)
  const isAsked = last?.turnIds.includes(turn.turnId) === true
  if (isAsked && last.status === 'requested') {
    return (
      <p className="fx-turn-end" role="status">
        <Spinner /> {strings.decision.undoing}
      </p>
    )
  }
  if (!canBeUndone(turn)) return null
  const isBusy = runningTurn(session) !== undefined || runningUndo(session) !== undefined
  const hasConflicts = isAsked && last.status === 'failed' && last.conflicts.length > 0
  return (
    <div className="fx-turn-undo">
      {hasConflicts && (
        <Button look="quiet" disabled={isBusy} title={strings.decision.undoOthersHint} onClick={() => onUndo([...last.turnIds], true)}>
          {strings.decision.undoOthers}
        </Button>
      )}
      <Button look="quiet" disabled={isBusy} title={strings.decision.undoHint} onClick={() => onUndo([turn.turnId], false)}>
        <Undo2 aria-hidden size={14} /> {strings.decision.undo}
      </Button>
    </div>
  )
}
