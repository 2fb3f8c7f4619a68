import type { SessionState } from '@fixpoint/protocol'

/** The turn after which the pull request is shown: the last one whose work is in it, or would have been. */
export function turnOfPullRequest({ pullRequest, turns }: Pick<SessionState, 'pullRequest' | 'turns'>): string | undefined {
  if (pullRequest === null) return undefined
  return 'turnId' in pullRequest ? pullRequest.turnId : turns.findLast(turn => turn.checkpoint !== undefined)?.turnId
}
