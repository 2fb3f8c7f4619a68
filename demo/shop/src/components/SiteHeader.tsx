import { totalsOf } from '../cart/cart.ts'
import { cart } from '../cart/cart-store.ts'
import { Link } from '../navigation/Link.tsx'
import './SiteHeader.css'
import { ThemeToggle } from './ThemeToggle.tsx'

export function SiteHeader() {
  const { itemCount } = totalsOf(cart.use())
  return (
    <header className="site-header">
      <div className="page site-header__row">
        <Link to="/" className="site-header__brand">
          <svg viewBox="0 0 30 30" width="28" height="28" aria-hidden="true">
            <path d="M10 27C10 18 9 13 6.5 8.5M15 27V5M20 27c0-9 1-14 3.5-18.5M3 27h24" />
            <rect x="12.8" y="2.5" width="4.4" height="9" rx="2.2" />
          </svg>
          Saltmarsh
        </Link>
        <div className="site-header__tools">
          <ThemeToggle />
          <Link to="/cart" className="site-header__cart">
            <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
              <path d="M4 8h16l-1.3 12H5.3zM8.5 8V6.5a3.5 3.5 0 0 1 7 0V8" />
            </svg>
            Cart
            {itemCount > 0 && (
              <span className="site-header__count">
                <span className="visually-hidden">, </span>
                {itemCount}
                <span className="visually-hidden"> in it</span>
              </span>
            )}
          </Link>
        </div>
      </div>
    </header>
  )
}
