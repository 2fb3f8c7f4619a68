import { expect, it } from 'vitest'
import { describePageContext } from './describe-context.ts'
import { type PageContextInput, pageContextSchema } from './page-context.ts'

function described(change: Partial<PageContextInput>): string {
  return describePageContext(
    pageContextSchema.parse({
      url: 'https://shop.example/',
      title: 'Shop',
      capturedAt: '2026-11-21T08:00:00.000Z',
      viewport: { width: 800, height: 600, deviceScaleFactor: 1, scrollX: 0, scrollY: 0 },
      colorScheme: 'light',
      picks: [],
      ...change
    })
  )
}

it('names the nearest component that has a place, however many of packages are inside it', () => {
  const inPackages = Array.from({ length: 20 }, (_, index) => ({ name: `Styled${index}` }))
  const card = { name: 'Card', source: { file: 'src/Card.jsx', line: 3, repositoryPath: 'src/Card.jsx' } }
  const box = { x: 0, y: 0, width: 10, height: 10 }
  const text = described({
    picks: [{ number: 1, selectors: ['b'], tag: 'b', box, styles: {}, components: [...inPackages, card, { name: 'App' }] }]
  })
  expect(text).toContain('component: Styled0\n')
  expect(text).toContain('component: Card at src/Card.jsx:3 (verified)')
  expect(text.match(/component: /g)).toHaveLength(12)
})

it('says which picture shows the whole page, and which the window', () => {
  const picture = { artifactId: 'a'.repeat(64), width: 100, height: 50 }
  const annotated = { ...picture, marks: [] }
  expect(described({ screenshot: picture, annotated })).toContain(
    'in this order: the visible part of the page; the same with what the person drew on it'
  )
  expect(described({ screenshot: { ...picture, extent: 'page' } })).toContain('in this order: the whole page, put together by scrolling')
})
