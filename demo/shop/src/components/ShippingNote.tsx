import { freeShippingFromCents, shippingCents, shipsFree } from '../cart/cart.ts'
import type { Product } from '../catalog/products.ts'
import { formatMoney } from '../text/format-money.ts'
import { ShippingBadge } from './ShippingBadge.tsx'
import './ShippingNote.css'

export function ShippingNote({ product }: { product: Product }) {
  return (
    <div className="shipping-note">
      {shipsFree(product.priceCents) ? (
        <ShippingBadge />
      ) : (
        <p>
          Shipping ${shippingCents / 100}, free from {formatMoney(freeShippingFromCents)}
        </p>
      )}
      <p className="shipping-note__when">With you in three to five days</p>
    </div>
  )
}
