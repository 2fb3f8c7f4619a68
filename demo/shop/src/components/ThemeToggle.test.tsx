import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, it } from 'vitest'
import { ThemeToggle } from './ThemeToggle.tsx'

it('switches the theme, names the other one and remembers the choice', async () => {
  const person = userEvent.setup()
  render(<ThemeToggle />)
  await person.click(screen.getByRole('button', { name: 'Switch to dark mode' }))
  expect(document.documentElement.dataset.theme).toBe('dark')
  expect(localStorage.getItem('saltmarsh.theme')).toBe('"dark"')
  await person.click(screen.getByRole('button', { name: 'Switch to light mode' }))
  expect(document.documentElement.dataset.theme).toBe('light')
})
