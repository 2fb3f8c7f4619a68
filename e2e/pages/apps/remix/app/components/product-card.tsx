declare global {
  var rendersOf: Record<string, number> | undefined
}

export function ProductCard({ name }: { name: string; at: string }) {
  globalThis.rendersOf ??= {}
  globalThis.rendersOf.ProductCard = (globalThis.rendersOf.ProductCard ?? 0) + 1
  return (
    <article className="product">
      <h2 data-at="product-name">{name}</h2>
    </article>
  )
}
