// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { contextPreview } from '../fixtures/preview.ts'
import { Composer, type ComposerProps } from './Composer.tsx'

afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

function Holder(props: Omit<ComposerProps, 'onTextChange'>) {
  const [text, setText] = useState(props.text)
  return <Composer {...props} text={text} onTextChange={setText} />
}

function show(props: Partial<ComposerProps> = {}) {
  const handlers = {
    onSend: vi.fn(),
    onStop: vi.fn(),
    onPoint: vi.fn(),
    onLeavePointing: vi.fn(),
    onRemovePick: vi.fn(),
    onAnnotate: vi.fn(),
    onTakeScreenshot: vi.fn(),
    onPointInside: vi.fn(),
    onChoiceChange: vi.fn()
  }
  render(
    <Holder
      text=""
      preview={null}
      choice={{ screenshot: true, dom: true, components: true, console: true, steps: true, budget: 8_000 }}
      destination="http://127.0.0.1:4700"
      pointing="off"
      isRunning={false}
      isStopRequested={false}
      isSending={false}
      {...handlers}
      {...props}
    />
  )
  return handlers
}

const input = () => screen.getByRole('textbox', { name: 'What is wrong?' })
const pressEscape = () => fireEvent.keyDown(document.body, { key: 'Escape' })

test('Enter sends, so do Ctrl and Cmd with Enter, and the button', () => {
  const { onSend } = show({ text: 'Line this up' })
  fireEvent.keyDown(input(), { key: 'Enter' })
  fireEvent.keyDown(input(), { key: 'Enter', ctrlKey: true })
  fireEvent.keyDown(input(), { key: 'Enter', metaKey: true })
  fireEvent.click(screen.getByRole('button', { name: 'Send' }))
  expect(onSend).toHaveBeenCalledTimes(4)
})

test('Shift+Enter is a new line, and Enter in an input method confirms a word', () => {
  const { onSend } = show({ text: 'こん' })
  expect(fireEvent.keyDown(input(), { key: 'Enter', shiftKey: true })).toBe(true)
  fireEvent.keyDown(input(), { key: 'Enter', isComposing: true })
  expect(onSend).not.toHaveBeenCalled()
})

test.each(['', '   \n ', '\u200b'])('nothing visible is not sent', text => {
  const { onSend } = show({ text })
  fireEvent.keyDown(input(), { key: 'Enter' })
  expect(onSend).not.toHaveBeenCalled()
  expect(screen.getByRole('button', { name: 'Send' }).hasAttribute('disabled')).toBe(true)
})

test('what is too long says by how much and is not sent', () => {
  const { onSend } = show({ text: 'x'.repeat(20_003) })
  fireEvent.keyDown(input(), { key: 'Enter' })
  expect(onSend).not.toHaveBeenCalled()
  expect(screen.getByText('3 characters too many.')).toBeDefined()
})

test('while it is being sent it is not sent again', () => {
  const { onSend } = show({ text: 'x', isSending: true })
  fireEvent.keyDown(input(), { key: 'Enter' })
  expect(onSend).not.toHaveBeenCalled()
})

test('while a turn runs, prompts are queued and it can be stopped', () => {
  const { onSend, onStop } = show({ text: 'And then this', isRunning: true })
  fireEvent.click(screen.getByRole('button', { name: 'Queue' }))
  fireEvent.click(screen.getByRole('button', { name: 'Stop' }))
  expect(onSend).toHaveBeenCalledOnce()
  expect(onStop).toHaveBeenCalledOnce()
})

test('Esc Esc stops; the first one says so', () => {
  const { onStop } = show({ isRunning: true })
  pressEscape()
  expect(onStop).not.toHaveBeenCalled()
  expect(screen.getByText('Press Esc once more to stop.')).toBeDefined()
  pressEscape()
  expect(onStop).toHaveBeenCalledOnce()
})

test('two Escapes far apart, or with another key in between, stop nothing', () => {
  vi.useFakeTimers()
  const { onStop } = show({ isRunning: true })
  pressEscape()
  act(() => vi.advanceTimersByTime(1_600))
  pressEscape()
  fireEvent.keyDown(document.body, { key: 'a' })
  pressEscape()
  expect(onStop).not.toHaveBeenCalled()
})

test('an Escape that somebody nearer took does not count', () => {
  const { onStop } = show({ isRunning: true })
  const take = (event: Event) => event.preventDefault()
  document.body.addEventListener('keydown', take)
  pressEscape()
  pressEscape()
  document.body.removeEventListener('keydown', take)
  expect(onStop).not.toHaveBeenCalled()
})

test('when nothing runs, is stopping, or the person is pointing, Esc Esc does nothing', () => {
  for (const props of [
    { isRunning: false },
    { isRunning: true, isStopRequested: true },
    { isRunning: true, pointing: 'pointing' as const }
  ]) {
    const { onStop } = show(props)
    pressEscape()
    pressEscape()
    expect(onStop).not.toHaveBeenCalled()
    cleanup()
  }
})

test('picks are numbered chips that can be removed', () => {
  const { onRemovePick } = show({ preview: contextPreview })
  const picks = within(screen.getByRole('list', { name: 'Elements pointed at' })).getAllByRole('listitem')
  // Nobody has looked yet whether the repository has that file.
  expect(picks.map(pick => pick.textContent)).toEqual(['1PriceTagPriceTag.tsx:13', '2button'])
  fireEvent.click(screen.getByRole('button', { name: 'Remove 2, button' }))
  expect(onRemovePick).toHaveBeenCalledWith(2)
})

test('before sending one sees what goes where, and how much was masked', () => {
  show({ preview: contextPreview })
  fireEvent.click(screen.getByRole('button', { name: 'What is sent' }))
  expect(screen.getByText('http://127.0.0.1:4700')).toBeDefined()
  expect(screen.getByText(/6 values masked before anything leaves the page: 3 × form value, 1 × password, 2 × token\./)).toBeDefined()
  fireEvent.click(screen.getByRole('button', { name: 'Look at surroundings and styles' }))
  expect(screen.getByText(/span\.price \[1\]/)).toBeDefined()
  fireEvent.click(screen.getByRole('button', { name: 'Look at components' }))
  expect(screen.getByText('PriceTag, ProductCard, ProductGrid, App, BuyButton, React 19.3.1')).toBeDefined()
})

test.each([
  ['Screenshot and crops', 'screenshot'],
  ['Surroundings and styles', 'dom'],
  ['Components', 'components'],
  ['Console and requests', 'console'],
  ['Recorded steps', 'steps']
])('%s can be left out', (label, part) => {
  const { onChoiceChange } = show({ preview: contextPreview })
  fireEvent.click(screen.getByRole('button', { name: 'What is sent' }))
  fireEvent.click(screen.getByRole('switch', { name: label }))
  expect(onChoiceChange).toHaveBeenCalledWith({
    screenshot: true,
    dom: true,
    components: true,
    console: true,
    steps: true,
    budget: 8_000,
    [part]: false
  })
})

test('pointing can be started, left, and says why it is not possible', () => {
  const { onPoint } = show()
  fireEvent.click(screen.getByRole('button', { name: 'Point' }))
  expect(onPoint).toHaveBeenCalledOnce()
  cleanup()
  const { onLeavePointing } = show({ pointing: 'pointing' })
  fireEvent.click(screen.getByRole('button', { name: 'Pointing' }))
  expect(onLeavePointing).toHaveBeenCalledOnce()
  expect(screen.getByText('Click an element, or drag a region. Shift adds more, Esc leaves.')).toBeDefined()
  cleanup()
  show({ pointingBlocked: 'Chrome’s own pages cannot be inspected.' })
  expect(screen.getByRole('button', { name: 'Point' }).getAttribute('title')).toBe('Chrome’s own pages cannot be inspected.')
})

test('where nothing can be sent it says why', () => {
  const { onSend } = show({ text: 'x', sendingBlocked: 'This session is closed.' })
  fireEvent.keyDown(input(), { key: 'Enter' })
  expect(onSend).not.toHaveBeenCalled()
  expect(screen.getByText('This session is closed.')).toBeDefined()
})

test('the budget is seen and set', () => {
  const { onChoiceChange } = show({ preview: contextPreview })
  fireEvent.click(screen.getByRole('button', { name: 'What is sent' }))
  expect(screen.getByText('about 5,240 of 8,000 tokens')).toBeDefined()
  fireEvent.click(screen.getByRole('radio', { name: '16k' }))
  expect(onChoiceChange).toHaveBeenCalledWith({ screenshot: true, dom: true, components: true, console: true, steps: true, budget: 16_000 })
})
