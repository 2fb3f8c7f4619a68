import { BigAmount } from './ui.ts'

declare global {
  var rendersOf: Record<string, number> | undefined
}

export function Price({ amount }: { amount: number; at: string }) {
  globalThis.rendersOf ??= {}
  globalThis.rendersOf.Price = (globalThis.rendersOf.Price ?? 0) + 1
  return <BigAmount data-at="styled-amount">{amount} dollars</BigAmount>
}
