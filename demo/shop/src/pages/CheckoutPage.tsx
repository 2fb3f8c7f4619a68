import { useState } from 'react'
import { totalsOf } from '../cart/cart.ts'
import { cart } from '../cart/cart-store.ts'
import { CartSummary } from '../components/CartSummary.tsx'
import { CheckoutForm } from '../components/CheckoutForm.tsx'
import { Link } from '../navigation/Link.tsx'
import './CheckoutPage.css'

export function CheckoutPage() {
  const [isOrdered, setIsOrdered] = useState(false)
  const totals = totalsOf(cart.use())

  const takeOrder = () => {
    cart.clear()
    setIsOrdered(true)
    window.scrollTo(0, 0)
  }

  if (isOrdered) return <OrderTaken />

  return (
    <div className="page checkout-page">
      <title>Checkout · Saltmarsh</title>
      <h1>Checkout</h1>
      <div className="checkout-page__columns">
        <CheckoutForm onOrder={takeOrder} />
        <CartSummary totals={totals}>
          {totals.itemCount === 0 && (
            <p className="checkout-page__note">
              The cart is empty. <Link to="/">See the collection</Link>
            </p>
          )}
          <p className="checkout-page__note">This is a demonstration. Nothing you enter here is sent or kept.</p>
        </CartSummary>
      </div>
    </div>
  )
}

function OrderTaken() {
  return (
    <div className="page checkout-page checkout-page--done" role="status">
      <title>Thank you · Saltmarsh</title>
      <h1>Thank you</h1>
      <p>Were this a real shop, someone would be wrapping your things in paper now. Nothing was charged and nothing was sent.</p>
      <Link to="/" className="button">
        Back to the collection
      </Link>
    </div>
  )
}
