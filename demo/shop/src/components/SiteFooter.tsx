import { Link } from '../navigation/Link.tsx'
import { Newsletter } from './Newsletter.tsx'
import './SiteFooter.css'

export function SiteFooter() {
  return (
    <footer className="site-footer">
      <div className="page site-footer__columns">
        <div className="site-footer__about">
          <p className="site-footer__brand">Saltmarsh</p>
          <p>Lamps, tableware and furniture, made in small runs by eleven workshops along the coast.</p>
        </div>
        <nav aria-label="Footer">
          <ul className="site-footer__links">
            <li>
              <Link to="/">The collection</Link>
            </li>
            <li>
              <Link to="/?category=light">Light</Link>
            </li>
            <li>
              <Link to="/?category=seating">Seating</Link>
            </li>
            <li>
              <Link to="/cart">Your cart</Link>
            </li>
          </ul>
        </nav>
        <Newsletter />
      </div>
      <p className="page site-footer__small">
        This shop is a demonstration: nothing can be bought, and nothing you enter leaves your browser.
      </p>
    </footer>
  )
}
