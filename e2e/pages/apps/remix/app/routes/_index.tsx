import { Link, useLoaderData } from '@remix-run/react'
import { ProductCard } from '~/components/product-card'

export function loader() {
  return { products: ['Blue mug', 'Red cap'] }
}

export default function Index() {
  const { products } = useLoaderData<typeof loader>()
  return (
    <main>
      <h1 data-at="remix-heading">Shop</h1>
      {products.map(name => (
        <ProductCard key={name} name={name} at="product-card" />
      ))}
      <Link to="/about" data-at="remix-link">
        About us
      </Link>
    </main>
  )
}
