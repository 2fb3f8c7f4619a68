import { makeId, type NewEvent, type SessionEvent, sessionEventSchema } from '@fixpoint/protocol'
import { describe, expect, it } from 'vitest'
import { ada, fixedEdges } from '../testing/fixtures.ts'
import { startWithoutBreaks } from './working-time.ts'

const edges = fixedEdges()
const id = (kind: 'session' | 'turn' | 'prompt' | 'step') => makeId(kind, edges.randomBytes)
const [sessionId, turnId, other, promptId] = [id('session'), id('turn'), id('turn'), id('prompt')]
const MINUTE = 60_000
const begin = Date.parse('2026-03-01T12:00:00.000Z')

/** A log of what happened at which minute. */
function logOf(...entries: [minute: number, event: NewEvent][]): SessionEvent[] {
  return entries.map(([minute, event], index) =>
    sessionEventSchema.parse({ sessionId, seq: index + 1, at: new Date(begin + minute * MINUTE).toISOString(), ...event })
  )
}

const started: NewEvent = { type: 'turn.started', data: { turnId, promptId } }
const step: NewEvent = { type: 'step.started', data: { turnId, stepId: id('step'), number: 1, model: 'm' } }
const resumed: NewEvent = { type: 'turn.resumed', data: { turnId, attempt: 2, reason: 'server_restarted', message: '' } }
/** Minutes of work when it is this minute. */
const worked = (minute: number, events: SessionEvent[]) => minute - (startWithoutBreaks(events, turnId).getTime() - begin) / MINUTE

describe('the time that a turn has worked', () => {
  it('is all of it where nothing interrupted it', () => {
    expect(worked(30, logOf([0, started], [10, step]))).toBe(30)
  })

  it('does not count the time in which the server was off', () => {
    expect(worked(200, logOf([0, started], [10, step], [190, resumed]))).toBe(20)
  })

  it('does not count any of several breaks', () => {
    expect(worked(500, logOf([0, started], [10, step], [190, resumed], [200, step], [400, resumed]))).toBe(10 + 10 + 100)
  })

  it('is not made longer by what people did before the turn went on, nor by another turn', () => {
    const asked: NewEvent = { type: 'prompt.queued', data: { promptId: id('prompt'), text: 'And', author: ada } }
    const stop: NewEvent = { type: 'stop.requested', data: { turnId, by: ada } }
    expect(worked(200, logOf([0, started], [10, step], [188, asked], [189, stop], [190, resumed]))).toBe(20)
    const before: NewEvent = { type: 'turn.started', data: { turnId: other, promptId } }
    expect(worked(30, logOf([-60, before], [0, started]))).toBe(30)
  })
})
