import { storedValue } from '../storage/stored-value.ts'
import { parseCart, withMore, withQuantity } from './cart.ts'

const stored = storedValue('saltmarsh.cart', parseCart)

export const cart = {
  use: stored.use,
  add: (slug: string, quantity: number) => stored.set(withMore(stored.get(), slug, quantity)),
  setQuantity: (slug: string, quantity: number) => stored.set(withQuantity(stored.get(), slug, quantity)),
  clear: () => stored.set([])
}
