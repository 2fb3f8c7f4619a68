import type { ReactNode } from 'react'
import type { CartTotals } from '../cart/cart.ts'
import { formatCount } from '../text/format-count.ts'
import { formatMoney } from '../text/format-money.ts'
import './CartSummary.css'

export function CartSummary({ totals, children }: { totals: CartTotals; children?: ReactNode }) {
  return (
    <section className="cart-summary" aria-labelledby="cart-summary-title">
      <h2 id="cart-summary-title">Summary</h2>
      <dl>
        <div>
          <dt>{formatCount(totals.itemCount, 'item')}</dt>
          <dd>{formatMoney(totals.subtotalCents)}</dd>
        </div>
        <div>
          <dt>Shipping</dt>
          <dd>{totals.shippingCents === 0 ? 'Free' : formatMoney(totals.shippingCents)}</dd>
        </div>
        <div className="cart-summary__total">
          <dt>Total</dt>
          <dd>{formatMoney(totals.totalCents)}</dd>
        </div>
      </dl>
      {children}
    </section>
  )
}
