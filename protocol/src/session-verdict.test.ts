import { describe, expect, it } from 'vitest'
import type { Proof, VerdictValue } from './proof.ts'
import { emptySession, type SessionState, type TurnState, type WorkStep } from './session.ts'
import { provenSteps, verdictOfWork } from './session-verdict.ts'

const ada = { personId: 'per_x', name: 'Ada', email: 'ada@example.com' }

function proof(value: VerdictValue): Proof {
  return {
    proofId: 'prf_x',
    path: '/',
    viewport: { width: 800, height: 600, deviceScaleFactor: 1, scrollX: 0, scrollY: 0 },
    colorScheme: 'light',
    picks: [],
    console: { added: [], gone: [] },
    checks: [],
    files: [],
    verdict: { value, reasons: [] }
  }
}

function turn(turnId: string, value: VerdictValue | null, more: Partial<TurnState> = {}): TurnState {
  return {
    turnId,
    promptId: turnId,
    status: 'done',
    startedAt: '',
    isStopRequested: false,
    attempt: 1,
    activity: '',
    steps: 1,
    usage: { inputTokens: 0, outputTokens: 0 },
    items: [],
    captured: {},
    checkpoints: [],
    savedMeanwhile: [],
    ...(value === null ? {} : { proof: proof(value) }),
    ...more
  }
}

const undone = (left: string[] = []) => ({ undone: { by: ada, at: '', left } })
const commit = 'c'.repeat(40)
const hand: WorkStep = { kind: 'edits', commit, by: [ada], at: '', paths: ['a.css'] }
const undo = (...turnIds: string[]): WorkStep => ({ kind: 'undo', commit, by: ada, at: '', turnIds })

/** A session of these turns and steps; a name stands for the step of that turn. */
function session(turns: TurnState[], work: (string | WorkStep)[]): SessionState {
  const steps = work.map((step): WorkStep => (typeof step === 'string' ? { kind: 'turn', turnId: step, commit } : step))
  return { ...emptySession('ses_x'), turns, work: steps }
}

function told(state: SessionState, upTo?: number): unknown[] {
  const steps = provenSteps(state, upTo)
  return [verdictOfWork(steps), ...steps.map(({ step, value, shortfall }) => [step.kind, value, shortfall])]
}

describe('the verdict on a session’s work', () => {
  it('is none while nothing was changed, whatever a proof said', () => {
    expect(told(session([], []))).toEqual([null])
    expect(told(session([turn('a', 'looks_wrong')], []))).toEqual([null])
  })

  it('is that of the proof where it speaks for everything', () => {
    for (const value of ['verified', 'unverified', 'looks_wrong'] as const) {
      expect(told(session([turn('a', value)], ['a']))).toEqual([value, ['turn', value, undefined]])
    }
  })

  it('is the lowest of all steps, not the last', () => {
    const turns = [turn('a', 'looks_wrong'), turn('b', 'unverified'), turn('c', 'verified')]
    expect(told(session(turns, ['a', 'b', 'c']))[0]).toBe('looks_wrong')
    expect(told(session(turns, ['b', 'c']))[0]).toBe('unverified')
    expect(told(session(turns, ['c']))[0]).toBe('verified')
  })

  it.each(['stopped', 'failed', 'running'] as const)('is not raised by a proof of another turn over what a %s turn left', status => {
    const turns = [turn('a', null, { status }), turn('b', 'verified')]
    expect(told(session(turns, ['a', 'b']))).toEqual([
      'unverified',
      ['turn', 'unverified', 'not_finished'],
      ['turn', 'verified', undefined]
    ])
    // What looked wrong before it was stopped still does.
    expect(told(session([turn('a', 'looks_wrong', { status })], ['a']))[0]).toBe('looks_wrong')
    expect(told(session([turn('a', 'verified', { status })], ['a']))[0]).toBe('unverified')
  })

  it('is unverified where a turn has no proof', () => {
    expect(told(session([turn('a', null)], ['a']))).toEqual(['unverified', ['turn', 'unverified', 'no_proof']])
  })

  it('does not speak for what people changed, before or after', () => {
    const turns = [turn('a', 'verified')]
    expect(told(session(turns, ['a', hand]))).toEqual(['unverified', ['turn', 'verified', undefined], ['edits', 'unverified', 'by_hand']])
    expect(told(session(turns, [hand, 'a']))[0]).toBe('unverified')
  })

  it('leaves out what was undone, and its undoing', () => {
    const turns = [turn('a', 'verified'), turn('b', 'looks_wrong', undone())]
    expect(told(session(turns, ['a', 'b', undo('b')]))).toEqual(['verified', ['turn', 'verified', undefined]])
    expect(told(session([turn('a', 'verified', undone())], ['a', undo('a')]))).toEqual([null])
  })

  it('is unverified where work was taken from beneath what was proven with it', () => {
    const turns = [turn('a', 'looks_wrong', undone()), turn('b', 'verified')]
    expect(told(session(turns, ['a', 'b', undo('a')]))).toEqual([
      'unverified',
      ['turn', 'verified', undefined],
      ['undo', 'unverified', 'taken_from_beneath']
    ])
    // What came after the undoing was proven without it.
    expect(told(session(turns, ['a', undo('a'), 'b']))[0]).toBe('verified')
    // And where the later work was undone as well, nothing is left that was proven with it.
    const both = [turn('a', 'verified', undone()), turn('b', 'verified', undone())]
    expect(told(session(both, ['a', 'b', undo('a'), undo('b')]))).toEqual([null])
  })

  it('counts what an undoing had to leave', () => {
    expect(told(session([turn('a', 'verified', undone(['a.css']))], ['a', undo('a')]))).toEqual([
      'unverified',
      ['turn', 'unverified', 'partly_undone']
    ])
  })

  it('can be asked of the first steps alone, as they were then', () => {
    const state = session([turn('a', 'verified', undone()), turn('b', 'looks_wrong')], ['a', 'b', undo('a')])
    expect(told(state, 1)).toEqual(['verified', ['turn', 'verified', undefined]])
    expect(told(state, 0)).toEqual([null])
  })
})
