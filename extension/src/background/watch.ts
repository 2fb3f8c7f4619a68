/** What the page and its frames say in the console, and which of their requests fail, from pointing until the draft is sent. */
import {
  type ConsoleMessage,
  cutText,
  type FailedPageRequest,
  PAGE_CONTEXT_LIMITS,
  stripControls,
  toStorableText
} from '@fixpoint/protocol'
import type { z } from 'zod'
import { beginConsoleWatch, type NoticedRequest, readConsoleWatch, watchedPageSchema } from '../inspector/console-watch.ts'
import { collectedRequestsSchema } from '../page-context/collected-context.ts'
import { redactAddress } from '../privacy/addresses.ts'
import { detectorsOf } from '../privacy/project-masking.ts'
import { type RedactionCounts, redactSecrets } from '../privacy/secrets.ts'
import { changeDraft, mostOf } from './capture.ts'
import { maskingOfTab } from './masking.ts'
import { callInAll, callInFrames, callInPage, type PageDocument } from './page-scripts.ts'
import { withoutPrivateWords } from './private-words.ts'
import { storedDraft } from './session-store.ts'

const LIMIT = 1_000

/** Begins to listen: in the page, and in those of its frames that Chrome lets the extension into. */
export async function beginWatch(page: PageDocument, runId: string): Promise<void> {
  await callInAll(page, { world: 'MAIN', func: beginConsoleWatch, args: [runId], limit: LIMIT })
}

interface Heard {
  message: { level: 'error' | 'warning'; text: string; at: number }
  frame: string | undefined
}

/** What a watch has recorded until now, as it may be sent; with `isEnd` the watch is taken off the page. */
export async function hearWatch(
  page: PageDocument,
  runId: string,
  isEnd: boolean
): Promise<{ messages: ConsoleMessage[]; requests: FailedPageRequest[]; counts: RedactionCounts }> {
  const { top, heard } = await readWatch(page, runId, isEnd)
  return await clean(page, top, heard)
}

/** Adds to the draft what the watch has recorded; with `isEnd` the watch is taken off the page. */
export async function takeConsole(page: PageDocument, runId: string, isEnd: boolean): Promise<void> {
  const { top, heard } = await readWatch(page, runId, isEnd)
  const record = await storedDraft.read(page.tabId)
  if (!record || record.documentId !== page.documentId) return
  const { messages, requests, counts } = await clean(page, top, heard)
  const known = new Set(record.draft.console.map(({ at, text }) => `${at} ${text}`))
  const added = messages.filter(({ at, text }) => !known.has(`${at} ${text}`))
  const hasNewRequests = JSON.stringify(requests) !== JSON.stringify(record.draft.requests)
  if (added.length === 0 && !hasNewRequests) return
  await changeDraft(page, current => {
    const latest = current ?? record
    const { draft } = latest
    return {
      ...latest,
      draft: {
        ...draft,
        revision: draft.revision + 1,
        console: [...draft.console, ...added].slice(-PAGE_CONTEXT_LIMITS.consoleEntries),
        requests,
        redactions: mostOf(draft.redactions, counts)
      }
    }
  })
}

type WatchedPage = z.infer<typeof watchedPageSchema>

async function readWatch(page: PageDocument, runId: string, isEnd: boolean): Promise<{ top: WatchedPage; heard: Heard[] }> {
  const call = { world: 'MAIN' as const, func: readConsoleWatch, args: [runId, isEnd] as [string, boolean], limit: LIMIT }
  const top = await callInPage(page, call, watchedPageSchema)
  const frames = await callInFrames(page.tabId, call, watchedPageSchema)
  const heard = [
    ...top.messages.map(message => ({ message, frame: undefined })),
    ...frames.flatMap(({ address, messages }) => messages.map(message => ({ message, frame: address })))
  ].sort((a, b) => a.message.at - b.message.at)
  return { top, heard }
}

async function clean(page: PageDocument, top: WatchedPage, heard: readonly Heard[]) {
  const counts: RedactionCounts = {}
  const messages = heard.length === 0 ? [] : await cleanMessages(page, heard, counts)
  const requests = await failedRequestsOf(page, top.requests, counts)
  return { messages, requests, counts }
}

async function cleanMessages(page: PageDocument, heard: readonly Heard[], counts: RedactionCounts): Promise<ConsoleMessage[]> {
  const { masking } = await maskingOfTab(page.tabId)
  const rules = detectorsOf(masking)
  const texts = await withoutPrivateWords(
    page,
    heard.map(({ message }) => message.text),
    counts
  )
  return heard.map(({ message: { level, at }, frame }, index) => ({
    level,
    text: toStorableText(cutText(redactSecrets(stripControls(toStorableText(texts[index] ?? '')), counts, rules), 1_900)),
    at: timeOf(at),
    ...(frame !== undefined && { frame: toStorableText(redactAddress(frame, counts)).slice(0, 500) })
  }))
}

/** Only where something of Fixpoint's in the page can clean them. */
async function failedRequestsOf(page: PageDocument, noticed: NoticedRequest[], counts: RedactionCounts): Promise<FailedPageRequest[]> {
  const collected = await callInPage(
    page,
    {
      world: 'ISOLATED',
      func: (notes: NoticedRequest[]) =>
        globalThis.fixpoint?.collectRequests?.(notes) ??
        globalThis.fixpoint?.recorder?.collectRequests(notes) ?? { requests: [], redactions: {} },
      args: [noticed],
      limit: 4 * LIMIT
    },
    collectedRequestsSchema
  )
  for (const [kind, times] of Object.entries(collected.redactions)) counts[kind] = (counts[kind] ?? 0) + times
  return collected.requests.map(({ method, url, initiator, status, at }) => ({
    ...(method !== undefined && /^[A-Z]{1,20}$/.test(method) && { method }),
    url: toStorableText(stripControls(url)),
    initiator,
    status,
    at: timeOf(at)
  }))
}

function timeOf(at: number): string {
  return new Date(Number.isFinite(at) && Math.abs(at) < 8.64e15 ? at : Date.now()).toISOString()
}
