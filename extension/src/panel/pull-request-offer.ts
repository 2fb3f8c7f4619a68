import { runningTurn, type SessionState } from '@fixpoint/protocol'

/** What the button for the pull request says and whether it can be pressed; null where there is nothing to propose. */
export type PullRequestOffer = { label: 'create' | 'update' | 'creating'; isPossible: boolean } | null

/** Whether the session's work can be proposed: it has changes that are in no pull request yet. */
export function pullRequestOffer(state: SessionState): PullRequestOffer {
  if (state.checkpoint === null || state.checkpoint.files.length === 0) return null
  const { pullRequest } = state
  if (pullRequest?.status === 'requested') return { label: 'creating', isPossible: false }
  const lastChange = state.turns.findLast(turn => turn.checkpoint !== undefined)
  if (pullRequest?.status === 'opened' && pullRequest.turnId === lastChange?.turnId) return null
  return { label: pullRequest?.status === 'opened' ? 'update' : 'create', isPossible: runningTurn(state) === undefined && !state.isClosed }
}
