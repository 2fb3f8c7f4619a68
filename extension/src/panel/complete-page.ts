import { FixpointError, type Masking } from '@fixpoint/protocol'
import { askBackground } from '../ask-background.ts'
import type { PageDraft } from '../draft.ts'
import { type Outcome, requireValue } from '../outcome.ts'
import { fingerprintOf } from '../privacy/stored-masking.ts'
import type { Recording } from '../recording.ts'

/** Components and pictures of a pick take a moment; a prompt that is sent at once waits for them, but not longer than this. */
const LONGEST_WAIT_MS = 4_000
const LOOK_AGAIN_MS = 120

/**
 * The draft with what the console has said meanwhile and what is still being looked up for its picks, or as it is when that takes
 * too long.
 * @param masking of the page's project; null where it has none
 * @throws FixpointError `masking_rules_changed` where it was captured before these rules were known: it may show what they hide
 */
export async function completePage(page: PageDraft | null, masking: Masking | null): Promise<PageDraft | null> {
  if (page === null) return null
  if (masking !== null && page.masking !== fingerprintOf(masking)) {
    throw new FixpointError('masking_rules_changed', 'The page was captured before the project’s masking rules were known.')
  }
  const deadline = Date.now() + LONGEST_WAIT_MS
  const heard = await askBackground('readConsole', { tabId: page.tabId })
  let draft: PageDraft | null = heard.ok ? (heard.value ?? page) : page
  while (draft?.picks.some(pick => !pick.isComplete) && Date.now() < deadline) {
    await new Promise(resolve => setTimeout(resolve, LOOK_AGAIN_MS))
    const outcome: Outcome<PageDraft | null> = await askBackground('getDraft', { tabId: draft.tabId })
    if (!outcome.ok || outcome.value === null) return draft
    draft = outcome.value
  }
  return draft
}

export interface CompleteReport {
  page: PageDraft | null
  recording: Recording | null
}

/**
 * What goes along with a prompt or a report: the draft and the recording, which ends now. Where steps were recorded and nothing was
 * captured, the page is captured as it is.
 * @param origin of the page that the panel stands beside
 * @throws FixpointError `masking_rules_changed`, see above
 */
export async function completeReport(
  { page, recording }: CompleteReport,
  masking: Masking | null,
  origin: string
): Promise<CompleteReport> {
  if (recording === null) return { page: await completePage(page, masking), recording }
  const { tabId } = recording
  const stopped = requireValue(await askBackground('stopRecording', { tabId }))
  const recordedWith = stopped?.maskings[origin]
  if (masking !== null && recordedWith !== undefined && recordedWith !== fingerprintOf(masking)) {
    throw new FixpointError('masking_rules_changed', 'Steps were recorded before the project’s masking rules were known.')
  }
  const draft = page ?? requireValue(await askBackground('getDraft', { tabId }))
  if (draft === null && stopped?.failure)
    throw new FixpointError(stopped.failure.code, stopped.failure.message, { hint: stopped.failure.hint })
  return { page: await completePage(draft, masking), recording: stopped }
}
