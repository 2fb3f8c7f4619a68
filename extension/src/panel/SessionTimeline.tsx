import { type PromptState, provenSteps, runningTurn, type SessionState, type TurnState, verdictOfWork } from '@fixpoint/protocol'
import {
  Artifacts,
  Button,
  DecisionButtons,
  ErrorCard,
  PullRequestCard,
  Spinner,
  Timeline,
  turnOfPullRequest,
  UndoButton
} from '@fixpoint/ui'
import { GitPullRequestArrow } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Problem } from './problem.ts'
import { pullRequestOffer } from './pull-request-offer.ts'
import type { Server } from './server.ts'
import type { FollowedSession } from './session-follower.ts'
import { strings } from './strings.ts'
import type { SessionActions } from './use-session-actions.ts'

interface SessionTimelineProps {
  server: Server
  followed: FollowedSession | null
  actions: SessionActions
  /** A prompt on its way. */
  pending: ReactNode
  diagnostics: (problem?: Problem, turn?: TurnState) => string
  onRetry: () => void
  onNewSession: () => void
  /** The person wants to write about the result. */
  onAnswer: () => void
  /** A prompt that came to nothing goes back into the composer. */
  onPutBack: (text: string) => void
  /** The person wants what turns changed to be as before; they are asked first. */
  onDiscard: (turnIds: string[]) => void
}

/** The chosen session: its timeline and pull request, or why it cannot be shown. */
export function SessionTimeline(props: SessionTimelineProps) {
  const { server, followed, actions, pending, diagnostics } = props
  const failure = followed?.status === 'failed' && followed.failure !== undefined && (
    <ErrorCard failure={followed.failure} diagnostics={() => diagnostics()}>
      <Button onClick={props.onRetry}>{strings.session.retry}</Button>
      <Button onClick={props.onNewSession}>{strings.session.newSession}</Button>
    </ErrorCard>
  )
  if (followed === null || followed.state.seq === 0) return <div className="fp-pad">{failure || pending || <Loading />}</div>

  const { state } = followed
  const lastChange = state.turns.findLast(turn => turn.checkpoint !== undefined && turn.undone === undefined)
  const isRunning = runningTurn(state) !== undefined
  const button = <PullRequestButton state={state} actions={actions} />
  const pullRequest = state.pullRequest
  return (
    <Artifacts source={server.artifacts} sessionId={state.sessionId}>
      <Timeline
        state={state}
        diagnostics={turn => diagnostics(undefined, turn)}
        proofActions={proof =>
          proof === lastChange?.proof && !state.isClosed ? (
            <>
              {button}
              <DecisionButtons session={state} onAccept={actions.accept} onDiscard={props.onDiscard} />
              <Button onClick={props.onAnswer}>{strings.session.notQuite}</Button>
            </>
          ) : null
        }
        afterTurn={turn => (
          <>
            <UndoButton session={state} turn={turn} onUndo={actions.undo} />
            {pullRequest !== null && turnOfPullRequest(state) === turn.turnId && (
              <PullRequestCard
                pullRequest={pullRequest}
                diagnostics={() =>
                  diagnostics(pullRequest.status === 'failed' ? { failure: pullRequest.failure, requestId: undefined } : undefined)
                }
              />
            )}
          </>
        )}
        failureActions={(_turn: TurnState, prompt: PromptState) => (
          <Button onClick={() => props.onPutBack(prompt.text)}>{strings.session.putBack}</Button>
        )}
      >
        {pending}
        {lastChange !== undefined && lastChange.proof === undefined && !isRunning && (
          <div className="fx-buttons">
            {button}
            <DecisionButtons session={state} onAccept={actions.accept} onDiscard={props.onDiscard} />
          </div>
        )}
        {failure}
      </Timeline>
    </Artifacts>
  )
}

interface PullRequestButtonProps {
  state: SessionState
  actions: SessionActions
}

function PullRequestButton({ state, actions }: PullRequestButtonProps) {
  const offer = pullRequestOffer(state)
  if (offer === null) return null
  const label = actions.isRequestingPullRequest ? 'creating' : offer.label
  return (
    <Button
      look={verdictOfWork(provenSteps(state)) === 'verified' ? 'primary' : 'secondary'}
      disabled={!offer.isPossible || actions.isRequestingPullRequest}
      title={runningTurn(state) === undefined ? undefined : strings.session.pullRequestWhileRunning}
      onClick={() => actions.createPullRequest(false)}
    >
      <GitPullRequestArrow aria-hidden size={14} />
      {strings.session.pullRequest[label]}
    </Button>
  )
}

function Loading() {
  return (
    <p className="fp-muted fp-center" role="status">
      <Spinner /> {strings.session.loading}
    </p>
  )
}
