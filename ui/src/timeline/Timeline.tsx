import { type PromptState, runningTurn, type SessionState, type TurnState } from '@fixpoint/protocol'
import { memo, type ReactNode } from 'react'
import { Spinner } from '../controls/Spinner.tsx'
import { IssueCard } from '../session/IssueCard.tsx'
import { strings } from '../strings.ts'
import { announcementOf } from './announcement.ts'
import { EgressRefusals } from './EgressRefusals.tsx'
import { PromptBubble } from './PromptBubble.tsx'
import { Turn, type TurnSlots } from './Turn.tsx'
import { waitingPrompts } from './waiting-prompts.ts'

interface TimelineProps extends TurnSlots {
  state: SessionState
  /** Shown after the last turn: a prompt on its way, the pull request. */
  children?: ReactNode
}

/** Everything that happened in a session, in order. What waits is not in it (QueueList). */
export function Timeline({ state, children, ...slots }: TimelineProps) {
  const { next } = waitingPrompts(state)
  const turns = new Map(state.turns.map(turn => [turn.promptId, turn]))
  return (
    <section className="fx-timeline" aria-label={strings.timeline.label}>
      <p className="fx-hidden" role="status">
        {announcementOf(state)}
      </p>
      <ol className="fx-timeline__turns">
        {state.prompts.map(prompt => (
          <Entry
            key={prompt.promptId}
            sessionId={state.sessionId}
            prompt={prompt}
            turn={turns.get(prompt.promptId)}
            isNext={prompt === next}
            {...slots}
          />
        ))}
      </ol>
      {runningTurn(state) === undefined && <EgressRefusals refusals={state.egressRefusals} />}
      {state.issues.map(issue => (
        <IssueCard key={issue.operationId} issue={issue} />
      ))}
      {children}
      {state.isClosed && <p className="fx-timeline__closed">{strings.timeline.closed}</p>}
    </section>
  )
}

const Entry = memo(function Entry({
  prompt,
  turn,
  isNext,
  ...rest
}: TurnSlots & { sessionId: string; prompt: PromptState; turn: TurnState | undefined; isNext: boolean }) {
  if (turn !== undefined) {
    return (
      <li className="fx-timeline__turn">
        <Turn prompt={prompt} turn={turn} {...rest} />
      </li>
    )
  }
  if (isNext) {
    return (
      <li className="fx-timeline__turn">
        <PromptBubble prompt={prompt} />
        <p className="fx-timeline__next">
          <Spinner /> {strings.timeline.starting}
        </p>
      </li>
    )
  }
  if (prompt.status !== 'withdrawn') return null
  return (
    <li className="fx-timeline__withdrawn">
      {strings.timeline.withdrawn} <q>{prompt.text}</q>
    </li>
  )
})
