import type { SessionEvent } from '@fixpoint/protocol'
import type { SessionLog } from '../sessions/session-log.ts'

/** Events in one message at the most, and their size as JSON. A larger event goes alone. */
const BATCH_EVENTS = 200
const BATCH_CHARACTERS = 256_000

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
 * not taken yet stays in the log and takes no memory here.
 * @throws what reading the log or `deliver` throws.
 */
export async function followLog({ log, sessionId, after, deliver, signal }: FollowOptions): Promise<void> {
  let cursor = after
  let wake: () => void = () => undefined
  const unsubscribe = log.subscribe(changed => {
    if (changed === sessionId) wake()
  })
  const stop = () => wake()
  signal.addEventListener('abort', stop)
  try {
    while (!signal.aborted) {
      // Armed before the log is read, so that an event that comes meanwhile is not missed.
      const changed = new Promise<void>(resolve => {
        wake = resolve
      })
      const { events, head } = await log.read(sessionId, cursor, BATCH_EVENTS)
      for (const batch of splitBySize(events)) {
        if (signal.aborted) return
        await deliver(batch)
        cursor = batch.at(-1)?.seq ?? cursor
      }
      if (cursor >= head && !signal.aborted) await changed
    }
  } finally {
    signal.removeEventListener('abort', stop)
    unsubscribe()
  }
}

function splitBySize(events: readonly SessionEvent[]): SessionEvent[][] {
  const batches: SessionEvent[][] = []
  let size = Number.POSITIVE_INFINITY
  for (const event of events) {
    const length = JSON.stringify(event).length
    if (size + length > BATCH_CHARACTERS) {
      batches.push([])
      size = 0
    }
    batches.at(-1)?.push(event)
    size += length
  }
  return batches
}
