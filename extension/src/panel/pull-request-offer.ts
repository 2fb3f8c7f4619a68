import { isProposed, runningTurn, runningUndo, type SessionState } from '@fixpoint/protocol'

/** What the button for the pull request says and whether it can be pressed; null where there is nothing to propose. */
export type PullRequestOffer = { label: 'create' | 'update' | 'creating'; isPossible: boolean } | null

/** Whether the session's work can be proposed: it has changes that are in no pull request yet. */
export function pullRequestOffer(state: SessionState): PullRequestOffer {
  if (state.checkpoint === null || state.checkpoint.files.length === 0) return null
  const { pullRequest } = state
  if (pullRequest?.status === 'requested') return { label: 'creating', isPossible: false }
  if (pullRequest?.status === 'opened' && isProposed(state)) return null
  const isIdle = runningTurn(state) === undefined && runningUndo(state) === undefined
  return { label: pullRequest?.status === 'opened' ? 'update' : 'create', isPossible: isIdle && !state.isClosed }
}
