/** What the page and its frames say in the console, and which of their requests fail, from pointing until the draft is sent. */
import {
  type ConsoleMessage,
  cutText,
  type FailedPageRequest,
  PAGE_CONTEXT_LIMITS,
  stripControls,
  toStorableText
} from '@fixpoint/protocol'
import { beginConsoleWatch, type NoticedRequest, readConsoleWatch, watchedPageSchema } from '../inspector/console-watch.ts'
import { type CollectedRequest, collectedRequestsSchema } from '../page-context/collected-context.ts'
import { redactAddress } from '../privacy/addresses.ts'
import { detectorsOf } from '../privacy/project-masking.ts'
import { type RedactionCounts, redactSecrets } from '../privacy/secrets.ts'
import { changeDraft, mostOf } from './capture.ts'
import { maskingOfTab } from './masking.ts'
import { callInAll, callInFrames, callInPage, type PageDocument } from './page-scripts.ts'
import { withoutPrivateWords } from './private-words.ts'
import { storedDraft } from './session-store.ts'

const LIMIT = 1_000
/** Requests of scripts whose methods are known, of the page and its frames together. */
const MOST_REQUESTS = 400

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
  const { requests: noticed, heard } = await readWatch(page, runId, isEnd)
  return await clean(page, noticed, heard)
}

/** Adds to the draft what the watch has recorded; with `isEnd` the watch is taken off the page. */
export async function takeConsole(page: PageDocument, runId: string, isEnd: boolean): Promise<void> {
  const { requests: noticed, heard } = await readWatch(page, runId, isEnd)
  const record = await storedDraft.read(page.tabId)
  if (!record || record.documentId !== page.documentId) return
  const { messages, requests, counts } = await clean(page, noticed, heard)
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

async function readWatch(page: PageDocument, runId: string, isEnd: boolean): Promise<{ requests: NoticedRequest[]; heard: Heard[] }> {
  const call = { world: 'MAIN' as const, func: readConsoleWatch, args: [runId, isEnd] as [string, boolean], limit: LIMIT }
  const top = await callInPage(page, call, watchedPageSchema)
  const frames = await callInFrames(page.tabId, call, watchedPageSchema)
  const heard = [
    ...top.messages.map(message => ({ message, frame: undefined })),
    ...frames.flatMap(({ address, messages }) => messages.map(message => ({ message, frame: address })))
  ].sort((a, b) => a.message.at - b.message.at)
  return { requests: [top, ...frames].flatMap(({ requests }) => requests).slice(-MOST_REQUESTS), heard }
}

async function clean(page: PageDocument, noticed: NoticedRequest[], heard: readonly Heard[]) {
  const counts: RedactionCounts = {}
  const messages = heard.length === 0 ? [] : await cleanMessages(page, heard, counts)
  const requests = await failedRequestsOf(page, noticed, counts)
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
  const call = {
    world: 'ISOLATED' as const,
    func: (notes: NoticedRequest[]) =>
      globalThis.fixpoint?.collectRequests?.(notes) ??
      globalThis.fixpoint?.recorder?.collectRequests(notes) ?? { requests: [], redactions: {} },
    args: [noticed] as [NoticedRequest[]],
    limit: 4 * LIMIT
  }
  const collected = [
    await callInPage(page, call, collectedRequestsSchema),
    ...(await callInFrames(page.tabId, call, collectedRequestsSchema))
  ]
  // A frame of the page's own origin may tell the same as the page around it.
  const found = new Map<string, CollectedRequest>()
  for (const { requests, redactions } of collected) {
    for (const request of requests) found.set(`${request.initiator} ${request.url} ${request.status}`, request)
    for (const [kind, times] of Object.entries(redactions)) counts[kind] = (counts[kind] ?? 0) + times
  }
  const newest = [...found.values()].sort((a, b) => a.at - b.at).slice(-PAGE_CONTEXT_LIMITS.failedRequests)
  return newest.map(({ method, url, initiator, status, at }) => ({
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
