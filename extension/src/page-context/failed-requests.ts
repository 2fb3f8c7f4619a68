import { PAGE_CONTEXT_LIMITS } from '@fixpoint/protocol/page-context-limits'
import type { NoticedRequest } from '../inspector/console-watch.ts'
import { isByScript, type ResourceWatch } from '../inspector/resource-watch.ts'
import type { CollectedRequest } from './collected-context.ts'

const MOST_PICTURES = 2_000

/**
 * Requests of this document and its same-origin frames that failed. The measurements say the status of each answer that the page may see.
 * Where there was no answer, or one of another site, they say nothing: a picture that is broken shows it itself, and a request to the
 * page's own origin without a status had no answer; neither had one of a script that would have been allowed to read it.
 * @param noticed requests that scripts made, of which the measurements do not tell the method
 */
export function failedRequests(noticed: readonly NoticedRequest[], resources: ResourceWatch): CollectedRequest[] {
  const notes = new Map(noticed.map(note => [note.url, note]))
  const found = new Map<string, CollectedRequest>()
  for (const { url, initiator, status, at, isOwnOrigin } of resources.requests()) {
    const note = isByScript(initiator) ? notes.get(url) : undefined
    if (status < 400 && !isOwnOrigin && (note === undefined || note.isOpaque)) continue
    const method = note?.method ?? (isByScript(initiator) ? undefined : 'GET')
    add({ method, url, initiator, status: status >= 400 ? status : null, at })
  }
  for (const owner of resources.documents()) {
    const pictures = owner.images
    for (let index = 0; index < Math.min(pictures.length, MOST_PICTURES); index++) {
      const picture = pictures[index]
      if (!picture?.complete || picture.naturalWidth > 0 || !/^https?:/.test(picture.currentSrc)) continue
      const isKnown = [...found.values()].some(({ url }) => url === picture.currentSrc)
      // A vector picture without a size of its own has no width either, but it was received.
      if (isKnown || resources.hasReceived(picture.currentSrc)) continue
      add({ method: 'GET', url: picture.currentSrc, initiator: 'img', status: null, at: performance.timeOrigin })
    }
  }
  return [...found.values()].slice(-PAGE_CONTEXT_LIMITS.failedRequests)

  function add({ method, url, initiator, status, at }: CollectedRequest): void {
    const kind =
      initiator
        .toLowerCase()
        .replace(/[^a-z-]/g, '')
        .slice(0, 30) || 'other'
    found.set(`${kind} ${url} ${status}`, { method, url: url.slice(0, 4_000), initiator: kind, status, at })
  }
}
