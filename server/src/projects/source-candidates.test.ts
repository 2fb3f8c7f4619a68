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

/** A repository with these files; lines are found as git finds them. */
function repositoryOf(files: Record<string, string>, subfolder = '.') {
  return {
    search: async (texts: readonly string[]) =>
      Object.entries(files).flatMap(([path, content]) =>
        content.split('\n').flatMap((text, index) => (texts.some(wanted => text.includes(wanted)) ? [{ path, line: index + 1, text }] : []))
      ),
    read: async (path: string) => files[path] ?? null,
    trackedFiles: Object.keys(files),
    subfolder
  }
}

async function candidatesOf(parts: Partial<Pick>, files: Record<string, string>, subfolder = '.') {
  const { picks } = await withCandidates({ picks: [pick(parts)] } as unknown as PageContext, repositoryOf(files, subfolder))
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

  it('are where the key of a translated text stands, before the file that has the text', async () => {
    const files = {
      'src/locales/en.json': '{\n  "home": {\n    "title": "Welcome back"\n  },\n  "cart": {\n    "title": "Your basket"\n  }\n}',
      'src/Home.vue': '<template>\n  <h1>{{ t("home.title") }}</h1>\n</template>',
      'src/Cart.vue': '<template>\n  <h1>{{ t("cart.title") }}</h1>\n</template>'
    }
    const [first, ...others] = await candidatesOf({ tag: 'h1', text: 'Your basket' }, files)
    expect(first).toEqual({ path: 'src/Cart.vue', line: 2, reasons: ['key “cart.title” of the text “Your basket”'] })
    expect(others.map(({ path }) => path)).toEqual(['src/locales/en.json'])
  })

  it('are found by the last part of a key where a file of translations is no JSON', async () => {
    const files = {
      'i18n/en.ts': "export default {\n  cart: {\n    empty: 'Nothing in here yet'\n  }\n}",
      'src/Cart.tsx': 'const { t } = useTranslation("cart")\nreturn <p>{t("empty")}</p>',
      'src/Other.tsx': 'const empty = isEmpty(list)'
    }
    const found = await candidatesOf({ text: 'Nothing in here yet' }, files)
    expect(found).toMatchObject([{ path: 'src/Cart.tsx', line: 2 }, { path: 'i18n/en.ts' }])
  })

  it('are files that are called like the components around', async () => {
    const files = { 'src/main.js': "import('./views/home-view.vue')", 'src/views/home-view.vue': '<h1>{{ greeting }}</h1>' }
    const found = await candidatesOf({ components: [{ name: 'HomeView' }] }, files)
    expect(found).toEqual([{ path: 'src/views/home-view.vue', reasons: ['called like the component HomeView'] }])
  })

  it('do not take the value of another attribute for a class', async () => {
    const files = { 'src/A.jsx': '<Greeting kind="greeting" />', 'src/B.jsx': '<p className="greeting">Hello {name}</p>' }
    expect((await candidatesOf({ clues: classes('greeting') }, files))[0]?.path).toBe('src/B.jsx')
  })

  it('are none where nothing is known or found', async () => {
    expect(await candidatesOf({}, SHOP)).toEqual([])
    expect(await candidatesOf({ clues: classes('nowhere') }, SHOP)).toEqual([])
  })
})

describe('what is looked for', () => {
  it('leaves out what every page has and what builds have made up', () => {
    const clues = [...classes('container', 'css-1x2y3z', 'svelte-1abcdef', 'sc-4aBcDe', 'amount'), { kind: 'id', text: 'root' } as const]
    expect(searchTerms(pick({ clues })).map(({ text }) => text)).toEqual(['amount', 'root'])
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
  expect(rankCandidates(terms, hits, { subfolder: '.', tag: 'p', verifiedFiles: new Set(), trackedFiles: [] })).toHaveLength(5)
  expect(performance.now() - started).toBeLessThan(5_000)
})
