import type { SessionEvent } from '@fixpoint/protocol'

/**
 * The ends of the logs that were written last, in memory. Nearly everybody who reads a log is near its end, and would otherwise wait behind
 * everything else that is asked of the database. It is right because this process alone writes the logs (the data folder is locked).
 */
export interface RecentEvents {
  /** Takes events that are durable. They may come a little out of order; what does not join on is not kept. */
  add(sessionId: string, events: readonly SessionEvent[]): void
  /** Events after `after`, in order, at most `limit`, and where the log ends; null where only the database knows. */
  after(sessionId: string, after: number, limit: number): { events: SessionEvent[]; head: number } | null
}

/** Kept of one log, and of all. An event's size is that of its JSON in characters. */
const MOST_EVENTS = 100
const MOST_CHARACTERS = 8_000_000
const MOST_CHARACTERS_OF_ONE = 500_000

interface End {
  /** In order and without a gap, up to the log's last. */
  events: { event: SessionEvent; characters: number }[]
  characters: number
}

export function createRecentEvents(): RecentEvents {
  /** The log that was used last comes last. */
  const ends = new Map<string, End>()
  let characters = 0

  function take(sessionId: string): End | undefined {
    const end = ends.get(sessionId)
    if (end === undefined) return undefined
    ends.delete(sessionId)
    characters -= end.characters
    return end
  }

  function put(sessionId: string, end: End): void {
    ends.set(sessionId, end)
    characters += end.characters
  }

  return {
    add(sessionId, events) {
      const [first] = events
      if (first === undefined) return
      let end = take(sessionId) ?? { events: [], characters: 0 }
      const last = end.events.at(-1)?.event.seq
      if (last !== undefined && first.seq <= last) {
        put(sessionId, end)
        return
      }
      if (last !== undefined && first.seq > last + 1) end = { events: [], characters: 0 }
      for (const event of events) {
        const size = JSON.stringify(event).length
        end.events.push({ event, characters: size })
        end.characters += size
      }
      while (end.events.length > MOST_EVENTS || (end.characters > MOST_CHARACTERS_OF_ONE && end.events.length > 1)) {
        end.characters -= end.events.shift()?.characters ?? 0
      }
      put(sessionId, end)
      for (const oldest of ends.keys()) {
        if (characters <= MOST_CHARACTERS) break
        take(oldest)
      }
    },

    after(sessionId, after, limit) {
      const end = take(sessionId)
      if (end === undefined) return null
      put(sessionId, end)
      const first = end.events[0]?.event.seq ?? 0
      const head = end.events.at(-1)?.event.seq ?? 0
      // Whoever is ahead of what is known here is for the database to judge.
      if (after < first - 1 || after > head) return null
      const from = after - first + 1
      return { events: end.events.slice(from, from + limit).map(({ event }) => event), head }
    }
  }
}
