import type { Product } from '../catalog/products.ts'
import './ProductPicture.css'

/** `isDecorative` where the product's name is right beside it. */
export function ProductPicture({ product, isDecorative = false }: { product: Product; isDecorative?: boolean }) {
  const classes = product.hangs ? 'product-picture product-picture--hangs' : 'product-picture'
  return (
    <div className={classes} data-tone={product.tone}>
      <img src={`/products/${product.slug}.svg`} alt={isDecorative ? '' : product.pictureText} width="400" height="500" />
    </div>
  )
}
