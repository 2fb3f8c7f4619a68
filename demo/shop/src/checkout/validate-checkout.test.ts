import { describe, expect, it } from 'vitest'
import { type CheckoutField, type CheckoutValues, validateCheckout } from './validate-checkout.ts'

const today = new Date(2030, 4, 20)
const valid: CheckoutValues = {
  email: 'ana@example.com',
  name: 'Ana Reed',
  street: '4 Shore Lane',
  postcode: 'PL1 2AB',
  city: 'Plymouth',
  country: 'GB',
  card: '4242 4242 4242 4242',
  expiry: '05/30',
  code: '123'
}

describe('validateCheckout', () => {
  it('finds nothing wrong with valid values', () => {
    expect(validateCheckout(valid, today)).toEqual({})
  })

  const wrong: Array<[CheckoutField, string]> = [
    ['email', 'ana@example'],
    ['name', '  '],
    ['street', ''],
    ['postcode', '!'],
    ['city', ''],
    ['country', ''],
    ['card', '4242'],
    ['expiry', '04/30'],
    ['expiry', '13/40'],
    ['code', '12']
  ]
  it.each(wrong)('complains about %s when it is "%s"', (field, value) => {
    expect(Object.keys(validateCheckout({ ...valid, [field]: value }, today))).toEqual([field])
  })
})
