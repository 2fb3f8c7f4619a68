import { render, screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import { totalsOf } from '../cart/cart.ts'
import { CartSummary } from './CartSummary.tsx'

it('adds up what is in the cart', () => {
  render(<CartSummary totals={totalsOf([{ slug: 'plover-mug', quantity: 2 }])} />)
  expect(screen.getByText('2 items')).toBeTruthy()
  expect(screen.getByText('$6.50')).toBeTruthy()
  expect(screen.getByText('$54.50')).toBeTruthy()
})
