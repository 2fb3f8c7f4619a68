import { type PromptState, runningTurn, type SessionState, type TurnState } from '@fixpoint/protocol'
import {
  Artifacts,
  Button,
  DecisionButtons,
  PullRequestCard,
  QueueList,
  ScrollToEnd,
  Spinner,
  Timeline,
  turnOfPullRequest,
  UndoButton,
  waitingPrompts
} from '@fixpoint/ui'
import { useEffect, useState } from 'react'
import { type Host, usePageState } from './host.ts'
import { PromptField } from './PromptField.tsx'
import { words } from './words.ts'

/** The session, as the panel shows it: the same components over the same log. */
export function TimelinePage({ host }: { host: Host }) {
  const { session, status, refusal, sent } = usePageState(host)
  const [text, setText] = useState(host.draft.read)
  useEffect(() => {
    host.draft.write(text)
  }, [host, text])
  if (session === null || session.seq === 0) return <Empty status={status.status} problem={status.problem} />
  const running = runningTurn(session)
  const lastProof = session.turns.findLast(turn => turn.proof !== undefined && turn.undone === undefined)
  const isBroken = status.status === 'offline' || status.status === 'refused'
  return (
    <main className="fi-page">
      {isBroken && (
        <p className="fi-banner" role="status">
          {words.offline} {status.problem}
        </p>
      )}
      <ScrollToEnd resetKey={session.sessionId}>
        <Artifacts source={host.artifacts} sessionId={session.sessionId}>
          <Timeline
            state={session}
            diagnostics={turn => diagnosticsOf(session, turn)}
            proofActions={proof => {
              const turn = session.turns.find(candidate => candidate.proof === proof)
              return turn && <ProofButtons host={host} session={session} turn={turn} isLast={turn === lastProof} />
            }}
            afterTurn={turn => (
              <>
                <UndoButton
                  session={session}
                  turn={turn}
                  onUndo={(turnIds, leaveChanged) => host.post({ kind: 'undo', turnIds, leaveChanged })}
                />
                {session.pullRequest !== null && turnOfPullRequest(session) === turn.turnId && (
                  <PullRequestCard pullRequest={session.pullRequest} />
                )}
              </>
            )}
            failureActions={(_turn: TurnState, prompt: PromptState) => <Button onClick={() => setText(prompt.text)}>{words.again}</Button>}
          />
        </Artifacts>
      </ScrollToEnd>
      <QueueList
        prompts={waitingPrompts(session).queue}
        onWithdraw={promptId => host.post({ kind: 'withdraw', promptId })}
        withdrawing={new Set()}
      />
      <PromptField
        text={text}
        onTextChange={setText}
        isRunning={running !== undefined}
        isStopping={running?.isStopRequested ?? false}
        isBlocked={!status.canPrompt}
        refusal={refusal}
        sent={sent}
        onSend={() => host.post({ kind: 'prompt', text })}
        onStop={() => host.post({ kind: 'stop' })}
      />
    </main>
  )
}

function ProofButtons({ host, session, turn, isLast }: { host: Host; session: SessionState; turn: TurnState; isLast: boolean }) {
  return (
    <>
      <Button onClick={() => host.post({ kind: 'openProof', turnId: turn.turnId })}>{words.openProof}</Button>
      <Button onClick={() => host.post({ kind: 'showTurnChanges', turnId: turn.turnId })}>{words.showChanges}</Button>
      {isLast && (
        <DecisionButtons
          session={session}
          onAccept={() => host.post({ kind: 'accept' })}
          onDiscard={() => host.post({ kind: 'discard' })}
        />
      )}
      {isLast && !session.isClosed && session.pullRequest?.status !== 'requested' && (
        <Button onClick={() => host.post({ kind: 'createPullRequest' })}>{words.createPullRequest}</Button>
      )}
    </>
  )
}

function Empty({ status, problem }: { status: string; problem: string | null }) {
  const isWaiting = status === 'connecting' || status === 'connected'
  return (
    <p className="fi-empty" role="status">
      {isWaiting && <Spinner />} {isWaiting ? words.loading : (problem ?? words.noSession)}
    </p>
  )
}

function diagnosticsOf(session: SessionState, turn: TurnState | undefined): string {
  return [`session ${session.sessionId} at ${session.seq}`, turn && `turn ${turn.turnId} ${turn.status} ${turn.failure?.code ?? ''}`]
    .filter(Boolean)
    .join('\n')
}
