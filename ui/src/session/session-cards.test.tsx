// @vitest-environment happy-dom
import type { PullRequestState } from '@fixpoint/protocol'
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { fixtureLogs } from '../fixtures/logs.ts'
import { waitingPrompts } from '../timeline/waiting-prompts.ts'
import { ConnectionBanner, ConnectionDot } from './ConnectionState.tsx'
import { EmptyState } from './EmptyState.tsx'
import { PullRequestCard } from './PullRequestCard.tsx'
import { QueueList } from './QueueList.tsx'
import { turnOfPullRequest } from './turn-of-pull-request.ts'

afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

test('waiting prompts can be withdrawn, each by itself', () => {
  const onWithdraw = vi.fn()
  const state = fixtureLogs.queued().state()
  const { next, queue } = waitingPrompts(state)
  expect(next).toBeUndefined()
  render(<QueueList prompts={queue} onWithdraw={onWithdraw} withdrawing={new Set([queue[0]?.promptId ?? ''])} />)
  expect(screen.getByText('2 waiting')).toBeDefined()
  const [first, second] = screen.getAllByRole('button', { name: /^Withdraw/ })
  expect(first?.hasAttribute('disabled')).toBe(true)
  if (second !== undefined) fireEvent.click(second)
  expect(onWithdraw).toHaveBeenCalledWith(queue[1]?.promptId)
})

function pullRequestOf(name: 'pullRequestRequested' | 'pullRequestPushed' | 'pullRequestOpened' | 'pullRequestFailed'): PullRequestState {
  const { pullRequest } = fixtureLogs[name]().state()
  if (pullRequest === null) throw new Error('the log has a pull request')
  return pullRequest
}

test('a pull request on its way names its branch', () => {
  render(<PullRequestCard pullRequest={pullRequestOf('pullRequestRequested')} />)
  expect(screen.getByRole('status').textContent).toContain('fixpoint/line-this-price-up')
})

test('one that was opened leads there', () => {
  render(<PullRequestCard pullRequest={pullRequestOf('pullRequestOpened')} />)
  expect(screen.getByText('Pull request #128 opened')).toBeDefined()
  const link = screen.getByRole('link', { name: 'Open on github.com' })
  expect(link.getAttribute('href')).toBe('https://github.com/example/shop/pull/128')
  expect(link.getAttribute('rel')).toContain('noopener')
})

test('where there is no page, there are commands to copy, safe to paste', async () => {
  const written = vi.fn(async (_text: string) => undefined)
  vi.stubGlobal('navigator', { clipboard: { writeText: written } })
  const pushed = pullRequestOf('pullRequestPushed')
  if (pushed.status !== 'opened') throw new Error('the branch was pushed')
  const { rerender } = render(<PullRequestCard pullRequest={pushed} />)
  fireEvent.click(screen.getByRole('button', { name: /Copy commands/ }))
  expect(written).toHaveBeenLastCalledWith('git fetch origin refs/heads/fixpoint/line-this-price-up\ngit log -p origin/HEAD..FETCH_HEAD')
  rerender(<PullRequestCard pullRequest={{ ...pushed, branch: "x'; rm -rf ~; '" }} />)
  fireEvent.click(screen.getByTitle('Copy commands'))
  expect(written.mock.lastCall?.[0]).toContain("'refs/heads/x'\\''; rm -rf ~; '\\'''")
  await act(async () => undefined)
  vi.unstubAllGlobals()
})

test('one that failed says what to do', () => {
  render(<PullRequestCard pullRequest={pullRequestOf('pullRequestFailed')} />)
  expect(screen.getByText('The code host refused')).toBeDefined()
  expect(screen.getByText(/Give the token the right/)).toBeDefined()
  expect(screen.getByText('remote_refused')).toBeDefined()
})

test('a pull request belongs to the last turn whose work is in it', () => {
  for (const name of ['pullRequestRequested', 'pullRequestPushed', 'pullRequestFailed'] as const) {
    const state = fixtureLogs[name]().state()
    expect(turnOfPullRequest(state)).toBe(state.turns[0]?.turnId)
  }
  expect(turnOfPullRequest(fixtureLogs.verified().state())).toBeUndefined()
})

test('an empty session offers to point and what one could ask', () => {
  const onPoint = vi.fn()
  const onSuggestion = vi.fn()
  render(<EmptyState onPoint={onPoint} suggestions={['Line up the prices']} onSuggestion={onSuggestion} />)
  fireEvent.click(screen.getByRole('button', { name: /Point at something/ }))
  fireEvent.click(screen.getByRole('button', { name: 'Line up the prices' }))
  expect(onPoint).toHaveBeenCalledOnce()
  expect(onSuggestion).toHaveBeenCalledWith('Line up the prices')
})

test('where nothing can be pointed at the empty session says why', () => {
  render(
    <EmptyState
      onPoint={() => undefined}
      pointingBlocked="Chrome’s own pages cannot be inspected."
      suggestions={[]}
      onSuggestion={() => undefined}
    />
  )
  expect(screen.getByRole('button', { name: /Point at something/ }).hasAttribute('disabled')).toBe(true)
  expect(screen.getByText('Chrome’s own pages cannot be inspected.')).toBeDefined()
})

test('the connection is told in a word, and when it comes back', () => {
  vi.useFakeTimers({ now: 1_000 })
  const onRetry = vi.fn()
  render(
    <>
      <ConnectionDot connection={{ status: 'connected' }} />
      <ConnectionBanner connection={{ status: 'reconnecting', retryAt: 9_000 }} onRetry={onRetry} />
    </>
  )
  expect(screen.getByRole('status').textContent).toBe('Connected')
  expect(screen.getByText(/Trying again in 8 s\./)).toBeDefined()
  act(() => vi.advanceTimersByTime(5_000))
  expect(screen.getByText(/Trying again in 3 s\./)).toBeDefined()
  fireEvent.click(screen.getByRole('button', { name: 'Try now' }))
  expect(onRetry).toHaveBeenCalledOnce()
})

test('while it is there, there is no banner', () => {
  const { container } = render(<ConnectionBanner connection={{ status: 'connected' }} onRetry={() => undefined} />)
  expect(container.textContent).toBe('')
})
