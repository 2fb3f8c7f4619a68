import type { PageDraft } from '../draft.ts'
import { sendMessage } from '../messages.ts'

/** Components and pictures of a pick take a moment; a prompt that is sent at once waits for them, but not longer than this. */
const LONGEST_WAIT_MS = 4_000
const LOOK_AGAIN_MS = 120

/** The draft with what is still being looked up for its picks, or as it is when that takes too long. */
export async function completePage(page: PageDraft | null): Promise<PageDraft | null> {
  const deadline = Date.now() + LONGEST_WAIT_MS
  let draft = page
  while (draft?.picks.some(pick => !pick.isComplete) && Date.now() < deadline) {
    await new Promise(resolve => setTimeout(resolve, LOOK_AGAIN_MS))
    const outcome = await sendMessage('getDraft', { tabId: draft.tabId })
    if (!outcome.ok || outcome.value === null) return draft
    draft = outcome.value
  }
  return draft
}
