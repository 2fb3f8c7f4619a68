import type { Product } from '../catalog/products.ts'
import './ProductSpecs.css'

export function ProductSpecs({ product }: { product: Product }) {
  const specs = [
    ['Material', product.material],
    ['Size', product.size],
    ['Made', product.origin],
    ['Care', product.care]
  ] as const

  return (
    <dl className="product-specs">
      {specs.map(([name, value]) => (
        <div key={name} className="product-specs__row">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
