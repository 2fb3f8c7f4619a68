import { resolveLines, totalsOf } from '../cart/cart.ts'
import { cart } from '../cart/cart-store.ts'
import { CartLineItem } from '../components/CartLineItem.tsx'
import { CartSummary } from '../components/CartSummary.tsx'
import { Link } from '../navigation/Link.tsx'
import './CartPage.css'

export function CartPage() {
  const lines = cart.use()
  const resolved = resolveLines(lines)

  return (
    <div className="page cart-page">
      <title>Your cart · Saltmarsh</title>
      <h1>Your cart</h1>
      {resolved.length === 0 ? (
        <div className="cart-page__empty">
          <p>There is nothing in it yet.</p>
          <Link to="/" className="button">
            See the collection
          </Link>
        </div>
      ) : (
        <div className="cart-page__columns">
          <ul className="cart-page__lines">
            {resolved.map(({ product, quantity }) => (
              <CartLineItem key={product.slug} product={product} quantity={quantity} />
            ))}
          </ul>
          <CartSummary totals={totalsOf(lines)}>
            <Link to="/checkout" className="button button--wide">
              Go to checkout
            </Link>
          </CartSummary>
        </div>
      )}
    </div>
  )
}
