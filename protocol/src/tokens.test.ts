import { describe, expect, it } from 'vitest'
import { estimateTokens } from './tokens.ts'

/** Counted with the tokenizers themselves: Gemini's, and o200k_base. */
const counted: [what: string, text: string, gemini: number, o200k: number][] = [
  [
    'props',
    'product={id: 17, slug: "linen-apron", title: "Linen apron", price: {amount: 4200, currency: "EUR"}, tags: ["new", "sale"], onSelect: [function]} isFavourite=false variant="compact"',
    61,
    56
  ],
  [
    'styles',
    'display: flex; position: relative; width: 320.5px; height: 48px; margin-top: 12px; padding-left: 16px; border-top-color: rgb(109, 74, 255); color: rgb(33, 37, 41); background-color: rgba(0, 0, 0, 0.05); font-family: Inter, "Helvetica Neue", Arial, sans-serif; font-size: 14px; line-height: 21px; grid-template-columns: 320px 320px 320px',
    154,
    121
  ],
  [
    'German',
    'Versandkostenfreie Lieferung ab einem Bestellwert von fünfzig Euro. Größenübersicht und Rücksendebedingungen finden Sie hier.',
    26,
    28
  ],
  ['Japanese', '商品一覧　税込価格　送料無料　カートに入れる　お気に入りに追加しました', 17, 20],
  ['Russian', 'Бесплатная доставка при заказе от пяти тысяч рублей. Добавить в корзину', 17, 17]
]

describe('estimateTokens', () => {
  it.each(counted)('is near what models count: %s', (_, text, gemini, o200k) => {
    const most = Math.max(gemini, o200k)
    expect(estimateTokens(text) / most).toBeGreaterThan(0.9)
    expect(estimateTokens(text) / most).toBeLessThan(1.35)
  })

  it('is nothing for nothing', () => {
    expect(estimateTokens('')).toBe(0)
  })
})
