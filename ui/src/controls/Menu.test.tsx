// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { Menu, MenuItem } from './Menu.tsx'

afterEach(cleanup)

function show() {
  const onSelect = vi.fn()
  const onDocumentKey = vi.fn()
  document.addEventListener('keydown', onDocumentKey)
  render(
    <>
      <Menu label="Menu" button="…">
        {close => (
          <>
            <MenuItem
              onSelect={() => {
                close()
                onSelect('first')
              }}
            >
              First
            </MenuItem>
            <MenuItem onSelect={() => onSelect('off')} disabled>
              Off
            </MenuItem>
            <MenuItem onSelect={() => onSelect('last')} isChosen>
              Last
            </MenuItem>
          </>
        )}
      </Menu>
      <p>elsewhere</p>
    </>
  )
  const button = screen.getByRole('button', { name: 'Menu' })
  fireEvent.click(button)
  return { button, onSelect, onDocumentKey }
}

test('it opens on its first command, and arrow keys go round those that can be chosen', () => {
  show()
  const first = screen.getByRole('menuitem', { name: 'First' })
  const last = screen.getByRole('menuitemradio', { name: 'Last' })
  expect(document.activeElement).toBe(first)
  fireEvent.keyDown(first, { key: 'ArrowDown' })
  expect(document.activeElement).toBe(last)
  fireEvent.keyDown(last, { key: 'ArrowDown' })
  expect(document.activeElement).toBe(first)
  fireEvent.keyDown(first, { key: 'End' })
  expect(document.activeElement).toBe(last)
})

test('choosing closes it and returns to the button', () => {
  const { button, onSelect } = show()
  fireEvent.click(screen.getByRole('menuitem', { name: 'First' }))
  expect(onSelect).toHaveBeenCalledWith('first')
  expect(screen.queryByRole('menu')).toBeNull()
  expect(document.activeElement).toBe(button)
})

test('Escape closes it and is nobody else’s', () => {
  const { button, onDocumentKey } = show()
  onDocumentKey.mockClear()
  fireEvent.keyDown(screen.getByRole('menu'), { key: 'Escape' })
  expect(screen.queryByRole('menu')).toBeNull()
  expect(document.activeElement).toBe(button)
  expect(onDocumentKey).not.toHaveBeenCalled()
})

test('a click elsewhere closes it', () => {
  show()
  fireEvent.pointerDown(screen.getByText('elsewhere'))
  expect(screen.queryByRole('menu')).toBeNull()
})
