import { useState } from 'react'
import { cart } from '../cart/cart-store.ts'
import { findProduct, goesWith } from '../catalog/products.ts'
import { FinishPicker } from '../components/FinishPicker.tsx'
import { PriceTag } from '../components/PriceTag.tsx'
import { ProductGrid } from '../components/ProductGrid.tsx'
import { ProductPicture } from '../components/ProductPicture.tsx'
import { ProductSpecs } from '../components/ProductSpecs.tsx'
import { QuantityField } from '../components/QuantityField.tsx'
import { ReviewCount } from '../components/ReviewCount.tsx'
import { SaveButton } from '../components/SaveButton.tsx'
import { ShippingNote } from '../components/ShippingNote.tsx'
import { Link } from '../navigation/Link.tsx'
import { NotFoundPage } from './NotFoundPage.tsx'
import './ProductPage.css'

export function ProductPage({ slug }: { slug: string }) {
  const [quantity, setQuantity] = useState(1)
  const [isAdded, setIsAdded] = useState(false)
  const product = findProduct(slug)
  if (!product) return <NotFoundPage />

  const addToCart = () => {
    cart.add(product.slug, quantity)
    setIsAdded(true)
  }

  return (
    <>
      <title>{`${product.name} · Saltmarsh`}</title>
      <div className="page product-page">
        <nav className="product-page__trail" aria-label="Breadcrumb">
          <Link to="/">The collection</Link>
          <span aria-hidden="true">/</span>
          <span aria-current="page">{product.name}</span>
        </nav>
        <div className="product-page__picture">
          <ProductPicture product={product} />
        </div>
        <div className="product-page__words">
          <div className="product-page__heading">
            <p className="eyebrow">{product.category}</p>
            <h1>{product.name}</h1>
            <ReviewCount rating={product.rating} count={product.reviewCount} />
          </div>
          <PriceTag product={product} isLarge />
          <p className="product-page__description">{product.description}</p>
          <FinishPicker finishes={product.finishes} />
          <div className="product-page__buy">
            <QuantityField quantity={quantity} of={product.name} onChange={setQuantity} />
            <button type="button" className="button" onClick={addToCart}>
              Add to cart
            </button>
            <p role="status" className="product-page__added">
              {isAdded && (
                <>
                  It is in your cart. <Link to="/cart">Go to the cart</Link>
                </>
              )}
            </p>
          </div>
          <ShippingNote product={product} />
          <SaveButton slug={product.slug} />
          <ProductSpecs product={product} />
        </div>
      </div>
      <section className="page product-page__others" aria-labelledby="others-title">
        <h2 id="others-title">Goes well with</h2>
        <ProductGrid products={goesWith(product, 4)} />
      </section>
    </>
  )
}
