import type { SessionEvent } from '@fixpoint/protocol'
import { describe, expect, it } from 'vitest'
import { newId } from '../edges.ts'
import { fixedEdges, queuedEvent } from '../testing/fixtures.ts'
import { createRecentEvents } from './recent-events.ts'

describe('the ends of the logs in memory', () => {
  const edges = fixedEdges()

  function logOf(count: number, textLength = 10): { sessionId: string; events: SessionEvent[] } {
    const sessionId = newId(edges, 'session')
    const event = (seq: number): SessionEvent => ({
      sessionId,
      seq,
      at: edges.now().toISOString(),
      ...queuedEvent(edges, 'x'.repeat(textLength))
    })
    return { sessionId, events: Array.from({ length: count }, (_, index) => event(index + 1)) }
  }

  it('answers as the database does, for every position that it knows', () => {
    const { sessionId, events } = logOf(6)
    const recent = createRecentEvents()
    recent.add(sessionId, events.slice(0, 2))
    recent.add(sessionId, events.slice(2))
    for (let after = 0; after <= 6; after++) {
      for (const limit of [1, 2, 100]) {
        expect(recent.after(sessionId, after, limit)).toEqual({ events: events.slice(after, after + limit), head: 6 })
      }
    }
  })

  it('knows nothing of other logs, of what is ahead, and of what it no longer has', () => {
    const { sessionId, events } = logOf(150)
    const recent = createRecentEvents()
    expect(recent.after(sessionId, 0, 10)).toBeNull()
    for (const event of events) recent.add(sessionId, [event])
    expect(recent.after(sessionId, 151, 10)).toBeNull()
    expect(recent.after(sessionId, 49, 10)).toBeNull()
    expect(recent.after(sessionId, 50, 1)).toEqual({ events: [events[50]], head: 150 })
  })

  it('begins anew after a gap, and does not take what comes too late', () => {
    const { sessionId, events } = logOf(5)
    const recent = createRecentEvents()
    recent.add(sessionId, events.slice(0, 2))
    recent.add(sessionId, events.slice(3))
    recent.add(sessionId, events.slice(2, 3))
    expect(recent.after(sessionId, 2, 10)).toBeNull()
    expect(recent.after(sessionId, 3, 10)).toEqual({ events: events.slice(3), head: 5 })
  })

  it('keeps no more than it may, and forgets the log that was used longest ago', () => {
    const recent = createRecentEvents()
    const logs = Array.from({ length: 30 }, () => logOf(10, 45_000))
    const [first] = logs
    for (const { sessionId, events } of logs) {
      recent.add(sessionId, events)
      recent.after(first?.sessionId ?? '', 9, 1)
    }
    const isKept = (log: typeof first) => log !== undefined && recent.after(log.sessionId, 10, 1) !== null
    expect(isKept(first)).toBe(true)
    expect(isKept(logs[1])).toBe(false)
    expect(logs.filter(isKept).length).toBeLessThanOrEqual(Math.floor(8_000_000 / (10 * 45_000)))
    expect(isKept(logs.at(-1))).toBe(true)
  })

  it('keeps a single event that is larger than the rest may be', () => {
    const { sessionId, events } = logOf(2, 600_000)
    const recent = createRecentEvents()
    recent.add(sessionId, events)
    expect(recent.after(sessionId, 0, 10)).toBeNull()
    expect(recent.after(sessionId, 1, 10)?.events).toEqual(events.slice(1))
  })
})
