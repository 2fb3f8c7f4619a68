import type { Product } from '../catalog/products.ts'
import { ProductCard } from './ProductCard.tsx'
import './ProductGrid.css'

export function ProductGrid({ products }: { products: Product[] }) {
  return (
    <ul className="product-grid">
      {products.map(product => (
        <li key={product.slug}>
          <ProductCard product={product} />
        </li>
      ))}
    </ul>
  )
}
