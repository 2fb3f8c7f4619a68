import type { PromptState, Proof, TimelineItem, TurnState } from '@fixpoint/protocol'
import { memo, type ReactNode } from 'react'
import { ProofCard } from '../proof/ProofCard.tsx'
import { strings } from '../strings.ts'
import { ActivityLine } from './ActivityLine.tsx'
import { groupItems } from './group-items.ts'
import { Notice } from './Notice.tsx'
import { PromptBubble } from './PromptBubble.tsx'
import { ToolCalls } from './ToolCalls.tsx'
import { TurnDecision } from './TurnDecision.tsx'
import { TurnEnd } from './TurnEnd.tsx'
import { TurnFailure } from './TurnFailure.tsx'
import { TurnText } from './TurnText.tsx'

export interface TurnSlots {
  /** Buttons below a proof. */
  proofActions?: ((proof: Proof, turn: TurnState) => ReactNode) | undefined
  /** Shown at the end of a turn: what followed from it, such as its pull request. */
  afterTurn?: ((turn: TurnState) => ReactNode) | undefined
  /** Buttons of a turn that failed. */
  failureActions?: ((turn: TurnState, prompt: PromptState) => ReactNode) | undefined
  /** What is copied for somebody who helps with a turn that failed. */
  diagnostics?: ((turn: TurnState) => string) | undefined
}

interface TurnProps extends TurnSlots {
  sessionId: string
  prompt: PromptState
  turn: TurnState
}

/** A prompt and everything that was done about it. */
export const Turn = memo(function Turn({ sessionId, prompt, turn, proofActions, afterTurn, failureActions, diagnostics }: TurnProps) {
  return (
    <article className="fx-turn" aria-label={strings.timeline.turnBy(prompt.author.name)} data-status={turn.status}>
      <PromptBubble prompt={prompt} />
      <div className="fx-turn__items">
        {groupItems(turn.items).map(group =>
          group.kind === 'tools' ? (
            <ToolCalls key={group.seq} items={group.items} />
          ) : (
            <Item key={group.seq} item={group.item} turn={turn} proofActions={proofActions} />
          )
        )}
        {turn.status === 'running' ? (
          <ActivityLine turn={turn} />
        ) : (
          <TurnEnd
            turn={turn}
            reference={`${sessionId} ${turn.turnId}`}
            diagnostics={diagnostics && (() => diagnostics(turn))}
            actions={failureActions?.(turn, prompt)}
          />
        )}
        <TurnDecision turn={turn} />
        {afterTurn?.(turn)}
      </div>
    </article>
  )
})

function Item({
  item,
  turn,
  proofActions
}: { item: Exclude<TimelineItem, { kind: 'tool' }>; turn: TurnState } & Pick<TurnSlots, 'proofActions'>) {
  switch (item.kind) {
    case 'text':
      return <TurnText item={item} />
    case 'notice':
      return <Notice item={item} />
    case 'failure':
      return isToldAtEnd(item, turn) ? null : <TurnFailure item={item} />
    case 'proof':
      return <ProofCard proof={item.proof} actions={proofActions?.(item.proof, turn)} />
  }
}

/** The failure that ended the turn is shown once, at its end. */
function isToldAtEnd(item: Extract<TimelineItem, { kind: 'failure' }>, turn: TurnState): boolean {
  return (
    turn.status === 'failed' &&
    item === turn.items.at(-1) &&
    item.failure.code === turn.failure?.code &&
    item.failure.message === turn.failure.message
  )
}
