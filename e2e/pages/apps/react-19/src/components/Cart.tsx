import type { ReactNode } from 'react'

/** Types go away in the build:
 * so do these lines.
 */
interface CartProps {
  product: { name: string; price: number }
  children: ReactNode
  at: string
}

export function Cart({ product, children }: CartProps) {
  globalThis.rendersOf = globalThis.rendersOf ?? {}
  globalThis.rendersOf.Cart = (globalThis.rendersOf.Cart ?? 0) + 1
  return (
    <section className="cart">
      {[1, 2, 3].map(count => (
        <button key={count} type="button" data-at={count === 2 ? undefined : 'other'}>
          <b className={`count-${count}`} id={count === 2 ? 'two' : undefined}>
            {count} × {product.name}
          </b>
        </button>
      ))}
      <output data-at="sum">{product.price} €</output>
      {children}
    </section>
  )
}
