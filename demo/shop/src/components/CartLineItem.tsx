import { cart } from '../cart/cart-store.ts'
import type { Product } from '../catalog/products.ts'
import { Link } from '../navigation/Link.tsx'
import { formatMoney } from '../text/format-money.ts'
import './CartLineItem.css'
import { ProductPicture } from './ProductPicture.tsx'
import { QuantityField } from './QuantityField.tsx'

export function CartLineItem({ product, quantity }: { product: Product; quantity: number }) {
  return (
    <li className="cart-line-item">
      <ProductPicture product={product} isDecorative />
      <div className="cart-line-item__words">
        <h2>
          <Link to={`/product/${product.slug}`}>{product.name}</Link>
        </h2>
        <p>{product.material}</p>
        <div className="cart-line-item__tools">
          <QuantityField quantity={quantity} of={product.name} onChange={next => cart.setQuantity(product.slug, next)} />
          <button type="button" className="cart-line-item__remove" onClick={() => cart.setQuantity(product.slug, 0)}>
            Remove<span className="visually-hidden"> {product.name}</span>
          </button>
        </div>
      </div>
      <p className="cart-line-item__price">{formatMoney(product.priceCents * quantity)}</p>
    </li>
  )
}
