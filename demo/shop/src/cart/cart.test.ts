import { describe, expect, it } from 'vitest'
import { maximumQuantity, parseCart, totalsOf, withMore, withQuantity } from './cart.ts'

const mugs = [{ slug: 'plover-mug', quantity: 2 }]

describe('the cart', () => {
  it('adds to a line that is there', () => {
    expect(withMore(mugs, 'plover-mug', 3)).toEqual([{ slug: 'plover-mug', quantity: 5 }])
  })

  it('adds a line that is not', () => {
    expect(withMore(mugs, 'dune-stool', 1)).toHaveLength(2)
  })

  it('never holds more than the maximum', () => {
    expect(withMore(mugs, 'plover-mug', 99)).toEqual([{ slug: 'plover-mug', quantity: maximumQuantity }])
  })

  it('drops a line that is set to 0', () => {
    expect(withQuantity(mugs, 'plover-mug', 0)).toEqual([])
  })
})

describe('totalsOf', () => {
  it('charges shipping below the limit', () => {
    expect(totalsOf(mugs)).toEqual({ itemCount: 2, subtotalCents: 4_800, shippingCents: 650, totalCents: 5_450 })
  })

  it('ships free from the limit on', () => {
    expect(totalsOf([{ slug: 'dune-stool', quantity: 1 }])).toMatchObject({ shippingCents: 0, totalCents: 16_500 })
  })

  it('ignores what is no longer sold', () => {
    expect(totalsOf([{ slug: 'gone', quantity: 3 }]).itemCount).toBe(0)
  })
})

describe('parseCart', () => {
  it('keeps valid lines and leaves the rest', () => {
    expect(parseCart([{ slug: 'plover-mug', quantity: 2 }, { slug: 4 }, null, 'x'])).toEqual(mugs)
  })

  it.each([null, {}, 'text', 7])('makes an empty cart of %j', stored => {
    expect(parseCart(stored)).toEqual([])
  })
})
