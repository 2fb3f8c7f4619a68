import { FixpointError, type SessionSummary } from '@fixpoint/protocol'
import { expect, test, vi } from 'vitest'
import { fixtureLogs } from '../../../ui/src/fixtures/logs.ts'
import { composerDraftSchema, emptyDraft, placeOf } from './composer-draft.ts'
import { diagnosticsOf } from './diagnostics.ts'
import { createProjectMatcher } from './project-match.ts'
import { pullRequestOffer } from './pull-request-offer.ts'
import { connectServer } from './server.ts'
import { shownSession } from './shown-session.ts'

const now = Date.parse('2026-03-04T12:00:00Z')

function summary(number: number, change: Partial<SessionSummary> = {}): SessionSummary {
  return {
    sessionId: `ses_${String(number).padStart(20, '0')}`,
    projectId: 'shop',
    title: '',
    status: 'idle',
    createdAt: '2026-03-04T11:00:00.000Z',
    updatedAt: '2026-03-04T11:00:00.000Z',
    createdBy: { personId: 'per_00000000000000000001', name: 'Ada', email: 'ada@example.com' },
    seq: 1,
    verdict: null,
    ...change
  }
}

test('the session that the person chose is shown, also when it is a new one', () => {
  expect(shownSession('ses_x', 'ses_y', [summary(1)], now)).toBe('ses_x')
  expect(shownSession(null, 'ses_y', [summary(1)], now)).toBeNull()
})

test('on a preview it is the session that it belongs to', () => {
  expect(shownSession(undefined, 'ses_y', [summary(1)], now)).toBe('ses_y')
  expect(shownSession(undefined, 'ses_y', null, now)).toBe('ses_y')
})

test('without a choice it is the last open one of today, else a new one', () => {
  const closed = summary(1, { status: 'closed' })
  const old = summary(2, { updatedAt: '2026-03-02T11:00:00.000Z' })
  expect(shownSession(undefined, undefined, null, now)).toBeUndefined()
  expect(shownSession(undefined, undefined, [], now)).toBeNull()
  expect(shownSession(undefined, undefined, [closed, summary(3)], now)).toBe(summary(3).sessionId)
  expect(shownSession(undefined, undefined, [closed, old], now)).toBeNull()
})

test('drafts are kept by origin; what is no web page shares one place', () => {
  expect(placeOf('http://localhost:5173/a?b#c')).toBe('http://localhost:5173')
  expect(['chrome://settings', 'about:blank', 'file:///x', 'nonsense', undefined].map(placeOf)).toEqual(Array(5).fill('elsewhere'))
})

test('a draft tells a new session from no choice', () => {
  expect(composerDraftSchema.parse(emptyDraft()).sessionId).toBeUndefined()
  expect(composerDraftSchema.parse({ ...emptyDraft(), sessionId: null }).sessionId).toBeNull()
})

test('a pull request is offered when there are changes that are in none', () => {
  expect(pullRequestOffer(fixtureLogs.answeredOnly().state())).toBeNull()
  expect(pullRequestOffer(fixtureLogs.runningTool().state())).toEqual({ label: 'create', isPossible: false })
  expect(pullRequestOffer(fixtureLogs.verified().state())).toEqual({ label: 'create', isPossible: true })
  expect(pullRequestOffer(fixtureLogs.pullRequestRequested().state())).toEqual({ label: 'creating', isPossible: false })
  expect(pullRequestOffer(fixtureLogs.pullRequestOpened().state())).toBeNull()
  expect(pullRequestOffer(fixtureLogs.pullRequestFailed().state())).toEqual({ label: 'create', isPossible: true })
  expect(pullRequestOffer(fixtureLogs.closed().state())).toEqual({ label: 'create', isPossible: false })
})

test('after further changes the pull request is offered again, as an update', () => {
  const state = fixtureLogs.pullRequestOpened().state()
  const [turn] = state.turns
  if (turn === undefined) throw new Error('the log has a turn')
  expect(pullRequestOffer({ ...state, turns: [...state.turns, { ...turn, turnId: 'trn_2' }] })).toEqual({
    label: 'update',
    isPossible: true
  })
})

function matcherWith(fetch: typeof globalThis.fetch, clock: () => number = () => 0) {
  return createProjectMatcher(
    connectServer({ serverUrl: 'http://127.0.0.1:4700', token: 'secret', client: 'extension/0.1.0', fetch }),
    clock
  )
}

test('the server is told the origin of a page and no more, and is not asked again within a minute', async () => {
  const fetch = vi.fn(async (_address: string | URL | Request) =>
    Response.json({ projectId: 'shop', name: 'Shop', origins: [], branch: 'main', suggestions: [] })
  )
  let time = 0
  const match = matcherWith(fetch, () => time)
  expect(await match('http://localhost:5173/secret?token=1#x')).toMatchObject({ status: 'matched' })
  await match('http://localhost:5173/other')
  expect(fetch.mock.calls.map(([address]) => String(address))).toEqual([
    'http://127.0.0.1:4700/api/projects/match?url=http%3A%2F%2Flocalhost%3A5173%2F'
  ])
  time = 61_000
  await match('http://localhost:5173/')
  expect(fetch).toHaveBeenCalledTimes(2)
})

test('what the server said of a page holds while it does not answer', async () => {
  const fetch = vi.fn(async () => Response.json({ projectId: 'shop', name: 'Shop', origins: [], branch: 'main', suggestions: [] }))
  let time = 0
  const match = matcherWith(fetch, () => time)
  await match('http://localhost:5173/')
  time = 61_000
  fetch.mockRejectedValue(new TypeError('Failed to fetch'))
  expect(await match('http://localhost:5173/')).toMatchObject({ status: 'matched' })
  expect(fetch).toHaveBeenCalledTimes(2)
})

test('no project, no web page and no answer are told apart; only answers are remembered', async () => {
  const fetch = vi.fn(async () => Response.json(new FixpointError('origin_not_mapped', 'none').toProblem('req_1'), { status: 404 }))
  const match = matcherWith(fetch)
  expect(await match('chrome://settings')).toEqual({ status: 'none' })
  expect(await match(undefined)).toEqual({ status: 'none' })
  expect(await match('https://a.example/x')).toMatchObject({ status: 'unmapped', origin: 'https://a.example' })
  fetch.mockRejectedValue(new TypeError('Failed to fetch'))
  expect(await match('https://b.example/')).toMatchObject({ status: 'failed', failure: { code: 'server_unreachable' } })
  await match('https://b.example/')
  expect(fetch).toHaveBeenCalledTimes(3)
})

test('diagnostics name everything by id and tell nothing of the content', () => {
  const state = fixtureLogs.failed().state()
  const text = diagnosticsOf({
    extensionVersion: '0.1.0',
    userAgent: 'Chrome',
    now: '2026-03-04T12:00:00.000Z',
    serverUrl: 'http://127.0.0.1:4700',
    serverVersion: '0.2.0, protocol 1',
    connection: { status: 'connected' },
    session: state,
    turn: state.turns[0],
    failure: state.turns[0]?.failure,
    requestId: 'req_1'
  })
  for (const part of [
    state.sessionId,
    state.turns[0]?.turnId,
    'model_rate_limited',
    'req_1',
    'extension: 0.1.0',
    '4700, 0.2.0, protocol 1'
  ])
    expect(text).toContain(part)
  for (const secret of ['Line this price up', 'localhost:5173', 'price--long', 'ada@example.com']) expect(text).not.toContain(secret)
})
