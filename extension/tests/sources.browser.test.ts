import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ReactMajor, serveReact } from './fixtures/react-server.ts'
import { Person, value } from './person.ts'

// Where the JSX of each element stands in `fixtures/react-app`; see the files.
const expected = [
  {
    selector: '.add-button span',
    components: [
      ['AddButton', 'src/components/AddButton.jsx', 8, 7],
      ['Card', 'src/components/Card.jsx', 7, 7],
      ['App', 'src/App.jsx', 10, 9]
    ]
  },
  {
    // Written by App as a child of Card: the component that wrote it comes first.
    selector: '.price',
    components: [
      ['App', 'src/App.jsx', 9, 9],
      ['Card', 'src/components/Card.jsx', 7, 7]
    ]
  },
  {
    // memo() and forwardRef()
    selector: 'strong',
    components: [
      ['Badge', 'src/components/Badge.jsx', 5, 12],
      ['Card', 'src/components/Card.jsx', 7, 7],
      ['App', 'src/App.jsx', 11, 9]
    ]
  },
  // Markup that React does not know belongs to the nearest element that it does.
  { selector: 'em', components: [['App', 'src/App.jsx', 14, 7]] }
]

describe('components and their files', () => {
  let person: Person

  beforeAll(async () => {
    person = await Person.start()
  })
  afterAll(async () => {
    await person.close()
  })

  it.each<[ReactMajor, string]>([
    [16, '/'],
    [17, '/'],
    [18, '/'],
    [19, '/'],
    [19, '/shop/']
  ])('are exact with React %i on Vite with the base %s', async (major, base) => {
    const app = await serveReact(major, base)
    try {
      const { page, tabId } = await person.open(app.url)
      await page.waitForSelector('.add-button')
      const renders = await page.evaluate('rendersOfAddButton')
      // React 16 to 18 name files as they lie on the developer's disk, 19 as the dev server does.
      const fileOf = (file: string) => (major === 19 ? file : join(app.root, file))
      for (const { selector, components } of expected) {
        const draft = await person.pick(page, tabId, selector)
        expect(draft.frameworks).toEqual([`React ${major}`])
        expect(draft.picks[0]?.components).toEqual(
          components.map(([name, file, line, column]) => ({ name, source: { file: fileOf(String(file)), line, column } }))
        )
        value(await person.ask('clearDraft', { tabId }))
      }
      // No component was called to learn this.
      expect(await page.evaluate('rendersOfAddButton')).toBe(renders)
      // The control: the counter does count.
      await page.evaluate('renderAgain()')
      expect(await page.evaluate('rendersOfAddButton')).toBe(Number(renders) + 1)
    } finally {
      await app.close()
    }
  })
})
