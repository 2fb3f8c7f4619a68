import type { PageContext, SourceClue } from '@fixpoint/protocol'
import { describe, expect, it } from 'vitest'
import { isPlaceVerified, rankCandidates, searchTerms, withCandidates } from './source-candidates.ts'

type Pick = PageContext['picks'][number]

function pick(parts: Partial<Pick>): Pick {
  return {
    number: 1,
    selectors: ['p'],
    tag: 'p',
    box: { x: 0, y: 0, width: 1, height: 1 },
    components: [],
    props: [],
    styles: {},
    ...parts
  }
}

const classes = (...names: string[]): SourceClue[] => names.map(text => ({ kind: 'class', text }))

/** Lines of files that have one of the texts in them, as git finds them. */
function search(files: Record<string, string>) {
  return async (texts: readonly string[]) =>
    Object.entries(files).flatMap(([path, content]) =>
      content.split('\n').flatMap((text, index) => (texts.some(wanted => text.includes(wanted)) ? [{ path, line: index + 1, text }] : []))
    )
}

async function candidatesOf(parts: Partial<Pick>, files: Record<string, string>, subfolder = '.') {
  const { picks } = await withCandidates({ picks: [pick(parts)] } as unknown as PageContext, search(files), subfolder)
  return picks[0]?.candidates ?? []
}

const SHOP = {
  'src/Card.jsx': 'export function Card() {\n  return (\n    <p className={styles.price} id="total">\n      {amount}\n    </p>\n  )\n}',
  'src/Card.module.css': '.price {\n  color: red;\n}',
  'src/Other.jsx': '<p className="price-tag">Free shipping</p>',
  'src/Card.test.jsx': 'expect(card.querySelector(".price")).toBe()',
  'README.md': 'The price is shown by `Card`.'
}

describe('candidates', () => {
  it('come first where most of what is known stands together, with their reasons', async () => {
    const [first, ...others] = await candidatesOf(
      { clues: [...classes('Card_price__x1Y2z'), { kind: 'id', text: 'total' }], components: [{ name: 'Card' }] },
      SHOP
    )
    expect(first).toEqual({
      path: 'src/Card.jsx',
      line: 3,
      reasons: ['id “total”', '“price”, from the class “Card_price__x1Y2z”', '“Card”, from the class “Card_price__x1Y2z” in line 1']
    })
    // Styles are worth knowing, tests and words for people are not.
    expect(others[0]?.path).toBe('src/Card.module.css')
    expect(others.map(({ path }) => path)).not.toContain('src/Other.jsx')
  })

  it('are found by text, without what is filled in', async () => {
    const [first] = await candidatesOf(
      { text: 'Free shipping from 40 €' },
      { ...SHOP, 'src/Note.jsx': '<b>\n  Free shipping from {limit}\n</b>' }
    )
    expect(first).toMatchObject({ path: 'src/Note.jsx', line: 2, reasons: ['text “Free shipping from”'] })
  })

  it('are of the app’s folder rather than of another app', async () => {
    const files = { 'apps/admin/A.jsx': '<p id="sum">', 'apps/web/A.jsx': '<p id="sum">' }
    expect((await candidatesOf({ clues: [{ kind: 'id', text: 'sum' }] }, files, 'apps/web')).map(({ path }) => path)).toEqual([
      'apps/web/A.jsx',
      'apps/admin/A.jsx'
    ])
  })

  it('say the line where a component’s file is verified and its line is not known', async () => {
    const components = [{ name: 'Card', source: { file: '/home/ann/src/Card.jsx', repositoryPath: 'src/Card.jsx' } }]
    const [first] = await candidatesOf({ clues: classes('price'), components }, SHOP)
    expect(first).toMatchObject({ path: 'src/Card.jsx', line: 3 })
    expect(first?.reasons[0]).toBe('the file of a component around it')
  })

  it('are not looked for where the place is verified', async () => {
    const components = [{ name: 'Card', source: { file: 'src/Card.jsx', line: 3, repositoryPath: 'src/Card.jsx' } }]
    expect(isPlaceVerified(pick({ components }))).toBe(true)
    expect(await candidatesOf({ clues: classes('price'), components }, SHOP)).toEqual([])
  })

  it('are not looked for where packages draw the element, and the place in the project around them is verified', async () => {
    const inPackages = [{ name: 'Styled(button)' }, { name: 'ButtonBase' }]
    const card = { name: 'Card', source: { file: 'src/Card.jsx', line: 3, repositoryPath: 'src/Card.jsx' } }
    expect(isPlaceVerified(pick({ components: [...inPackages, card] }))).toBe(true)
    expect(await candidatesOf({ clues: classes('price'), components: [...inPackages, card] }, SHOP)).toEqual([])
    const claimed = { name: 'Claimed', source: { file: 'elsewhere/Card.jsx', line: 3 } }
    expect(isPlaceVerified(pick({ components: [...inPackages, claimed, card] }))).toBe(false)
    expect(isPlaceVerified(pick({ components: inPackages }))).toBe(false)
  })

  it('are none where nothing is known or found', async () => {
    expect(await candidatesOf({}, SHOP)).toEqual([])
    expect(await candidatesOf({ clues: classes('nowhere') }, SHOP)).toEqual([])
  })
})

describe('what is looked for', () => {
  it('leaves out what every page has and what builds have made up', () => {
    const clues = [...classes('container', 'css-1x2y3z', 'svelte-1abcdef', 'sc-4aBcDe', 'amount'), { kind: 'id', text: 'root' } as const]
    expect(searchTerms(pick({ clues })).map(({ text }) => text)).toEqual(['root', 'amount'])
  })

  it('is bounded, and is never more than a line', () => {
    const clues = Array.from({ length: 40 }, (_, index) => ({ kind: 'class', text: `name-${index}` }) as const)
    const terms = searchTerms(pick({ clues, text: `First line here\nsecond line\0 ${'x'.repeat(5_000)}` }))
    expect(terms.length).toBeLessThanOrEqual(24)
    for (const { text } of terms) {
      expect(text.length).toBeLessThanOrEqual(200)
      expect(text).not.toMatch(/[\n\0]/)
    }
  })

  it('does not take a shortened name for a component', () => {
    expect(searchTerms(pick({ components: [{ name: 'ee' }, { name: 'withTheme(Title)' }] })).map(({ text }) => text)).toEqual(['Title'])
  })
})

it('ranking takes many hits in little time', () => {
  const terms = searchTerms(pick({ clues: classes('price', 'amount', 'sum') }))
  const hits = Array.from({ length: 30_000 }, (_, index) => ({
    path: `f${index % 100}.jsx`,
    line: index,
    text: '<p class="price amount sum">'
  }))
  const started = performance.now()
  expect(rankCandidates(terms, hits, { subfolder: '.', tag: 'p', verifiedFiles: new Set() })).toHaveLength(5)
  expect(performance.now() - started).toBeLessThan(5_000)
})
