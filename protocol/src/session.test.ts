import { describe, expect, it } from 'vitest'
import { type NewEvent, type SessionEvent, sessionEventSchema } from './events.ts'
import { makeId } from './ids.ts'
import {
  emptySession,
  isProposed,
  openTurns,
  queuedPrompts,
  reduceSession,
  runningTurn,
  runningUndo,
  type SessionState,
  withTextDelta
} from './session.ts'

let counter = 0
const id = (kind: Parameters<typeof makeId>[0]) => {
  counter++
  return makeId(kind, count => Uint8Array.from({ length: count }, (_, index) => (index < 4 ? (counter >> (index * 5)) & 31 : 0)))
}
const sessionId = id('session')
const turnId = id('turn')
const stepId = id('step')
const callId = id('toolCall')
const promptId = id('prompt')
const ada = { personId: id('person'), name: 'Ada', email: 'ada@example.com' }
const artifact = 'a'.repeat(64)

/** The log of these events, each checked against the schema as a log's reader would. */
function logOf(...events: NewEvent[]): SessionEvent[] {
  const created: NewEvent = { type: 'session.created', data: { projectId: 'shop', projectName: 'Shop', title: '', by: ada } }
  return [created, ...events].map((event, index) =>
    sessionEventSchema.parse({ sessionId, seq: index + 1, at: '2026-01-01T00:00:00.000Z', ...event })
  )
}

function fold(...events: NewEvent[]): SessionState {
  return logOf(...events).reduce(reduceSession, emptySession(sessionId))
}

const queued: NewEvent = { type: 'prompt.queued', data: { promptId, text: 'Line this up\nplease', author: ada } }
const started: NewEvent = { type: 'turn.started', data: { turnId, promptId } }
const stepStarted: NewEvent = { type: 'step.started', data: { turnId, stepId, number: 1, model: 'm' } }
const text = (value: string): NewEvent => ({ type: 'step.text', data: { turnId, stepId, text: value } })
const toolStarted: NewEvent = { type: 'tool.started', data: { turnId, stepId, callId, tool: 'read', title: 'read a.ts', input: '{}' } }
const toolFinished: NewEvent = {
  type: 'tool.finished',
  data: { turnId, callId, outcome: 'succeeded', summary: 'read a.ts', result: artifact, durationMs: 5 }
}
const finished = (outcome: 'done' | 'failed' | 'stopped'): NewEvent => ({ type: 'turn.finished', data: { turnId, promptId, outcome } })

describe('reduceSession', () => {
  it('takes the first line of the first prompt as the title', () => {
    expect(fold(queued).title).toBe('Line this up')
  })

  it('leads a prompt from queued over running to its one end', () => {
    expect(queuedPrompts(fold(queued)).map(prompt => prompt.promptId)).toEqual([promptId])
    const running = fold(queued, started)
    expect(runningTurn(running)?.turnId).toBe(turnId)
    expect(running.prompts[0]?.status).toBe('running')
    for (const outcome of ['done', 'failed', 'stopped'] as const) {
      const state = fold(queued, started, finished(outcome))
      expect(state.prompts[0]?.status).toBe(outcome)
      expect(runningTurn(state)).toBeUndefined()
    }
  })

  it('joins the pieces of a step’s text and completes it with the answer', () => {
    const answered: NewEvent = {
      type: 'step.answered',
      data: { turnId, stepId, finishReason: 'stop', usage: { inputTokens: 3, outputTokens: 2 }, messages: artifact, toolCalls: [] }
    }
    const state = fold(queued, started, stepStarted, text('Hello '), text('there'), answered)
    expect(state.turns[0]?.items).toMatchObject([{ kind: 'text', text: 'Hello there', status: 'complete' }])
    expect(state.turns[0]?.usage).toEqual({ inputTokens: 3, outputTokens: 2 })
  })

  it('keeps text that was cut off and says so, and goes on with a new attempt', () => {
    const resumed: NewEvent = {
      type: 'turn.resumed',
      data: { turnId, attempt: 2, reason: 'server_restarted', message: 'The server was restarted.' }
    }
    const state = fold(queued, started, stepStarted, text('Half a sen'), resumed)
    expect(state.turns[0]).toMatchObject({
      attempt: 2,
      items: [{ kind: 'text', text: 'Half a sen', status: 'interrupted' }, { kind: 'notice' }]
    })
  })

  it('folds a call’s beginning and end into one line', () => {
    const state = fold(queued, started, stepStarted, toolStarted, toolFinished)
    expect(state.turns[0]?.items).toMatchObject([{ kind: 'tool', callId, status: 'succeeded', summary: 'read a.ts', durationMs: 5 }])
  })

  it('leaves nothing running in a turn that has ended', () => {
    const state = fold(queued, started, stepStarted, text('…'), toolStarted, finished('stopped'))
    expect(state.turns[0]?.items.map(item => ('status' in item ? item.status : ''))).toEqual(['interrupted', 'unknown'])
  })

  describe('undoing', () => {
    const commit = (letter: string) => letter.repeat(40)
    const starting: NewEvent = { type: 'sandbox.starting', data: { turnId, commit: commit('a'), branch: 'main' } }
    const saved = (to: string, parent: string): NewEvent => ({
      type: 'checkpoint.saved',
      data: { turnId, commit: commit(to), parent: commit(parent), files: [] }
    })
    const file = { path: 'a.css', status: 'modified' as const, added: 1, removed: 0 }
    const edits: NewEvent = {
      type: 'edits.recorded',
      data: { turnId, commit: commit('b'), parent: commit('a'), changed: [file], files: [file], by: [ada] }
    }
    const operationId = id('operation')
    const undo = { operationId, by: ada, turnIds: [turnId] }
    const asked: NewEvent = { type: 'undo.requested', data: { ...undo, leaveChanged: false } }
    const undone: NewEvent = {
      type: 'undo.finished',
      data: { ...undo, commit: commit('d'), parent: commit('c'), files: [file], restored: ['b.css'], left: [] }
    }
    const work = [queued, started, starting, edits, saved('c', 'b'), finished('done')] as const

    it('keeps a turn’s work apart from what people did before it', () => {
      const state = fold(...work)
      expect(state.turns[0]).toMatchObject({ base: commit('b'), checkpoint: commit('c') })
      expect(state.work.map(step => [step.kind, step.commit])).toEqual([
        ['edits', commit('b')],
        ['turn', commit('c')]
      ])
      expect(fold(queued, started, starting, saved('c', 'a')).turns[0]?.base).toBe(commit('a'))
    })

    it('is under way until its one end, and leaves the files of before', () => {
      const running = fold(...work, asked)
      expect([runningUndo(running)?.operationId, openTurns(running).length]).toEqual([operationId, 1])
      const over = fold(...work, asked, undone)
      expect([runningUndo(over), openTurns(over), over.checkpoint?.commit]).toEqual([undefined, [], commit('d')])
      expect(over.turns[0]?.undone).toMatchObject({ by: ada, left: [] })
      expect(over.work.at(-1)).toMatchObject({ kind: 'undo', commit: commit('d') })
    })

    it('that failed has changed nothing, and is shown at the turn', () => {
      const failure = { code: 'undo_conflict' as const, message: 'Changed since', hint: '', retryable: false }
      const state = fold(...work, asked, { type: 'undo.failed', data: { operationId, turnIds: [turnId], failure, conflicts: ['a.css'] } })
      expect([state.checkpoint?.commit, openTurns(state).length]).toEqual([commit('c'), 1])
      expect(state.turns[0]?.items.at(-1)).toMatchObject({ kind: 'failure', failure })
    })

    it('leaves out what was accepted, when everything open is meant', () => {
      expect(openTurns(fold(...work, { type: 'turns.accepted', data: { by: ada, turnIds: [turnId] } }))).toEqual([])
    })

    it('makes a pull request that has the old files one that can be updated', () => {
      const request: NewEvent = {
        type: 'pull_request.requested',
        data: { operationId: id('operation'), by: ada, branch: 'b', title: 't', turnId, checkpoint: commit('c') }
      }
      expect(isProposed(fold(...work, request))).toBe(true)
      expect(isProposed(fold(...work, request, asked, undone))).toBe(false)
    })
  })

  it('shows each refused host once and counts the attempts', () => {
    const refused: NewEvent = {
      type: 'egress.refused',
      data: { turnId, decision: { host: 'evil.example', port: 443, isAllowed: false, reason: 'not_on_list' } }
    }
    const state = fold(queued, started, refused, refused, refused)
    expect(state.egressRefusals).toEqual([{ host: 'evil.example', port: 443, reason: 'not_on_list', count: 3 }])
    expect(state.turns[0]?.items.filter(item => item.kind === 'notice')).toHaveLength(1)
  })

  it('refuses an event that is not the next one', () => {
    const [first, second] = logOf(queued, started)
    if (!first || !second) throw new Error('no events')
    expect(() => reduceSession(emptySession(sessionId), second)).toThrow(RangeError)
    const state = reduceSession(emptySession(sessionId), first)
    expect(() => reduceSession(state, first)).toThrow(RangeError)
  })

  it('does not change the state that it is given', () => {
    const events = logOf(queued, started, stepStarted, text('a'))
    let state = emptySession(sessionId)
    for (const event of events) {
      const before = structuredClone(state)
      const next = reduceSession(state, event)
      expect(state).toEqual(before)
      state = next
    }
  })
})

describe('withTextDelta', () => {
  const delta = (offset: number, value: string) => ({ sessionId, turnId, stepId, offset, text: value })

  it('shows text before it is in the log', () => {
    const state = withTextDelta(fold(queued, started, stepStarted), delta(0, 'Hel'))
    expect(withTextDelta(state, delta(3, 'lo')).turns[0]?.items).toMatchObject([{ text: 'Hello' }])
  })

  it('leaves out what the log has already and what does not join on', () => {
    const state = fold(queued, started, stepStarted, text('Hello'))
    expect(withTextDelta(state, delta(3, 'lo')).turns[0]?.items).toMatchObject([{ text: 'Hello' }])
    expect(withTextDelta(state, delta(3, 'lo you')).turns[0]?.items).toMatchObject([{ text: 'Hello you' }])
    expect(withTextDelta(state, delta(9, 'gap')).turns[0]?.items).toMatchObject([{ text: 'Hello' }])
  })
})
