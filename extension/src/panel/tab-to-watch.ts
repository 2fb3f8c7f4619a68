import type { Failure } from '@fixpoint/protocol'
import { describeTab } from '../background/inspectable.ts'
import { isBackground } from '../background/senders.ts'
import type { ActiveTab } from '../draft.ts'
import { onMessage, sendMessage } from '../messages.ts'

export type WatchedTab = { tab: ActiveTab } | { failure: Failure }

/**
 * Tells which tab the panel works with, at first and whenever it changes: the active one of its window, or the one that
 * `?tabId=` in the panel's address names (the panel is open as a tab of its own then).
 * @returns how to end listening
 */
export function watchTab(search: string, listener: (watched: WatchedTab) => void): () => void {
  const named = Number(new URLSearchParams(search).get('tabId') ?? Number.NaN)
  return Number.isInteger(named) ? watchNamedTab(named, listener) : watchActiveTab(listener)
}

function watchActiveTab(listener: (watched: WatchedTab) => void): () => void {
  let isWatching = true
  let windowId: number | undefined
  // Of several questions on their way only the answer to the last one counts.
  let question = 0

  async function ask() {
    const number = ++question
    windowId ??= (await chrome.windows.getCurrent()).id
    if (windowId === undefined) return
    const outcome = await sendMessage('getActiveTab', { windowId })
    if (!isWatching || number !== question) return
    listener(outcome.ok ? { tab: outcome.value } : { failure: outcome.failure })
  }

  const askAgain = () => void ask().catch(error => console.error(error))
  const stop = onMessage('tabChanged', ({ data, sender }) => {
    if (!isBackground(sender, chrome.runtime.id)) return
    if (windowId === undefined || data.windowId === windowId) askAgain()
  })
  askAgain()
  return () => {
    isWatching = false
    stop()
  }
}

function watchNamedTab(tabId: number, listener: (watched: WatchedTab) => void): () => void {
  let isWatching = true

  async function ask() {
    const tab = await describeTab(await chrome.tabs.get(tabId), false)
    if (isWatching && tab !== null) listener({ tab })
  }

  const askAgain = () => void ask().catch(error => console.error(error))
  const onUpdated = (updated: number) => {
    if (updated === tabId) askAgain()
  }
  chrome.tabs.onUpdated.addListener(onUpdated)
  chrome.permissions.onAdded.addListener(askAgain)
  askAgain()
  return () => {
    isWatching = false
    chrome.tabs.onUpdated.removeListener(onUpdated)
    chrome.permissions.onAdded.removeListener(askAgain)
  }
}
