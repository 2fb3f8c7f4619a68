import { categories, products } from '../catalog/products.ts'
import { CategoryFilter } from '../components/CategoryFilter.tsx'
import { Hero } from '../components/Hero.tsx'
import { ProductGrid } from '../components/ProductGrid.tsx'
import { Promises } from '../components/Promises.tsx'
import { useAddress } from '../navigation/address.ts'
import './HomePage.css'

export function HomePage() {
  const { query } = useAddress()
  const chosen = categories.find(category => category === query.get('category'))
  const shown = chosen ? products.filter(product => product.category === chosen) : products

  return (
    <>
      <title>Saltmarsh: objects for quiet rooms</title>
      <Hero />
      <Promises />
      <section className="page home-page__collection" id="collection" aria-labelledby="collection-title">
        <div className="home-page__heading">
          <h2 id="collection-title">The collection</h2>
          <CategoryFilter chosen={chosen} />
        </div>
        <ProductGrid products={shown} />
      </section>
    </>
  )
}
