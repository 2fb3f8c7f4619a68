import { openTurns, runningTurn, runningUndo, type SessionState } from '@fixpoint/protocol'
import { Button } from '../controls/Button.tsx'
import { strings } from '../strings.ts'

interface DecisionButtonsProps {
  session: SessionState
  onAccept: (turnIds: string[]) => void
  /** The person has not been asked yet whether they mean it. */
  onDiscard: (turnIds: string[]) => void
}

/** Takes all work that is open, or takes it all back. */
export function DecisionButtons({ session, onAccept, onDiscard }: DecisionButtonsProps) {
  const turnIds = openTurns(session).map(turn => turn.turnId)
  if (turnIds.length === 0 || session.isClosed) return null
  const isBusy = runningTurn(session) !== undefined || runningUndo(session) !== undefined
  return (
    <>
      <Button disabled={isBusy} title={strings.decision.acceptHint} onClick={() => onAccept(turnIds)}>
        {strings.decision.accept}
      </Button>
      <Button disabled={isBusy} title={strings.decision.discardHint} onClick={() => onDiscard(turnIds)}>
        {strings.decision.discard}
      </Button>
    </>
  )
}
