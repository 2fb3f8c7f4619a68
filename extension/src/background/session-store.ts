import { z } from 'zod'
import { type PageDraft, pageDraftSchema, pointingStateSchema } from '../draft.ts'
import { pickedMessageSchema } from '../message-schemas.ts'
import { recordingSchema } from '../recording.ts'

/**
 * What must outlive the service worker, which Chrome ends after 30 s without work: in `chrome.storage.session`, that is in memory,
 * for the extension's own pages only, and gone when the browser is closed.
 */

/** One pointing run of a tab. */
const runSchema = z.object({
  runId: z.string(),
  /** The document in the tab's top frame. */
  documentId: z.string(),
  /** Every document that has a picker: the top one, whose path is empty, and frames of other sites. */
  documents: z.array(
    z.object({
      documentId: z.string(),
      frameId: z.number().int(),
      /** Places of the windows on the way from the top; see `frames.ts`. */
      path: z.array(z.number().int()),
      /** What its next pick must bring along; null when no more picks are taken. */
      nonce: z.string().nullable()
    })
  )
})
export type Run = z.infer<typeof runSchema>

/** The console watch of a run, which outlives it: what a person does between pointing and sending is worth hearing too. */
const watchSchema = z.object({ runId: z.string(), documentId: z.string() })

/** A draft with what only the background needs to know. */
const draftRecordSchema = z.object({
  draft: pageDraftSchema,
  documentId: z.string(),
  /** Numbers of removed picks are not given again, because prompts may speak of them. */
  lastNumber: z.number().int(),
  changedAt: z.number()
})
export type DraftRecord = z.infer<typeof draftRecordSchema>

/** Picks that were taken and whose capture has not come to its end: what the end of the worker cuts off is done again. */
const pendingPicksSchema = z.array(
  z.object({ run: runSchema, documentId: z.string(), message: pickedMessageSchema, isLast: z.boolean(), attempts: z.number().int() })
)
export type PendingPick = z.infer<typeof pendingPicksSchema>[number]

/** A recording with what only the background needs to know. */
const recordingRecordSchema = z.object({
  recording: recordingSchema,
  recordingId: z.string(),
  /** The document in the tab's top frame that is recorded; null while none is. */
  documentId: z.string().nullable(),
  /** Numbers of the steps that were taken of each document: one whose answer was lost is told again. */
  taken: z.record(z.string(), z.array(z.number().int()))
})
export type RecordingRecord = z.infer<typeof recordingRecordSchema>

interface StoredPerTab<T> {
  /** The tabs that something is stored for. */
  tabs(): Promise<number[]>
  read(tabId: number): Promise<T | null>
  write(tabId: number, value: T | null): Promise<void>
}

function storedPerTab<T>(kind: string, schema: z.ZodType<T>): StoredPerTab<T> {
  const keyOf = (tabId: number) => `${kind}:${tabId}`
  return {
    async tabs() {
      const all = await chrome.storage.session.get(null)
      return Object.keys(all).flatMap(key => (key.startsWith(`${kind}:`) ? Number(key.slice(kind.length + 1)) : []))
    },
    async read(tabId) {
      const key = keyOf(tabId)
      const { [key]: value } = await chrome.storage.session.get(key)
      if (value === undefined) return null
      const parsed = schema.safeParse(value)
      if (parsed.success) return parsed.data
      // Written by another version of the extension in this browser session.
      await chrome.storage.session.remove(key)
      return null
    },
    async write(tabId, value) {
      if (value === null) await chrome.storage.session.remove(keyOf(tabId))
      else await chrome.storage.session.set({ [keyOf(tabId)]: value })
    }
  }
}

export const storedRun = storedPerTab('run', runSchema)
export const storedWatch = storedPerTab('console-watch', watchSchema)
export const storedDraft = storedPerTab('draft', draftRecordSchema)
export const storedRecording = storedPerTab('recording', recordingRecordSchema)
export const storedPendingPicks = storedPerTab('pending-picks', pendingPicksSchema)
export const storedPointing = storedPerTab('pointing', pointingStateSchema)
/** The panel's request by which pointing last began. */
export const storedStart = storedPerTab('start', z.string())
/** Set while a tab stays on a page where the person clicked the icon and Chrome gave no access all the same. */
export const storedFutileClick = storedPerTab('futile-click', z.literal(true))

/** Everything of a tab that was closed. */
export async function forgetTab(tabId: number): Promise<void> {
  const everything = [
    storedRun,
    storedWatch,
    storedDraft,
    storedPendingPicks,
    storedRecording,
    storedPointing,
    storedStart,
    storedFutileClick
  ]
  for (const stored of everything) await stored.write(tabId, null)
}

/**
 * Stores a draft. The storage has room for about 10 MB: when it is full, pictures of the oldest other drafts go first, then this
 * draft's own.
 */
export async function writeDraft(record: DraftRecord): Promise<DraftRecord> {
  const { tabId } = record.draft
  if (await writeWithRoom(() => storedDraft.write(tabId, record), await otherDrafts(tabId))) return record
  const bare = withoutPictures(record)
  await storedDraft.write(tabId, bare)
  return bare
}

/** Stores a recording; where there is no room, pictures of drafts go first. */
export async function writeRecording(record: RecordingRecord): Promise<void> {
  const write = () => storedRecording.write(record.recording.tabId, record)
  if (!(await writeWithRoom(write, await otherDrafts(null)))) await write()
}

/** @returns false where there is no room even without the pictures of these drafts */
async function writeWithRoom(write: () => Promise<void>, others: readonly DraftRecord[]): Promise<boolean> {
  const lighter = others.toSorted((a, b) => a.changedAt - b.changedAt).map(withoutPictures)
  for (;;) {
    try {
      await write()
      return true
    } catch (error) {
      if (!/quota/i.test(String(error))) throw error
      const oldest = lighter.shift()
      if (!oldest) return false
      await storedDraft.write(oldest.draft.tabId, oldest)
    }
  }
}

async function otherDrafts(tabId: number | null): Promise<DraftRecord[]> {
  const others = (await storedDraft.tabs()).filter(other => other !== tabId)
  const records = await Promise.all(others.map(other => storedDraft.read(other)))
  return records
    .flatMap(record => record ?? [])
    .filter(({ draft }) => draft.screenshot !== undefined || draft.picks.some(pick => pick.crop))
}

export function withoutPictures(record: DraftRecord): DraftRecord {
  const { screenshot: _, annotated: _drawn, ...draft } = record.draft
  const note = 'Pictures: left out, because there was no room to keep them'
  const bare: PageDraft = {
    ...draft,
    revision: draft.revision + 1,
    picks: draft.picks.map(({ crop: _crop, ...pick }) => pick),
    truncated: [...draft.truncated.filter(text => text !== note), note].slice(-20)
  }
  return { ...record, draft: bare }
}
