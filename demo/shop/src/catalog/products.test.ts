import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { findProduct, goesWith, products } from './products.ts'

describe('the catalog', () => {
  it('has a picture for every product', () => {
    const missing = products.filter(product => !existsSync(`public/products/${product.slug}.svg`))
    expect(missing).toEqual([])
  })

  it('has no slug twice', () => {
    expect(new Set(products.map(product => product.slug)).size).toBe(products.length)
  })

  it('only lowers prices in a sale', () => {
    for (const product of products) expect(product.formerPriceCents ?? Number.POSITIVE_INFINITY).toBeGreaterThan(product.priceCents)
  })
})

describe('goesWith', () => {
  it('suggests the same category first and never the product itself', () => {
    const lamp = findProduct('heron-lamp')
    if (!lamp) throw new Error('the Heron lamp is gone')
    const slugs = goesWith(lamp, 4).map(product => product.slug)
    expect(slugs).toHaveLength(4)
    expect(slugs.slice(0, 2)).toEqual(['osprey-pendant', 'drift-candles'])
    expect(slugs).not.toContain('heron-lamp')
  })
})
