import { render, screen } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { findProduct } from '../catalog/products.ts'
import { ProductCard } from './ProductCard.tsx'

function renderCard(slug: string) {
  const product = findProduct(slug)
  if (!product) throw new Error(`there is no product "${slug}"`)
  return render(<ProductCard product={product} />)
}

describe('ProductCard', () => {
  it('links the name to the product', () => {
    renderCard('heron-lamp')
    expect(screen.getByRole('link', { name: 'Heron lamp' }).getAttribute('href')).toBe('/product/heron-lamp')
  })

  it('shows the price, the rating and free shipping', () => {
    const { container } = renderCard('heron-lamp')
    expect(container.textContent).toContain('$189')
    expect(container.textContent).toContain('64 reviews')
    expect(screen.getByText('Free shipping')).toBeTruthy()
  })

  it('shows both prices in a sale', () => {
    const { container } = renderCard('sedge-chair')
    expect(screen.getByText('Sale')).toBeTruthy()
    expect(container.querySelector('s')?.textContent).toBe('Before $340')
  })

  it('does not promise free shipping for small things', () => {
    renderCard('kelp-planter')
    expect(screen.queryByText('Free shipping')).toBeNull()
  })
})
