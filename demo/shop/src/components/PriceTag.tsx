import type { Product } from '../catalog/products.ts'
import { formatMoney } from '../text/format-money.ts'
import './PriceTag.css'

export function PriceTag({ product, isLarge = false }: { product: Product; isLarge?: boolean }) {
  const { priceCents, formerPriceCents } = product
  const isOnSale = formerPriceCents !== undefined
  const classes = ['price-tag', isOnSale && 'price-tag--sale', isLarge && 'price-tag--large'].filter(Boolean).join(' ')

  return (
    <p className={classes}>
      <span className="price-tag__now">
        {isOnSale && <span className="visually-hidden">Now </span>}
        {formatMoney(priceCents)}
      </span>
      {isOnSale && (
        <s className="price-tag__before">
          <span className="visually-hidden">Before </span>
          {formatMoney(formerPriceCents)}
        </s>
      )}
    </p>
  )
}
