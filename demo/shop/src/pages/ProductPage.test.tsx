import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, it } from 'vitest'
import { App } from '../App.tsx'
import { goTo } from '../navigation/address.ts'

describe('from a product to the cart', () => {
  it('adds as many as were chosen', async () => {
    goTo('/product/plover-mug')
    const person = userEvent.setup()
    render(<App />)
    expect(screen.getByRole('heading', { level: 1, name: 'Plover mug' })).toBeTruthy()
    await person.click(screen.getByRole('button', { name: 'One more' }))
    await person.click(screen.getByRole('button', { name: 'Add to cart' }))
    await person.click(screen.getByRole('link', { name: 'Go to the cart' }))
    expect(screen.getByRole('heading', { level: 1, name: 'Your cart' })).toBeTruthy()
    expect(screen.getByText('2 items')).toBeTruthy()
    expect(screen.getByText('$54.50')).toBeTruthy()
  })

  it('says so when there is no such product', () => {
    goTo('/product/submarine')
    render(<App />)
    expect(screen.getByRole('heading', { level: 1, name: 'Washed away' })).toBeTruthy()
  })
})
