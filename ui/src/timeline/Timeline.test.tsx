// @vitest-environment happy-dom
import { reduceSession, type SessionState } from '@fixpoint/protocol'
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { Artifacts } from '../artifacts/ArtifactSource.tsx'
import { ClockProvider } from '../clock.tsx'
import { fixtureLogs } from '../fixtures/logs.ts'
import { fixtureArtifacts } from '../fixtures/pictures.ts'
import { fixtureId, type SessionLog } from '../fixtures/session-log.ts'
import { Timeline } from './Timeline.tsx'
import type { TurnSlots } from './Turn.tsx'

afterEach(cleanup)

function timelineOf(log: SessionLog, slots: TurnSlots = {}, state: SessionState = log.state()) {
  return (
    <ClockProvider clock={() => log.now + 4_000}>
      <Artifacts source={fixtureArtifacts} sessionId={state.sessionId}>
        <Timeline state={state} {...slots} />
      </Artifacts>
    </ClockProvider>
  )
}

function show(log: SessionLog, slots: TurnSlots = {}) {
  return render(timelineOf(log, slots))
}

test('a prompt shows who asked, what, and what was pointed at', async () => {
  show(fixtureLogs.running())
  const turn = screen.getByRole('article', { name: 'Prompt by Ada Lovelace' })
  expect(within(turn).getByText('Line this price up with the others.')).toBeDefined()
  const picks = within(turn).getByRole('list', { name: 'Elements pointed at' })
  expect(await within(picks).findByRole('img', { name: 'Picture of PriceTag' })).toBeDefined()
  expect(picks.textContent).toBe('1PriceTagPriceTag.tsx:13')
})

test('what went along with a prompt can be looked at', () => {
  show(fixtureLogs.running())
  fireEvent.click(screen.getByRole('button', { name: /localhost:5173\/products/ }))
  expect(screen.getByText('3 values masked in the browser')).toBeDefined()
  expect(screen.getByText('2 console messages')).toBeDefined()
})

test('a place that the server did not verify is marked', () => {
  const log = fixtureLogs.longTexts()
  const { container } = show(log)
  const [source] = container.querySelectorAll('.fx-source')
  expect(source?.getAttribute('data-state')).toBe('unverified')
  expect(source?.getAttribute('title')).toContain('not verified')
})

test('a tool call is one line and opens to its diff', () => {
  show(fixtureLogs.runningTool())
  const line = screen.getByRole('button', { name: /edited src\/components\/PriceTag.tsx/ })
  expect(line.getAttribute('aria-expanded')).toBe('false')
  expect(line.textContent).toContain('4 lines added, 2 removed')
  expect(screen.queryByText(/className="price"/)).toBeNull()
  fireEvent.click(line)
  expect(line.getAttribute('aria-expanded')).toBe('true')
  expect(screen.getByText(/className="price"/)).toBeDefined()
  fireEvent.click(line)
  expect(screen.queryByText(/className="price"/)).toBeNull()
})

test('a tool call opens to output and pictures too', async () => {
  show(fixtureLogs.runningTool())
  fireEvent.click(screen.getByRole('button', { name: /ran npm test/ }))
  expect(screen.getByText(/42 passed \(42\)/)).toBeDefined()
  fireEvent.click(screen.getByRole('button', { name: /looked at/ }))
  expect(await screen.findByRole('img', { name: /Picture 1 of “look at/ })).toBeDefined()
})

test('while a turn runs, a line says what goes on and for how long', () => {
  const log = fixtureLogs.running()
  const { container } = show(log)
  expect(container.querySelector('.fx-activity')?.textContent).toMatch(/^Writing0:0\d/)
})

test('screen readers hear of the kind of work, not of each word', () => {
  const log = fixtureLogs.running()
  const { rerender } = show(log)
  const status = screen.getAllByRole('status')[0]
  expect(status?.textContent).toBe('Writing')
  log.add({
    type: 'step.text',
    data: { turnId: log.state().turns[0]?.turnId ?? '', stepId: lastStepOf(log.state()), text: ' other element uses it.' }
  })
  rerender(timelineOf(log))
  expect(screen.getByText(/other element uses it/)).toBeDefined()
  expect(screen.getAllByRole('status')[0]?.textContent).toBe('Writing')
})

function lastStepOf(state: SessionState): string {
  const text = state.turns[0]?.items.findLast(item => item.kind === 'text')
  return text?.kind === 'text' ? text.stepId : ''
}

test.each([
  ['verified', 'Done. Verified.'],
  ['looksWrong', 'Done. Looks wrong.'],
  ['stopped', 'Stopped.'],
  ['failed', 'Failed. Gemini answered 429 three times in a row.']
] as const)('the end of a turn that is %s is announced', (name, words) => {
  show(fixtureLogs[name]())
  expect(screen.getAllByRole('status')[0]?.textContent).toBe(words)
})

test('text that was broken off says so', () => {
  show(fixtureLogs.stopped())
  expect(screen.getByText('Next I will rename the')).toBeDefined()
  expect(screen.getByText('Interrupted here')).toBeDefined()
  expect(screen.getByRole('button', { name: /run npm run build/ }).textContent).toContain('Outcome unknown')
})

test('before a retry the seconds are counted down', () => {
  const { container } = show(fixtureLogs.retrying())
  expect(container.querySelector('.fx-activity')?.textContent).toContain('Trying again in 10 s')
})

test('a failure tells once what to do, with code and reference, and hands out diagnostics', async () => {
  const written = vi.fn(async () => undefined)
  vi.stubGlobal('navigator', { clipboard: { writeText: written } })
  const log = fixtureLogs.failed()
  show(log, { diagnostics: turn => `turn ${turn.turnId}` })
  expect(screen.getAllByText('Gemini answered 429 three times in a row.', { selector: '.fx-error__message' })).toHaveLength(1)
  expect(screen.getByText('Send the prompt again later; the work so far is kept.')).toBeDefined()
  expect(screen.getByText('model_rate_limited')).toBeDefined()
  expect(screen.getByText(new RegExp(`^${log.sessionId} trn_`))).toBeDefined()
  fireEvent.click(screen.getByRole('button', { name: /diagnostics/ }))
  expect(written).toHaveBeenCalledWith(`turn ${log.state().turns[0]?.turnId}`)
  expect(await screen.findByText('Copied')).toBeDefined()
  vi.unstubAllGlobals()
})

test('failures that were retried take one line each', () => {
  show(fixtureLogs.failed())
  const lines = screen.getAllByRole('button', { name: /The model’s provider limits the requests.*tried again/ })
  expect(lines).toHaveLength(2)
  fireEvent.click(lines[0] ?? document.body)
  expect(screen.getByText('Gemini answered 429: requests per minute are used up.')).toBeDefined()
})

test('what the sandbox let not out is listed by address', () => {
  show(fixtureLogs.refusals())
  fireEvent.click(screen.getByRole('button', { name: 'The sandbox let nothing out: 4 requests to 3 addresses' }))
  expect(screen.getByText('packages.example.com:443').parentElement?.textContent).toContain('2×')
  expect(screen.getByText('metadata.internal:443').parentElement?.textContent).toContain('resolves to a private address')
})

test('a turn that changed files without proof is called unverified', () => {
  show(fixtureLogs.unproven())
  expect(screen.getByText(/Unverified: this turn changed files but made no proof/)).toBeDefined()
})

test('a turn that changed nothing says that', () => {
  show(fixtureLogs.answeredOnly())
  expect(screen.getByText(/Done · no files changed/)).toBeDefined()
})

test('a prompt that was withdrawn is struck out, one that waits is not in the timeline', () => {
  const { unmount } = show(fixtureLogs.withdrawn())
  expect(screen.getByText('Actually, make them all bold.').tagName).toBe('Q')
  unmount()
  show(fixtureLogs.queued())
  expect(screen.queryByText('Then check it on a phone.')).toBeNull()
})

test('the next prompt of a session in which nothing runs is shown as about to start', () => {
  const log = fixtureLogs.verified()
  log.add({
    type: 'prompt.queued',
    data: { promptId: fixtureId('prompt', 99), text: 'And now the tax.', author: log.state().prompts[0]?.author ?? never() }
  })
  show(log)
  expect(screen.getByText('And now the tax.')).toBeDefined()
  expect(screen.getByText('Waiting to start')).toBeDefined()
})

function never(): never {
  throw new Error('the log has a prompt')
}

test('many calls in a row are folded, with their failures told', () => {
  show(fixtureLogs.manyCalls())
  expect(screen.getAllByRole('button', { name: /^read src\/pages/ }).length).toBeLessThan(5)
  fireEvent.click(screen.getByRole('button', { name: /earlier steps, 1 failed/ }))
  expect(screen.getAllByRole('button', { name: /read src\/pages/ }).length).toBe(30)
})

test('two hundred lines are shown, and what did not change is not drawn again', () => {
  const log = fixtureLogs.long()
  const state = log.state()
  const drawn = vi.fn(() => null)
  const { container, rerender } = render(timelineOf(log, { afterTurn: drawn }, state))
  expect(container.querySelectorAll('.fx-tool')).toHaveLength(160)
  expect(drawn).toHaveBeenCalledTimes(10)
  log.add({ type: 'session.closed', data: { by: state.createdBy ?? never() } })
  rerender(timelineOf(log, { afterTurn: drawn }, log.events.slice(-1).reduce(reduceSession, state)))
  expect(drawn).toHaveBeenCalledTimes(10)
  expect(screen.getByText(/This session is closed/)).toBeDefined()
})

test('a very long prompt is cut until somebody wants all of it', () => {
  show(fixtureLogs.longTexts())
  expect(screen.queryByText(/on line 40 breaks/)).toBeNull()
  fireEvent.click(screen.getByRole('button', { name: 'Show all' }))
  expect(screen.getByText(/on line 40 breaks/)).toBeDefined()
})

test('buttons of the panel stand where they belong', () => {
  show(fixtureLogs.failed(), { failureActions: (_turn, prompt) => <button type="button">again: {prompt.text}</button> })
  expect(screen.getByRole('button', { name: 'again: Line this price up with the others.' })).toBeDefined()
})
