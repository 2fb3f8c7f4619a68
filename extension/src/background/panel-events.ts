import type { PointingState } from '../draft.ts'
import { sendMessage } from '../messages.ts'
import { storedPointing } from './session-store.ts'

/** Tells every open panel; that none is open is no failure. */
function tell(event: Promise<unknown>): void {
  event.catch((error: unknown) => {
    const isNobodyThere = /Could not establish connection|Receiving end does not exist|No response|message port closed/i.test(String(error))
    if (!isNobodyThere) console.error(error)
  })
}

export function tellDraftChanged(tabId: number, revision: number | null): void {
  tell(sendMessage('draftChanged', { tabId, revision }))
}

export function tellRecordingChanged(tabId: number, revision: number | null): void {
  tell(sendMessage('recordingChanged', { tabId, revision }))
}

export function tellTabChanged(windowId: number, tabId: number): void {
  tell(sendMessage('tabChanged', { windowId, tabId }))
}

export async function pointingOf(tabId: number): Promise<PointingState> {
  return (await storedPointing.read(tabId)) ?? { tabId, status: 'off' }
}

export async function setPointing(state: PointingState): Promise<PointingState> {
  await storedPointing.write(state.tabId, state.status === 'off' && !state.failure ? null : state)
  tell(sendMessage('pointingChanged', state))
  return state
}
