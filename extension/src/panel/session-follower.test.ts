import { emptySession, type FollowRequest, type Problem, reduceSession, type SessionEvent, type SessionState } from '@fixpoint/protocol'
import { expect, test } from 'vitest'
import { fixtureLogs } from '../../../ui/src/fixtures/logs.ts'
import { followSession, type LogSocket } from './session-follower.ts'

/** The connection as a test plays it. */
class FakeSocket implements LogSocket {
  connected = true
  follows: { request: FollowRequest; answer: (answer: unknown) => void }[] = []
  unfollowed: string[] = []
  private connectListeners = new Set<() => void>()
  private eventListeners = new Set<(batch: unknown, acknowledge: () => void) => void>()
  private deltaListeners = new Set<(delta: unknown) => void>()

  isConnected = () => this.connected
  follow = (request: FollowRequest, answer: (answer: unknown) => void) => void this.follows.push({ request, answer })
  unfollow = (sessionId: string) => void this.unfollowed.push(sessionId)
  onConnect = (listener: () => void) => added(this.connectListeners, listener)
  onEvents = (listener: (batch: unknown, acknowledge: () => void) => void) => added(this.eventListeners, listener)
  onDelta = (listener: (delta: unknown) => void) => added(this.deltaListeners, listener)

  /** Where the client last asked to begin. */
  get after(): number | undefined {
    return this.follows.at(-1)?.request.after
  }

  answer(head: number, epoch = 'one') {
    this.follows.at(-1)?.answer({ head, epoch })
  }

  refuse(code: Problem['code']) {
    const problem = { type: '/x', title: 't', status: 409, detail: 'refused', instance: 'req_1', code, hint: 'h', retryable: false }
    this.follows.at(-1)?.answer({ problem })
  }

  /** @returns whether the client acknowledged */
  send(events: readonly SessionEvent[]): boolean {
    let isAcknowledged = false
    const sessionId = events[0]?.sessionId
    for (const listener of this.eventListeners) {
      listener({ sessionId, events }, () => {
        isAcknowledged = true
      })
    }
    return isAcknowledged
  }

  sendRaw(batch: unknown) {
    for (const listener of this.eventListeners) listener(batch, () => undefined)
  }

  delta(delta: unknown) {
    for (const listener of this.deltaListeners) listener(delta)
  }

  reconnect() {
    this.connected = true
    for (const listener of [...this.connectListeners]) listener()
  }
}

function added<T>(set: Set<T>, listener: T): () => void {
  set.add(listener)
  return () => set.delete(listener)
}

function fold(events: readonly SessionEvent[]): SessionState {
  const sessionId = events[0]?.sessionId ?? ''
  return events.reduce(reduceSession, emptySession(sessionId))
}

function follow(socket: FakeSocket, options: { sessionId?: string; known?: Parameters<typeof followSession>[0]['known'] } = {}) {
  const scheduled: (() => void)[] = []
  const follower = followSession({
    socket,
    sessionId: options.sessionId ?? events[0]?.sessionId ?? '',
    known: options.known,
    schedule: callback => scheduled.push(callback)
  })
  const runScheduled = () => {
    for (const callback of scheduled.splice(0)) callback()
  }
  return { follower, runScheduled, scheduled }
}

const { events } = fixtureLogs.verified()

test('it asks from the beginning, folds what comes and acknowledges it', () => {
  const socket = new FakeSocket()
  const { follower } = follow(socket)
  expect(follower.snapshot().status).toBe('loading')
  expect(socket.after).toBe(0)
  socket.answer(events.length)
  expect(socket.send(events.slice(0, 10))).toBe(true)
  expect(follower.snapshot().status).toBe('loading')
  expect(socket.send(events.slice(10))).toBe(true)
  expect(follower.snapshot()).toEqual({ state: fold(events), status: 'current' })
})

test('before there is a connection it waits for one', () => {
  const socket = new FakeSocket()
  socket.connected = false
  follow(socket)
  expect(socket.follows).toHaveLength(0)
  socket.reconnect()
  expect(socket.after).toBe(0)
})

test('after a lost connection it goes on from what it has', () => {
  const socket = new FakeSocket()
  const { follower } = follow(socket)
  socket.answer(events.length)
  socket.send(events.slice(0, 7))
  socket.connected = false
  socket.reconnect()
  expect(socket.after).toBe(7)
  socket.answer(events.length)
  socket.send(events.slice(7))
  expect(follower.snapshot().state).toEqual(fold(events))
})

test('events that come twice count once and are acknowledged', () => {
  const socket = new FakeSocket()
  const { follower } = follow(socket)
  socket.answer(events.length)
  socket.send(events.slice(0, 8))
  expect(socket.send(events.slice(3, 12))).toBe(true)
  expect(follower.snapshot().state).toEqual(fold(events.slice(0, 12)))
})

test('where events are missing it does not acknowledge and asks again from what it has', () => {
  const socket = new FakeSocket()
  const { follower } = follow(socket)
  socket.answer(events.length)
  socket.send(events.slice(0, 5))
  expect(socket.send(events.slice(6, 9))).toBe(false)
  expect(follower.snapshot().state).toEqual(fold(events.slice(0, 5)))
  expect(socket.after).toBe(5)
  socket.answer(events.length)
  socket.send(events.slice(5))
  expect(follower.snapshot()).toEqual({ state: fold(events), status: 'current' })
})

test('a gap that stays ends in a load from the beginning, and then in a failure that can be tried again', () => {
  const socket = new FakeSocket()
  const { follower } = follow(socket)
  socket.answer(events.length)
  socket.send(events.slice(0, 5))
  for (let time = 0; time < 3; time++) socket.send(events.slice(6))
  expect(socket.after).toBe(0)
  socket.send(events.slice(1))
  expect(follower.snapshot().status).toBe('failed')
  expect(follower.snapshot().failure?.code).toBe('resync_required')
  const asked = socket.follows.length
  follower.retry()
  expect(socket.follows.length).toBe(asked + 1)
  expect(follower.snapshot().status).toBe('loading')
})

test.each(['resync_required', 'seq_ahead'] as const)('on %s it starts over and shows what it had until the new log arrives', code => {
  const socket = new FakeSocket()
  const { follower } = follow(socket)
  socket.answer(events.length)
  socket.send(events)
  socket.reconnect()
  socket.refuse(code)
  expect(socket.after).toBe(0)
  expect(follower.snapshot()).toEqual({ state: fold(events), status: 'loading' })
  socket.answer(3, 'two')
  socket.send(events.slice(0, 3))
  expect(follower.snapshot()).toEqual({ state: fold(events.slice(0, 3)), status: 'current' })
})

test('a log of another epoch is loaded from its beginning', () => {
  const socket = new FakeSocket()
  const { follower } = follow(socket)
  socket.answer(events.length, 'one')
  socket.send(events)
  socket.reconnect()
  socket.answer(events.length, 'two')
  expect(socket.after).toBe(0)
  socket.answer(2, 'two')
  socket.send(events.slice(0, 2))
  expect(follower.snapshot().state).toEqual(fold(events.slice(0, 2)))
  expect(follower.known()?.epoch).toBe('two')
})

test('another refusal is a failure', () => {
  const socket = new FakeSocket()
  const { follower } = follow(socket)
  socket.refuse('session_not_found')
  expect(follower.snapshot()).toMatchObject({ status: 'failed', failure: { code: 'session_not_found' } })
})

test('what cannot be read is a failure and not a wrong state', () => {
  const socket = new FakeSocket()
  const { follower } = follow(socket)
  socket.answer(events.length)
  socket.send(events.slice(0, 4))
  socket.sendRaw({ sessionId: events[0]?.sessionId, events: [{ ...events[4], type: 'from.the.future' }] })
  expect(follower.snapshot()).toMatchObject({ status: 'failed', failure: { code: 'protocol_unsupported' }, state: { seq: 4 } })
  socket.follows.at(-1)?.answer('nonsense')
  expect(follower.snapshot().failure?.code).toBe('protocol_unsupported')
})

test('an answer to an earlier question is not taken for one to the last', () => {
  const socket = new FakeSocket()
  const { follower } = follow(socket)
  const [first] = socket.follows
  socket.reconnect()
  first?.answer({ head: 0, epoch: 'one' })
  expect(follower.snapshot().status).toBe('loading')
})

test('batches of other sessions are somebody else’s', () => {
  const socket = new FakeSocket()
  const { follower } = follow(socket, { sessionId: 'ses_other' })
  expect(socket.send(events.slice(0, 1))).toBe(false)
  expect(follower.snapshot().state.seq).toBe(0)
})

test('a session that was followed before goes on from there', () => {
  const first = new FakeSocket()
  const { follower } = follow(first)
  first.answer(6)
  first.send(events.slice(0, 6))
  const known = follower.known()
  follower.stop()
  expect(first.unfollowed).toEqual([events[0]?.sessionId])
  const second = new FakeSocket()
  const again = follow(second, { known: known ?? undefined })
  expect(again.follower.snapshot().state.seq).toBe(6)
  expect(second.after).toBe(6)
})

test('after it was stopped it neither asks nor tells', () => {
  const socket = new FakeSocket()
  const { follower } = follow(socket)
  let told = 0
  follower.subscribe(() => told++)
  follower.stop()
  socket.reconnect()
  socket.send(events.slice(0, 1))
  expect(socket.follows).toHaveLength(1)
  expect(told).toBe(0)
})

/** A log that stops in the middle of a text, with what is needed to go on with it. */
function writing() {
  const log = fixtureLogs.running()
  const { turnId } = log
  const text = log.state().turns[0]?.items.findLast(item => item.kind === 'text')
  if (text?.kind !== 'text') throw new Error('the log ends in a text')
  return {
    log,
    known: text.text,
    delta: (offset: number, more: string) => ({ sessionId: log.sessionId, turnId, stepId: text.stepId, offset, text: more })
  }
}

function shownText(state: SessionState): string {
  const text = state.turns.at(-1)?.items.findLast(item => item.kind === 'text')
  return text?.kind === 'text' ? text.text : ''
}

test('words are shown as they arrive, a few at a time', () => {
  const { log, known, delta } = writing()
  const socket = new FakeSocket()
  const { follower, runScheduled, scheduled } = follow(socket, { sessionId: log.sessionId })
  socket.answer(log.events.length)
  socket.send(log.events)
  socket.delta(delta(known.length, ' other'))
  socket.delta(delta(known.length + 6, ' element'))
  expect(shownText(follower.snapshot().state)).toBe(known)
  expect(scheduled).toHaveLength(1)
  runScheduled()
  expect(shownText(follower.snapshot().state)).toBe(`${known} other element`)
  expect(follower.known()?.state).toEqual(log.state())
})

test('an event that brings a part of the words loses none that were shown, and none come twice', () => {
  const { log, known, delta } = writing()
  const socket = new FakeSocket()
  const { follower, runScheduled } = follow(socket, { sessionId: log.sessionId })
  socket.answer(log.events.length)
  socket.send(log.events)
  socket.delta(delta(known.length, ' other element uses'))
  runScheduled()
  log.add({ type: 'step.text', data: { turnId: log.turnId, stepId: delta(0, '').stepId, text: ' other element' } })
  socket.send(log.events.slice(-1))
  expect(shownText(follower.snapshot().state)).toBe(`${known} other element uses`)
  socket.delta(delta(known.length + ' other element uses'.length, ' it.'))
  runScheduled()
  expect(shownText(follower.snapshot().state)).toBe(`${known} other element uses it.`)
})

test('words that were lost are not guessed: what follows them waits for the event', () => {
  const { log, known, delta } = writing()
  const socket = new FakeSocket()
  const { follower, runScheduled } = follow(socket, { sessionId: log.sessionId })
  socket.answer(log.events.length)
  socket.send(log.events)
  socket.delta(delta(known.length + 10, 'later'))
  runScheduled()
  expect(shownText(follower.snapshot().state)).toBe(known)
})

test('when the step fails, what only deltas had said is gone, and a late one brings nothing back', () => {
  const { log, known, delta } = writing()
  const socket = new FakeSocket()
  const { follower, runScheduled } = follow(socket, { sessionId: log.sessionId })
  socket.answer(log.events.length)
  socket.send(log.events)
  socket.delta(delta(known.length, ' other'))
  runScheduled()
  log.stepFailed({ code: 'model_silent', message: 'silent', hint: '', retryable: true })
  socket.send(log.events.slice(-1))
  socket.delta(delta(known.length + 6, ' element'))
  runScheduled()
  expect(follower.snapshot().state).toEqual(log.state())
})

/** A generator of numbers from 0 to 1 (mulberry32), so that a failing run can be played again. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/**
 * A server that does everything a bad network and a restart can do: batches of any size, repeated and left out events,
 * disconnections in between. It ends well when the client has all events, once and in order.
 */
test('over a bad connection nothing is lost, doubled or out of order', () => {
  const start = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
  const log = fixtureLogs.long()
  const expected = log.state()
  for (let seed = start; seed < start + 60; seed++) {
    const random = seeded(seed)
    const socket = new FakeSocket()
    const { follower } = follow(socket, { sessionId: log.sessionId })
    let sent = 0
    let answered = 0
    for (let step = 0; step < 3_000 && follower.snapshot().state.seq < log.events.length; step++) {
      if (socket.follows.length > answered) {
        answered = socket.follows.length
        socket.answer(log.events.length)
        sent = socket.after ?? 0
      }
      const dice = random()
      if (dice < 0.04) {
        socket.connected = false
        socket.reconnect()
      } else if (dice < 0.1) {
        sent += 1 + Math.floor(random() * 3)
      } else {
        const from = dice < 0.25 ? Math.max(0, sent - Math.floor(random() * 5)) : sent
        const batch = log.events.slice(from, from + 1 + Math.floor(random() * 12))
        if (batch.length > 0) socket.send(batch)
        else sent = socket.after ?? 0
        sent = from + batch.length
      }
      if (follower.snapshot().status === 'failed') follower.retry()
    }
    expect(follower.known()?.state ?? follower.snapshot().state, `SEED=${seed}`).toEqual(expected)
  }
})
