import { makeId, type NewEvent, type Person } from '@fixpoint/protocol'
import { type Edges, newId } from '../edges.ts'

/** Edges whose clock stands until it is moved and whose random bytes repeat from run to run. */
export function fixedEdges(start = '2026-03-01T12:00:00.000Z'): Edges & { advance(milliseconds: number): void } {
  let now = new Date(start).getTime()
  let counter = 0
  return {
    now: () => new Date(now),
    advance: milliseconds => {
      now += milliseconds
    },
    randomBytes: count => {
      const seed = ++counter
      return Uint8Array.from(
        { length: count },
        (_, index) => (seed * 2_654_435_761 + index * 40_503 + ((seed >> (index % 8)) & 0xff)) & 0xff
      )
    }
  }
}

export const ada: Person = { personId: makeId('person', count => new Uint8Array(count)), name: 'Ada', email: 'ada@example.com' }

export function createdEvent(): Extract<NewEvent, { type: 'session.created' }> {
  return { type: 'session.created', data: { projectId: 'shop', projectName: 'Shop', title: '', by: ada } }
}

export function queuedEvent(edges: Edges, text: string): Extract<NewEvent, { type: 'prompt.queued' }> {
  return { type: 'prompt.queued', data: { promptId: newId(edges, 'prompt'), text, author: ada } }
}
