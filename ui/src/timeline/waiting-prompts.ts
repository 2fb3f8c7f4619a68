import { type PromptState, queuedPrompts, runningTurn, type SessionState } from '@fixpoint/protocol'

/**
 * The prompts that wait, in two parts: the one that starts as soon as the server comes to it belongs into the timeline, those
 * that wait for another turn into the queue.
 */
export function waitingPrompts(state: SessionState): { next: PromptState | undefined; queue: PromptState[] } {
  const queued = queuedPrompts(state)
  if (runningTurn(state) !== undefined) return { next: undefined, queue: queued }
  return { next: queued[0], queue: queued.slice(1) }
}
