import { describePageContext, estimateTokens, type PageContextInput, pageContextSchema } from '@fixpoint/protocol'
import { describe, expect, it } from 'vitest'
import { fitContext } from './fit-context.ts'
import { fitOutline } from './page-context/fit-outline.ts'
import type { OutlineLine } from './page-context/outline-schema.ts'

const outline: OutlineLine[] = [
  { level: 0, text: 'body', rank: 1, index: 0, children: 2 },
  { level: 1, text: 'header "Shop"', rank: 4, index: 0, children: 0 },
  { level: 1, text: 'main', rank: 1, index: 1, children: 40 },
  ...Array.from({ length: 40 }, (_, index) => ({
    level: 2,
    text: `p.item "Number ${index}"`,
    rank: index === 20 ? 0 : 3 + Math.abs(index - 20) / 10,
    index,
    children: 0,
    ...(index === 20 && { pick: 1, component: 'Item' })
  }))
]
const pick = {
  number: 1,
  selectors: ['main > p:nth-of-type(21)'],
  tag: 'p',
  text: 'Number 20',
  box: { x: 0, y: 0, width: 10, height: 10 },
  components: [{ name: 'Item' }],
  props: Array.from({ length: 12 }, (_, index) => ({ component: `C${index}`, props: `text="${'word '.repeat(300)}"` })),
  styles: { color: 'rgb(0, 0, 0)', 'margin-top': '4px', 'margin-right': '0px', 'margin-bottom': '4px', 'margin-left': '0px' }
}
const input: PageContextInput = {
  url: 'https://shop.example/',
  title: 'Shop',
  capturedAt: '2026-11-21T08:00:00.000Z',
  viewport: { width: 800, height: 600, deviceScaleFactor: 1, scrollX: 0, scrollY: 0 },
  colorScheme: 'light',
  picks: [pick],
  console: Array.from({ length: 50 }, (_, index) => ({
    level: 'error',
    text: `${index} ${'failed '.repeat(200)}`,
    at: '2026-11-21T08:00:00.000Z'
  }))
}
const context = pageContextSchema.parse(input)

describe('fitOutline', () => {
  it('shows everything where there is room', () => {
    const { text, shown } = fitOutline(outline, 10_000, 100_000)
    expect(shown).toBe(outline.length)
    expect(text).toContain('body\n  header "Shop"\n  main\n    p.item "Number 0"\n')
    expect(text).toContain('p.item "Number 20" <Item> [1]')
    expect(text).not.toContain('more')
  })

  it('keeps what is nearest, and counts what is missing in its place', () => {
    const { text } = fitOutline(outline, 70, 100_000)
    expect(text).toBe(
      'body\n  … 1 more\n  main\n    … 18 more\n    p.item "Number 18"\n    p.item "Number 19"\n    p.item "Number 20" <Item> [1]\n    p.item "Number 21"\n    … 18 more'
    )
  })
})

describe('fitContext', () => {
  it.each([2_000, 4_000, 8_000, 16_000])('keeps to %i tokens, with the pick first', budget => {
    const { context: fitted, tokens } = fitContext(context, outline, budget)
    const text = describePageContext(fitted)
    expect(tokens).toBe(estimateTokens(text))
    expect(tokens).toBeLessThanOrEqual(budget)
    expect(text.startsWith('pick [1]: <p> main > p:nth-of-type(21)')).toBe(true)
    expect(fitted.outline).toContain('[1]')
    expect(pageContextSchema.safeParse(fitted).success).toBe(true)
  })

  it('says what it left out, each kind once, and leaves nothing out without need', () => {
    const { truncated } = fitContext(context, outline, 2_000).context
    expect(truncated.filter(note => note.startsWith('Props:'))).toHaveLength(1)
    expect(truncated.some(note => note.startsWith('Console:'))).toBe(true)
    const whole = fitContext({ ...context, console: [], picks: [{ ...pick, props: [] }] }, outline, 8_000)
    expect(whole.context.truncated).toEqual([])
    expect(whole.context.picks[0]?.styles).toEqual(pick.styles)
  })

  it('exceeds a budget that not even the picks fit into', () => {
    const many = { ...context, console: [], picks: Array.from({ length: 20 }, (_, index) => ({ ...pick, number: index + 1 })) }
    const { context: fitted, tokens } = fitContext(pageContextSchema.parse(many), outline, 200)
    expect(tokens).toBeGreaterThan(200)
    expect(fitted.picks).toHaveLength(20)
    expect(fitted.outline).toBe('')
  })
})
