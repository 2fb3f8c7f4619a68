import type { TurnState } from '@fixpoint/protocol'
import { CircleCheck, CircleStop, CircleX, ShieldQuestionMark } from 'lucide-react'
import type { ReactNode } from 'react'
import { formatDuration } from '../duration.ts'
import { ErrorCard } from '../session/ErrorCard.tsx'
import { strings } from '../strings.ts'

const END_ICONS = { done: CircleCheck, failed: CircleX, stopped: CircleStop }

interface TurnEndProps {
  turn: TurnState
  reference: string
  diagnostics?: (() => string) | undefined
  actions?: ReactNode
}

/** How a turn ended: how long it took, that it was stopped, or what went wrong. */
export function TurnEnd({ turn, reference, diagnostics, actions }: TurnEndProps) {
  if (turn.status === 'running') return null
  const Icon = END_ICONS[turn.status]
  const facts = strings.timeline.turnFacts({
    duration: formatDuration(Date.parse(turn.finishedAt ?? turn.startedAt) - Date.parse(turn.startedAt)),
    hasChanges: turn.checkpoint !== undefined,
    steps: turn.steps,
    tokens: turn.usage.inputTokens + turn.usage.outputTokens
  })
  return (
    <>
      {turn.status === 'done' && turn.proof === undefined && turn.checkpoint !== undefined && (
        <p className="fx-turn-end fx-turn-end--unproven">
          <ShieldQuestionMark aria-hidden size={14} />
          <span>{strings.timeline.noProof}</span>
        </p>
      )}
      {turn.status === 'failed' && turn.failure !== undefined && (
        <ErrorCard failure={turn.failure} reference={reference} diagnostics={diagnostics}>
          {actions}
        </ErrorCard>
      )}
      <p className={`fx-turn-end fx-turn-end--${turn.status}`}>
        <Icon aria-hidden size={14} />
        <span>
          {strings.timeline.ended[turn.status]}
          {facts !== '' && ` · ${facts}`}
        </span>
      </p>
    </>
  )
}
