import type { PageDraft } from '../draft.ts'
import { sendMessage } from '../messages.ts'
import type { Outcome } from '../outcome.ts'

/** Components and pictures of a pick take a moment; a prompt that is sent at once waits for them, but not longer than this. */
const LONGEST_WAIT_MS = 4_000
const LOOK_AGAIN_MS = 120

/**
 * The draft with what the console has said meanwhile and what is still being looked up for its picks, or as it is when that takes
 * too long.
 */
export async function completePage(page: PageDraft | null): Promise<PageDraft | null> {
  if (page === null) return null
  const deadline = Date.now() + LONGEST_WAIT_MS
  const heard = await sendMessage('readConsole', { tabId: page.tabId })
  let draft: PageDraft | null = heard.ok ? (heard.value ?? page) : page
  while (draft?.picks.some(pick => !pick.isComplete) && Date.now() < deadline) {
    await new Promise(resolve => setTimeout(resolve, LOOK_AGAIN_MS))
    const outcome: Outcome<PageDraft | null> = await sendMessage('getDraft', { tabId: draft.tabId })
    if (!outcome.ok || outcome.value === null) return draft
    draft = outcome.value
  }
  return draft
}
