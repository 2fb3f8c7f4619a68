const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', trailingZeroDisplay: 'stripIfInteger' })

/** Writes cents as dollars: 2400 as "$24", 650 as "$6.50". */
export function formatMoney(cents: number): string {
  return dollars.format(cents / 100)
}
