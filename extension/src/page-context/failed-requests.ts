import { PAGE_CONTEXT_LIMITS } from '@fixpoint/protocol/page-context-limits'
import type { NoticedRequest } from '../inspector/console-watch.ts'
import type { CollectedRequest } from './collected-context.ts'

const MOST_PICTURES = 2_000

/**
 * Requests of this document that failed. The measurements say the status of each answer that the page may see, and reach back to when
 * the document began, as far as the page has not cleared them. Where there was no answer, or one of another site, they say nothing: a
 * picture that is broken shows it itself, and a request to the page's own origin without a status had no answer; neither had one of a
 * script that would have been allowed to read it.
 * @param noticed requests that scripts made, of which the measurements do not tell the method
 */
export function failedRequests(noticed: readonly NoticedRequest[]): CollectedRequest[] {
  const notes = new Map(noticed.map(note => [note.url, note]))
  const found = new Map<string, CollectedRequest>()
  const entries = performance.getEntriesByType('resource').filter(entry => entry instanceof PerformanceResourceTiming)
  for (const { name, initiatorType, responseStatus, startTime, responseEnd, transferSize, decodedBodySize } of entries) {
    const isByScript = initiatorType === 'fetch' || initiatorType === 'xmlhttprequest'
    const note = isByScript ? notes.get(name) : undefined
    const wouldTell = isOwn(name) || (note !== undefined && !note.isOpaque)
    const isUnanswered = responseStatus === 0 && transferSize === 0 && decodedBodySize === 0 && responseEnd > 0 && wouldTell
    if (responseStatus < 400 && !isUnanswered) continue
    const method = note?.method ?? (isByScript ? undefined : 'GET')
    add({ method, url: name, initiator: initiatorType || 'other', status: responseStatus >= 400 ? responseStatus : null, at: startTime })
  }
  const pictures = document.images
  for (let index = 0; index < Math.min(pictures.length, MOST_PICTURES); index++) {
    const picture = pictures[index]
    if (!picture?.complete || picture.naturalWidth > 0 || !/^https?:/.test(picture.currentSrc)) continue
    const isKnown = [...found.values()].some(({ url }) => url === picture.currentSrc)
    // A vector picture without a size of its own has no width either, but it was received.
    const wasReceived = entries.some(({ name, decodedBodySize }) => name === picture.currentSrc && decodedBodySize > 0)
    if (!isKnown && !wasReceived) add({ method: 'GET', url: picture.currentSrc, initiator: 'img', status: null, at: 0 })
  }
  return [...found.values()].slice(-PAGE_CONTEXT_LIMITS.failedRequests)

  function add({ method, url, initiator, status, at }: CollectedRequest): void {
    const kind =
      initiator
        .toLowerCase()
        .replace(/[^a-z-]/g, '')
        .slice(0, 30) || 'other'
    found.set(`${kind} ${url} ${status}`, { method, url: url.slice(0, 4_000), initiator: kind, status, at: performance.timeOrigin + at })
  }
}

function isOwn(address: string): boolean {
  return URL.parse(address)?.origin === location.origin
}
