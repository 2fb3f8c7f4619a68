import { createApiClient, type ErrorCode, FixpointError } from '@fixpoint/protocol'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { followFileChanges } from './file-changes.ts'

const sessionId = 'ses_01k8r5t9m3c6v2x7b4na'
const changed = { kind: 'changed', changes: [{ path: 'a.css', change: 'changed' }] }

/** Follows changes on a server that refuses the first requests in these ways, and then answers and ends. */
function follow(...refusals: ErrorCode[]) {
  const seen = { asked: 0, told: [] as string[], warned: 0 }
  const answer: typeof fetch = async () => {
    seen.asked++
    const code = refusals.shift()
    if (code === undefined) return new Response(`data: ${JSON.stringify(changed)}\n\n`)
    const problem = new FixpointError(code, 'Refused.').toProblem('req_1')
    return Response.json(problem, { status: problem.status })
  }
  const over = new AbortController()
  const following = followFileChanges({
    client: createApiClient({ serverUrl: 'http://fixpoint.test', fetch: answer }),
    sessionId,
    signal: over.signal,
    warn: () => seen.warned++,
    tell: ({ kind }) => seen.told.push(kind)
  })
  return { seen, over, following }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it.each(['rate_limited', 'server_unreachable', 'internal'] as const)('goes on after “%s”', async code => {
  const { seen, over, following } = follow(code, code)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(seen.told).toContain('changed')
  over.abort()
  await following
})

it.each(['auth_required', 'origin_not_allowed', 'session_not_found', 'session_closed'] as const)('ends for good at “%s”', async code => {
  const { seen, following } = follow(code)
  await vi.advanceTimersByTimeAsync(60_000)
  await following
  expect(seen).toEqual({ asked: 1, told: ['not_watching'], warned: 1 })
})

it('ends at once when it is not wanted any more, also between two attempts', async () => {
  const { seen, over, following } = follow('server_unreachable', 'server_unreachable', 'server_unreachable')
  await vi.advanceTimersByTimeAsync(100)
  over.abort()
  await following
  await vi.advanceTimersByTimeAsync(60_000)
  expect(seen.asked).toBe(1)
})
