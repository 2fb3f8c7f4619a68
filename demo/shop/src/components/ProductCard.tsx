import { shipsFree } from '../cart/cart.ts'
import type { Product } from '../catalog/products.ts'
import { Link } from '../navigation/Link.tsx'
import { PriceTag } from './PriceTag.tsx'
import './ProductCard.css'
import { ProductPicture } from './ProductPicture.tsx'
import { ReviewCount } from './ReviewCount.tsx'
import { ShippingBadge } from './ShippingBadge.tsx'

export function ProductCard({ product }: { product: Product }) {
  return (
    <article className="product-card">
      <div className="product-card__picture">
        <ProductPicture product={product} isDecorative />
        {product.formerPriceCents !== undefined && <span className="product-card__sale">Sale</span>}
      </div>
      <h3 className="product-card__name">
        <Link to={`/product/${product.slug}`}>{product.name}</Link>
      </h3>
      <p className="product-card__material">{product.material}</p>
      <ReviewCount rating={product.rating} count={product.reviewCount} />
      <PriceTag product={product} />
      {shipsFree(product.priceCents) && <ShippingBadge />}
    </article>
  )
}
