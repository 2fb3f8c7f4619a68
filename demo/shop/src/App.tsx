import { useEffect, useRef } from 'react'
import { SiteFooter } from './components/SiteFooter.tsx'
import { SiteHeader } from './components/SiteHeader.tsx'
import { useAddress } from './navigation/address.ts'
import { CartPage } from './pages/CartPage.tsx'
import { CheckoutPage } from './pages/CheckoutPage.tsx'
import { HomePage } from './pages/HomePage.tsx'
import { NotFoundPage } from './pages/NotFoundPage.tsx'
import { ProductPage } from './pages/ProductPage.tsx'

export function App() {
  const { path } = useAddress()
  const main = useRef<HTMLElement>(null)
  const shownPath = useRef(path)

  // A page change without a reload is silent to screen readers unless the focus moves.
  useEffect(() => {
    if (shownPath.current === path) return
    shownPath.current = path
    main.current?.focus({ preventScroll: true })
    window.scrollTo(0, 0)
  }, [path])

  return (
    <>
      <a className="skip-link" href="#main">
        Skip to the content
      </a>
      <SiteHeader />
      <main id="main" ref={main} tabIndex={-1}>
        <Page path={path} />
      </main>
      <SiteFooter />
    </>
  )
}

function Page({ path }: { path: string }) {
  if (path === '/') return <HomePage />
  if (path === '/cart') return <CartPage />
  if (path === '/checkout') return <CheckoutPage />
  const slug = /^\/product\/([a-z0-9-]+)$/.exec(path)?.[1]
  return slug ? <ProductPage key={slug} slug={slug} /> : <NotFoundPage />
}
