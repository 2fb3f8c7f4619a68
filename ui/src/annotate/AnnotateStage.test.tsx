// @vitest-environment happy-dom
import type { Mark } from '@fixpoint/protocol'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { AnnotateDialog } from './AnnotateDialog.tsx'
import { AnnotateStage } from './AnnotateStage.tsx'
import type { Tool } from './marks.ts'

afterEach(cleanup)

const screenshot = { url: 'data:image/webp;base64,AAAA', width: 1_600, height: 1_000 }

function show(tool: Tool, isFull = false) {
  const marks: Mark[] = []
  render(
    <AnnotateStage
      screenshot={screenshot}
      widthOnPage={800}
      marks={[]}
      tool={tool}
      color="#e5243b"
      zoom={1}
      isFull={isFull}
      onMark={mark => marks.push(mark)}
    />
  )
  const stage = screen.getByRole('application')
  const press = (...keys: string[]) => keys.map(key => fireEvent.keyDown(stage, { key }))
  return { marks, press, stage }
}

test('an arrow is drawn with the keys alone, in pixels of the page', () => {
  const { marks, press } = show('arrow')
  press('Enter', 'ArrowRight', 'ArrowRight', 'ArrowDown', 'Enter')
  expect(marks).toEqual([{ kind: 'arrow', color: '#e5243b', from: { x: 400, y: 250 }, to: { x: 420, y: 260 } }])
})

test('the pen follows the cross', () => {
  const { marks, press } = show('pen')
  press('Enter', 'ArrowRight', 'ArrowDown', 'Enter')
  expect(marks[0]).toMatchObject({
    kind: 'pen',
    points: [
      { x: 400, y: 250 },
      { x: 410, y: 250 },
      { x: 410, y: 260 },
      { x: 410, y: 260 }
    ]
  })
})

test('words are written where the cross is; Escape writes none', () => {
  const { marks, press } = show('text')
  press('Enter')
  fireEvent.change(screen.getByRole('textbox'), { target: { value: ' too wide ' } })
  fireEvent.keyDown(screen.getByRole('textbox'), { key: 'Enter' })
  press('Enter')
  fireEvent.change(screen.getByRole('textbox'), { target: { value: 'no' } })
  fireEvent.keyDown(screen.getByRole('textbox'), { key: 'Escape' })
  expect(marks).toEqual([{ kind: 'text', color: '#e5243b', at: { x: 400, y: 250 }, text: 'too wide' }])
})

test('Escape gives up the mark that was begun, and a full picture takes no more', () => {
  const begun = show('box')
  begun.press('Enter', 'ArrowRight', 'ArrowDown', 'Escape', 'ArrowRight')
  expect(begun.marks).toEqual([])
  cleanup()
  const full = show('box', true)
  full.press('Enter', 'ArrowRight', 'ArrowDown', 'Enter')
  expect(full.marks).toEqual([])
})

test('keys choose tools and undo; what was drawn is thrown away only when that is said twice', () => {
  HTMLDialogElement.prototype.showModal ??= () => undefined
  const onClose = vi.fn()
  render(<AnnotateDialog screenshot={screenshot} widthOnPage={800} marks={[]} onSave={vi.fn()} onClose={onClose} />)
  const stage = screen.getByRole('application')
  fireEvent.keyDown(stage, { key: 'b' })
  expect(screen.getByRole('radio', { name: 'Box' }).getAttribute('aria-checked')).toBe('true')
  for (const key of ['Enter', 'ArrowRight', 'ArrowDown', 'Enter']) fireEvent.keyDown(stage, { key })
  expect(screen.getByRole('application', { name: /1 mark\./ })).toBeDefined()
  fireEvent.click(screen.getByRole('button', { name: 'Close' }))
  expect(onClose).not.toHaveBeenCalled()
  expect(screen.getByText('What you have drawn is not kept yet.')).toBeDefined()
  fireEvent.keyDown(stage, { key: 'z', ctrlKey: true })
  expect(screen.getByRole('application', { name: /0 marks\./ })).toBeDefined()
  fireEvent.click(screen.getByRole('button', { name: 'Close' }))
  expect(onClose).toHaveBeenCalledOnce()
})
