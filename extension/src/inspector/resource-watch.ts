import { frameDocumentOf } from '../page-tree/page-tree.ts'
import type { ResourceLog } from './resource-log.ts'

const MOST_REQUESTS = 200
const MOST_PICTURES = 2_000
const MOST_SCRIPTS = 3_000
const MOST_DOCUMENTS = 20
/** Frames without an address that are looked into all the same, in each document: scripts may have written into them. */
const MOST_BARE_FRAMES = 30

/** A request that may have failed, as the browser has measured it. */
export interface MeasuredRequest {
  url: string
  initiator: string
  /** 0 where there was no answer, or none that the page may see. */
  status: number
  /** In ms since 1970. */
  at: number
  /** Of the document that made it. */
  isOwnOrigin: boolean
}

/**
 * What the page and its same-origin frames load. The browser itself keeps the measurements of a document's first 250 requests and drops
 * all later ones; an observer is told of each. Nothing of it can be noticed by the page: its own buffer stays as it is.
 */
export class ResourceWatch {
  readonly #watches = new Map<Document, DocumentWatch>()
  /** Of frames that are gone. */
  #past: MeasuredRequest[] = []

  readonly #log: ResourceLog | undefined

  /** @param log of the page, from before */
  constructor(log?: ResourceLog) {
    this.#log = log
    this.documents()
  }

  /** The documents whose requests are known, the top one first; those of new frames are watched from now on. */
  documents(): Document[] {
    this.#leaveGone()
    const found: Document[] = []
    const enter = (owner: Document): void => {
      if (found.length >= MOST_DOCUMENTS) return
      found.push(owner)
      this.#watch(owner)
      let bare = 0
      for (const frame of owner.getElementsByTagName('iframe')) {
        if (found.length >= MOST_DOCUMENTS) return
        // The first look into a frame makes a world for it, which takes milliseconds. One without an address seldom loads anything.
        const isBare = !frame.srcdoc && (!frame.src || frame.src.startsWith('about:'))
        if (isBare && ++bare > MOST_BARE_FRAMES) continue
        const inner = frameDocumentOf(frame)
        if (inner && inner.URL !== 'about:blank') enter(inner)
      }
    }
    enter(document)
    return found
  }

  /** Requests that may have failed, also of frames that are gone. */
  requests(): MeasuredRequest[] {
    this.documents()
    return [...this.#past, ...[...this.#watches.values()].flatMap(watch => watch.requests())].sort((a, b) => a.at - b.at)
  }

  /** Whether a picture has come, whatever its size. */
  hasReceived(address: string): boolean {
    return [...this.#watches.values()].some(watch => watch.received.has(address))
  }

  /** Addresses of the scripts that a document has loaded. */
  scripts(owner: Document): string[] {
    return this.#watch(owner)?.scriptAddresses() ?? []
  }

  /** How many requests of the page were dropped by the browser before they could be looked at. */
  get missed(): number {
    return this.#log?.missed ?? this.#watches.get(document)?.missed ?? 0
  }

  #watch(owner: Document): DocumentWatch | null {
    const known = this.#watches.get(owner)
    if (known) return known
    const view = owner.defaultView
    if (!view) return null
    const watch = new DocumentWatch(view, owner === document ? this.#log : undefined)
    this.#watches.set(owner, watch)
    return watch
  }

  #leaveGone(): void {
    for (const [owner, watch] of this.#watches) {
      if (owner.defaultView) continue
      this.#past = [...this.#past, ...watch.requests()].slice(-MOST_REQUESTS)
      watch.end()
      this.#watches.delete(owner)
    }
  }
}

class DocumentWatch {
  readonly #origin: string
  readonly #timeOrigin: number
  readonly #log: ResourceLog | undefined
  readonly #observer: PerformanceObserver
  readonly #refused = new Newest<MeasuredRequest>(MOST_REQUESTS)
  /** Of other sites, which do not let it be seen whether there was an answer. */
  readonly #unclear = new Newest<MeasuredRequest>(MOST_REQUESTS)
  readonly #received = new Newest<true>(MOST_PICTURES)
  readonly #scripts = new Newest<true>(MOST_SCRIPTS)
  missed = 0

  constructor(view: Window & typeof globalThis, log: ResourceLog | undefined) {
    this.#log = log
    this.#origin = view.origin
    this.#timeOrigin = view.performance.timeOrigin
    this.#observer = new view.PerformanceObserver((list, _observer, options?: { droppedEntriesCount?: number }) => {
      this.missed += options?.droppedEntriesCount ?? 0
      for (const entry of list.getEntries()) this.#note(entry)
    })
    this.#observer.observe({ type: 'resource', buffered: true })
  }

  end(): void {
    this.#observer.disconnect()
  }

  requests(): MeasuredRequest[] {
    this.#takeRest()
    return [...this.#refused.entries.values(), ...this.#unclear.entries.values()]
  }

  get received(): ReadonlyMap<string, true> {
    this.#takeRest()
    return this.#received.entries
  }

  scriptAddresses(): string[] {
    this.#takeRest()
    return [...this.#scripts.entries.keys()]
  }

  /** What is measured and not told yet. */
  #takeRest(): void {
    for (const entry of this.#log?.entries.splice(0) ?? []) this.#note(entry)
    for (const entry of this.#observer.takeRecords()) this.#note(entry)
  }

  #note(entry: PerformanceEntry): void {
    if (!isResource(entry)) return
    const { name, initiatorType, responseStatus, startTime, responseEnd, transferSize, decodedBodySize } = entry
    if (initiatorType === 'script' || isScriptPath(name)) this.#scripts.add(name, true)
    const isEmpty = responseStatus === 0 && transferSize === 0 && decodedBodySize === 0 && responseEnd > 0
    if (responseStatus < 400 && !isEmpty) {
      if (decodedBodySize > 0 && isPicture(initiatorType)) this.#received.add(name, true)
      return
    }
    const isOwnOrigin = URL.parse(name)?.origin === this.#origin
    const request = {
      url: name,
      initiator: initiatorType || 'other',
      status: responseStatus,
      at: this.#timeOrigin + startTime,
      isOwnOrigin
    }
    const isSure = responseStatus >= 400 || isOwnOrigin
    if (isSure || isByScript(initiatorType))
      (isSure ? this.#refused : this.#unclear).add(`${initiatorType} ${name} ${responseStatus}`, request)
  }
}

/** The newest entries, each key once. */
class Newest<T> {
  readonly entries = new Map<string, T>()
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  add(key: string, value: T): void {
    this.entries.delete(key)
    this.entries.set(key, value)
    const oldest = this.entries.size > this.#most ? this.entries.keys().next().value : undefined
    if (oldest !== undefined) this.entries.delete(oldest)
  }
}

/** Those of a frame are of its realm, so that `instanceof` says nothing. */
function isResource(entry: PerformanceEntry): entry is PerformanceResourceTiming {
  return entry.entryType === 'resource'
}

export function isByScript(initiator: string): boolean {
  return initiator === 'fetch' || initiator === 'xmlhttprequest'
}

function isPicture(initiator: string): boolean {
  return initiator === 'img' || initiator === 'image' || initiator === 'input' || initiator === 'css'
}

function isScriptPath(url: string): boolean {
  return /\.(?:m?js|jsx|tsx?|vue|svelte|mdx)$/.test(URL.parse(url)?.pathname ?? '')
}
