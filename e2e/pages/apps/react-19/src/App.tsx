import { lazy, Suspense } from 'react'
import { Banner } from './components/Banner.js'
import { Cart } from './components/Cart.tsx'
import { Dialog } from './components/Dialog.tsx'
import { Rating } from './components/Rating.jsx'
import { withTheme } from './components/with-theme.tsx'
import { Größe } from './pages/ünïcode päge/Größe wählen.jsx'

const About = lazy(() => import('./components/About.tsx'))

interface Product {
  name: string
  price: number
}

const product: Product = { name: 'Blue mug', price: 12 }

function Title({ text }: { text: string }) {
  return <h1 data-at="heading">{text}</h1>
}
const ThemedTitle = withTheme(Title)

export function App() {
  return (
    <main>
      <ThemedTitle text="Shop" />
      <Banner at="banner" />
      <Cart product={product} at="cart">
        <em data-at="cart-child">free returns</em>
      </Cart>
      <Rating at="rating" />
      <Größe at="size" />
      <Dialog at="dialog">
        <p data-at="dialog-text">Written by the app, shown in a portal</p>
      </Dialog>
      <Suspense fallback="…">
        <About at="about" />
      </Suspense>
    </main>
  )
}
