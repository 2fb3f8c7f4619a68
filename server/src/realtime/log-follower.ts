import type { SessionEvent } from '@fixpoint/protocol'
import type { SessionLog } from '../sessions/session-log.ts'

/** Events in one message at the most, and their size as JSON. A larger event goes alone. */
const BATCH_EVENTS = 200
const BATCH_CHARACTERS = 256_000
/** Events that are kept for a reader that is about to take them. */
const MOST_FRESH = 20

export interface FollowOptions {
  log: SessionLog
  sessionId: string
  after: number
  /** Hands a batch over; resolves when the reader has taken it. Nothing more is read from the log until then. */
  deliver: (events: SessionEvent[]) => Promise<void>
  signal: AbortSignal
}

/**
 * Gives every event after `after`, once and in order, until the signal is aborted. The reader's pace sets the pace: what it has
 * not taken yet stays in the log. Only the few events that come next after what it has are handed on as they are written: reading them
 * again would wait behind everything else that is asked of the database.
 * @throws what reading the log or `deliver` throws.
 */
export async function followLog({ log, sessionId, after, deliver, signal }: FollowOptions): Promise<void> {
  let cursor = after
  /** The last event that was told of. */
  let announced = after
  /** What comes next after `cursor`, without a gap; more is left in the log. */
  let fresh: SessionEvent[] = []
  let wake: () => void = () => undefined
  const unsubscribe = log.subscribe((changed, events) => {
    if (changed !== sessionId) return
    const isNext = events[0]?.seq === (fresh.at(-1)?.seq ?? cursor) + 1
    if (isNext && fresh.length + events.length <= MOST_FRESH) fresh.push(...events)
    announced = Math.max(announced, events.at(-1)?.seq ?? 0)
    wake()
  })
  const stop = () => wake()
  signal.addEventListener('abort', stop)
  let limit = BATCH_EVENTS
  // In a function of its own, so that what is read and does not fit is given back before the reader is waited for.
  const readBatch = async () => {
    const { events, head } = await log.read(sessionId, cursor, limit)
    const batch = fitting(events)
    limit = batch.length < events.length ? batch.length : Math.min(BATCH_EVENTS, limit * 2)
    return { batch, head }
  }
  const takeFresh = () => {
    fresh = fresh.filter(({ seq }) => seq > cursor)
    if (fresh[0]?.seq !== cursor + 1) return null
    const batch = fitting(fresh)
    fresh = fresh.slice(batch.length)
    return { batch, head: announced }
  }
  try {
    while (!signal.aborted) {
      // Armed before the log is read, so that an event that comes meanwhile is not missed.
      const changed = new Promise<void>(resolve => {
        wake = resolve
      })
      const { batch, head } = takeFresh() ?? (await readBatch())
      if (signal.aborted) return
      cursor = batch.at(-1)?.seq ?? cursor
      if (batch.length > 0) await deliver(batch)
      if (cursor >= Math.max(head, announced) && !signal.aborted) await changed
    }
  } finally {
    signal.removeEventListener('abort', stop)
    unsubscribe()
  }
}

/** As many of the events as one message takes; one at least. */
function fitting(events: readonly SessionEvent[]): SessionEvent[] {
  let size = 0
  const end = events.findIndex((event, index) => {
    size += JSON.stringify(event).length
    return index > 0 && size > BATCH_CHARACTERS
  })
  return end === -1 ? [...events] : events.slice(0, end)
}
