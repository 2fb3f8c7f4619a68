import Link from 'next/link'
import { Suspense } from 'react'
import { AddToCart } from '@/components/add-to-cart'
import { ProductList } from '@/components/product-list'

export default function ShopPage() {
  return (
    <main>
      <h1 data-at="shop-heading">Written by a server component</h1>
      <Suspense fallback={<p>Loading</p>}>
        <ProductList at="list" />
      </Suspense>
      <AddToCart at="add">
        <em data-at="add-child">in the server's file</em>
      </AddToCart>
      <Link href="/old" data-at="shop-link">
        To the pages router
      </Link>
    </main>
  )
}
