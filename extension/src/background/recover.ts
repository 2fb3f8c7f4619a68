import { FixpointError } from '@fixpoint/protocol'
import { setPointing, tellDraftChanged } from './panel-events.ts'
import { resumeCaptures } from './pointing.ts'
import { storedDraft, storedPendingPicks, storedPointing } from './session-store.ts'

/**
 * Puts right what an earlier service worker left in the middle: Chrome may end it at any moment, and what it was doing then is done
 * by nobody any more. What was being captured is captured again. Pointing itself goes on, because that is the picker's.
 */
export async function recoverInterrupted(): Promise<void> {
  const resumed = new Set<number>()
  for (const tabId of await storedPendingPicks.tabs()) if (await resumeCaptures(tabId)) resumed.add(tabId)
  for (const tabId of await storedPointing.tabs()) {
    const state = await storedPointing.read(tabId)
    if (state?.status === 'starting' || (state?.status === 'capturing' && !resumed.has(tabId))) await setPointing({ tabId, status: 'off' })
  }
  for (const tabId of await storedDraft.tabs()) {
    const record = await storedDraft.read(tabId)
    if (!record || resumed.has(tabId) || record.draft.picks.every(pick => pick.isComplete)) continue
    const failure = new FixpointError(
      'screenshot_unavailable',
      'The browser interrupted the capture; some pictures are missing.'
    ).toFailure()
    const draft = {
      ...record.draft,
      revision: record.draft.revision + 1,
      picks: record.draft.picks.map(pick => ({ ...pick, isComplete: true })),
      problems: [...record.draft.problems, failure].slice(-20)
    }
    await storedDraft.write(tabId, { ...record, draft })
    tellDraftChanged(tabId, draft.revision)
  }
}
