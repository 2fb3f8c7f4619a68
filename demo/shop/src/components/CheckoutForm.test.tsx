import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, it, vi } from 'vitest'
import { CheckoutForm } from './CheckoutForm.tsx'

describe('CheckoutForm', () => {
  it('says what is missing and moves to the first such field', async () => {
    const onOrder = vi.fn()
    render(<CheckoutForm onOrder={onOrder} />)
    await userEvent.setup().click(screen.getByRole('button', { name: 'Place the order' }))
    expect(screen.getByText('Enter the name on the door')).toBeTruthy()
    expect(screen.getByLabelText('Email').getAttribute('aria-invalid')).toBe('true')
    expect(document.activeElement).toBe(screen.getByLabelText('Email'))
    expect(onOrder).not.toHaveBeenCalled()
  })

  it('takes the order when everything is filled in', async () => {
    const onOrder = vi.fn()
    const person = userEvent.setup()
    render(<CheckoutForm onOrder={onOrder} />)
    const entries: Array<[string, string]> = [
      ['Email', 'ana@example.com'],
      ['Name', 'Ana Reed'],
      ['Street and number', '4 Shore Lane'],
      ['Postcode', 'PL1 2AB'],
      ['Town or city', 'Plymouth'],
      ['Card number', '4242424242424242'],
      ['Valid until', '12/99'],
      ['Security code', '123']
    ]
    for (const [label, text] of entries) await person.type(screen.getByLabelText(label), text)
    await person.selectOptions(screen.getByLabelText('Country'), 'GB')
    await person.click(screen.getByRole('button', { name: 'Place the order' }))
    expect(onOrder).toHaveBeenCalledOnce()
  })

  it('lets the browser fill in the fields', () => {
    render(<CheckoutForm onOrder={() => {}} />)
    expect(screen.getByLabelText('Card number').getAttribute('autocomplete')).toBe('cc-number')
    expect(screen.getByLabelText('Postcode').getAttribute('autocomplete')).toBe('postal-code')
  })
})
