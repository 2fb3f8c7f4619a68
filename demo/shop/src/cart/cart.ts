import { findProduct, type Product } from '../catalog/products.ts'

export interface CartLine {
  slug: string
  quantity: number
}

export interface CartTotals {
  itemCount: number
  subtotalCents: number
  shippingCents: number
  totalCents: number
}

export const maximumQuantity = 10
export const shippingCents = 650
/** From this subtotal on nothing is charged for shipping. */
export const freeShippingFromCents = 7_500

export function shipsFree(subtotalCents: number): boolean {
  return subtotalCents >= freeShippingFromCents
}

/** Sets how many of a product are in the cart; nothing stays of a line with 0. */
export function withQuantity(lines: CartLine[], slug: string, quantity: number): CartLine[] {
  const wanted = Math.min(Math.max(Math.trunc(quantity), 0), maximumQuantity)
  if (wanted === 0) return lines.filter(line => line.slug !== slug)
  if (!lines.some(line => line.slug === slug)) return [...lines, { slug, quantity: wanted }]
  return lines.map(line => (line.slug === slug ? { slug, quantity: wanted } : line))
}

export function withMore(lines: CartLine[], slug: string, quantity: number): CartLine[] {
  const present = lines.find(line => line.slug === slug)?.quantity ?? 0
  return withQuantity(lines, slug, present + quantity)
}

/** The lines with their products; lines of products that are no longer sold are left out. */
export function resolveLines(lines: CartLine[]): Array<{ product: Product; quantity: number }> {
  return lines.flatMap(({ slug, quantity }) => {
    const product = findProduct(slug)
    return product ? [{ product, quantity }] : []
  })
}

export function totalsOf(lines: CartLine[]): CartTotals {
  const resolved = resolveLines(lines)
  const itemCount = resolved.reduce((sum, line) => sum + line.quantity, 0)
  const subtotalCents = resolved.reduce((sum, line) => sum + line.quantity * line.product.priceCents, 0)
  const shipping = itemCount === 0 || shipsFree(subtotalCents) ? 0 : shippingCents
  return { itemCount, subtotalCents, shippingCents: shipping, totalCents: subtotalCents + shipping }
}

export function parseCart(stored: unknown): CartLine[] {
  if (!Array.isArray(stored)) return []
  return stored.reduce<CartLine[]>((lines, entry: unknown) => {
    if (typeof entry !== 'object' || entry === null || !('slug' in entry) || !('quantity' in entry)) return lines
    const { slug, quantity } = entry
    return typeof slug === 'string' && typeof quantity === 'number' ? withQuantity(lines, slug, quantity) : lines
  }, [])
}
