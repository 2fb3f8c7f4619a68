const MOST_ENTRIES = 1_000

/** What the browser tells of the document's requests until somebody reads it. */
export interface ResourceLog {
  entries: PerformanceEntry[]
  /** How many had been dropped before. */
  missed: number
}

/** All that goes into the page with the picker: what the entries say is read when something is picked (`resource-watch.ts`). */
export function logResources(): ResourceLog {
  const log: ResourceLog = { entries: [], missed: 0 }
  new PerformanceObserver((list, _observer, options?: { droppedEntriesCount?: number }) => {
    log.missed += options?.droppedEntriesCount ?? 0
    log.entries = [...log.entries, ...list.getEntries()].slice(-MOST_ENTRIES)
  }).observe({ type: 'resource', buffered: true })
  return log
}
