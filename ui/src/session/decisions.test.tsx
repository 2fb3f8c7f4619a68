// @vitest-environment happy-dom
import type { SessionState, TurnState } from '@fixpoint/protocol'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { fixtureLogs } from '../fixtures/logs.ts'
import { Timeline } from '../timeline/Timeline.tsx'
import { DecisionButtons } from './DecisionButtons.tsx'
import { UndoButton } from './UndoButton.tsx'

afterEach(cleanup)

function lastTurn(session: SessionState): TurnState {
  const turn = session.turns.at(-1)
  if (turn === undefined) throw new Error('the log has a turn')
  return turn
}

const showUndo = (name: keyof typeof fixtureLogs) => {
  const onUndo = vi.fn()
  const session = fixtureLogs[name]().state()
  const turn = lastTurn(session)
  render(<UndoButton session={session} turn={turn} onUndo={onUndo} />)
  return { onUndo, turn }
}

test('a turn is undone by itself, and not while one is running', () => {
  const { onUndo, turn } = showUndo('verified')
  fireEvent.click(screen.getByRole('button', { name: 'Undo' }))
  expect(onUndo).toHaveBeenCalledWith([turn.turnId], false)
  cleanup()
  showUndo('undoing')
  expect(screen.queryByRole('button')).toBeNull()
  expect(screen.getByRole('status').textContent).toContain('Undoing')
  cleanup()
  showUndo('undone')
  expect(screen.queryByRole('button')).toBeNull()
})

test('where files were changed since, the others can be undone', () => {
  const { onUndo, turn } = showUndo('undoRefused')
  fireEvent.click(screen.getByRole('button', { name: 'Undo the other files' }))
  expect(onUndo).toHaveBeenCalledWith([turn.turnId], true)
})

test('work that is open is accepted or discarded as a whole', () => {
  const [onAccept, onDiscard] = [vi.fn(), vi.fn()]
  const session = fixtureLogs.verified().state()
  const { rerender } = render(<DecisionButtons session={session} onAccept={onAccept} onDiscard={onDiscard} />)
  fireEvent.click(screen.getByRole('button', { name: 'Accept' }))
  fireEvent.click(screen.getByRole('button', { name: 'Discard…' }))
  const turnIds = [lastTurn(session).turnId]
  expect([onAccept.mock.lastCall, onDiscard.mock.lastCall]).toEqual([[turnIds], [turnIds]])
  for (const name of ['accepted', 'undone'] as const) {
    rerender(<DecisionButtons session={fixtureLogs[name]().state()} onAccept={onAccept} onDiscard={onDiscard} />)
    expect(screen.queryByRole('button')).toBeNull()
  }
  rerender(<DecisionButtons session={fixtureLogs.undoing().state()} onAccept={onAccept} onDiscard={onDiscard} />)
  expect(screen.getAllByRole('button').every(button => button.hasAttribute('disabled'))).toBe(true)
})

test.each([
  ['accepted', 'Accepted by Ada Lovelace'],
  ['undone', 'Undone by Ada Lovelace. Its files are as they were before.'],
  ['undoneButOne', 'Undone by Ada Lovelace. 1 file changed since stayed as it is.'],
  ['undoRefused', 'Changed since by somebody else or by a later turn: "src/styles/product.css". Nothing was undone.']
] as const)('the timeline says so: %s', (name, words) => {
  const { container } = render(<Timeline state={fixtureLogs[name]().state()} />)
  expect(container.textContent).toContain(words)
})
