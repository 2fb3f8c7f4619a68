/**
 * Drafts live in `chrome.storage.session`, in memory, which Chrome empties when it updates the extension; and it does so by itself,
 * without a word: once no panel is open and the worker has ended, or at any moment when somebody presses “Update” on chrome://extensions.
 * So a copy is kept on disk, and taken up by the new version. It belongs to this run of the browser: after a restart it is thrown away
 * unread, as drafts have always gone then.
 */
import { oneAtATime } from './one-at-a-time.ts'
import { type DraftRecord, storedDraft, withoutPictures } from './session-store.ts'

/** What is worth keeping; runs and pointing end with the version that began them. */
const KEPT = /^(?:draft|composer|outbox|recording):/
const PREFIX = 'parked:'
/** Ids of the tabs that were open. Chrome gives an id once, so that one that is still there means the same run of the browser. */
const TABS_KEY = 'parked-tabs'
/** In the session's storage, and gone with it. */
const MARKER = 'drafts-restored'

const QUEUE = 'parked-drafts'

/** Copies each change of a draft to disk, from now on. */
export function keepDraftsParked(): void {
  if (chrome.extension.inIncognitoContext) return
  chrome.storage.session.onChanged.addListener(changes => {
    const changed = Object.entries(changes).filter(([key]) => KEPT.test(key))
    if (changed.length === 0) return
    oneAtATime(QUEUE, async () => {
      await chrome.storage.local.set({ [TABS_KEY]: await openTabs() })
      for (const [key, { newValue }] of changed) await parkOne(key, newValue)
    }).catch((error: unknown) => console.error(error))
  })
}

async function parkOne(key: string, value: unknown): Promise<void> {
  if (value === undefined) {
    await chrome.storage.local.remove(PREFIX + key)
    return
  }
  const record = key.startsWith('draft:') ? await storedDraft.read(Number(key.slice('draft:'.length))) : null
  if (record === null) await chrome.storage.local.set({ [PREFIX + key]: value })
  else await parkRecord(record)
}

/** With its pictures, or without them where there is no room. */
async function parkRecord(record: DraftRecord): Promise<void> {
  const key = `${PREFIX}draft:${record.draft.tabId}`
  try {
    await chrome.storage.local.set({ [key]: record })
  } catch (error) {
    if (!/quota/i.test(String(error))) throw error
    await chrome.storage.local.set({ [key]: withoutPictures(record) })
  }
}

/** Copies all drafts to disk, in place of what was parked before. Pictures that do not fit are left out, the oldest first. */
export async function parkDrafts(): Promise<void> {
  // Private windows leave nothing on disk; their drafts go with an update.
  if (chrome.extension.inIncognitoContext) return
  await oneAtATime(QUEUE, async () => {
    await discard()
    const entries = Object.entries(await chrome.storage.session.get(null)).filter(([key]) => KEPT.test(key))
    if (entries.length === 0) return
    const texts = entries.filter(([key]) => !key.startsWith('draft:'))
    await chrome.storage.local.set({
      [TABS_KEY]: await openTabs(),
      ...Object.fromEntries(texts.map(([key, value]) => [PREFIX + key, value]))
    })
    const records = await Promise.all((await storedDraft.tabs()).map(tabId => storedDraft.read(tabId)))
    const newestFirst = records.flatMap(record => record ?? []).sort((a, b) => b.changedAt - a.changedAt)
    for (const record of newestFirst) await parkRecord(record)
  })
}

/** Takes parked drafts up where the session's storage was emptied since. */
export async function restoreDrafts(): Promise<void> {
  if (chrome.extension.inIncognitoContext) return
  await oneAtATime(QUEUE, async () => {
    const session = await chrome.storage.session.get(null)
    if (session[MARKER] === true) return
    const local = await chrome.storage.local.get(null)
    const formerTabs: unknown = local[TABS_KEY]
    const tabs = new Set(await openTabs())
    if (Array.isArray(formerTabs) && formerTabs.some(tabId => tabs.has(tabId))) {
      for (const [key, value] of Object.entries(local)) {
        if (!key.startsWith(PREFIX)) continue
        const name = key.slice(PREFIX.length)
        const [, tabId] = /^(?:draft|recording):(\d+)$/.exec(name) ?? []
        const isOfClosedTab = tabId !== undefined && !tabs.has(Number(tabId))
        if (!(name in session) && !isOfClosedTab) await chrome.storage.session.set({ [name]: value })
      }
    } else {
      await discard()
    }
    await chrome.storage.session.set({ [MARKER]: true })
  })
}

async function discard(): Promise<void> {
  const keys = Object.keys(await chrome.storage.local.get(null))
  const parked = keys.filter(key => key.startsWith(PREFIX) || key === TABS_KEY)
  if (parked.length > 0) await chrome.storage.local.remove(parked)
}

async function openTabs(): Promise<number[]> {
  return (await chrome.tabs.query({})).flatMap(tab => tab.id ?? [])
}
