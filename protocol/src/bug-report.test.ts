import { expect, test } from 'vitest'
import { bugReportMarkdown } from './bug-report.ts'
import { plainInMarkdown } from './markdown.ts'
import { type PageContextInput, pageContextSchema } from './page-context.ts'
import { describeStep, type Step } from './steps.ts'

const at = '2026-03-01T12:00:00.000Z'
const element = (name: string) => ({ tag: 'button', role: 'button', name, selectors: ['#add'] })
const NOTHING = { crops: new Map<number, string>() }

function contextOf(change: Partial<PageContextInput> = {}) {
  return pageContextSchema.parse({
    url: 'http://localhost:5173/cart',
    title: 'Cart',
    capturedAt: at,
    viewport: { width: 800, height: 600, deviceScaleFactor: 1, scrollX: 0, scrollY: 0 },
    colorScheme: 'dark',
    picks: [],
    ...change
  } satisfies PageContextInput)
}

test('a step is said in words, without what was typed', () => {
  const steps: [Step, string][] = [
    [{ kind: 'navigation', at, url: 'http://localhost/' }, 'Went to http://localhost/'],
    [{ kind: 'click', at, element: element('Add to cart'), button: 'main', times: 1 }, 'Clicked “Add to cart” (button)'],
    [
      { kind: 'click', at, element: element('Add to cart'), button: 'secondary', times: 2 },
      'Clicked with the right button on “Add to cart” (button) twice'
    ],
    [{ kind: 'input', at, element: { tag: 'input', role: 'textbox', selectors: ['#mail'] } }, 'Typed into <input> (textbox)'],
    [{ kind: 'key', at, element: element('Search'), key: 'Enter', times: 3 }, 'Pressed Enter in “Search” (button) 3 times']
  ]
  for (const [step, words] of steps) expect(describeStep(step)).toBe(words)
})

test('a report has what somebody needs to see the bug too', () => {
  const report = bugReportMarkdown({
    title: 'Nothing happens',
    text: 'The button does nothing.',
    context: contextOf({
      steps: [
        { kind: 'navigation', at, url: 'http://localhost:5173/cart?page=2' },
        { kind: 'click', at, element: { ...element('Add'), component: 'BuyButton' } }
      ],
      picks: [
        {
          number: 1,
          selectors: ['#add'],
          tag: 'button',
          box: { x: 0, y: 0, width: 1, height: 1 },
          components: [{ name: 'BuyButton', source: { file: '/src/BuyButton.tsx', line: 3 } }],
          styles: {}
        }
      ],
      console: [{ level: 'error', text: 'TypeError: x is not a function', at }],
      requests: [{ method: 'POST', url: 'http://localhost:5173/api/cart', initiator: 'fetch', status: 500, at }],
      redactions: { password: 2 }
    }),
    pictures: { screenshot: 'https://pictures.example/page.png', crops: new Map([[1, 'https://pictures.example/1.png']]) }
  })
  expect(report).toMatchInlineSnapshot(`
    "# Nothing happens

    > The button does nothing.

    **Page:** \`http://localhost:5173/cart\` (Cart)

    ## Steps

    1. Began at \`http://localhost:5173/cart?page=2\`
    2. Clicked “Add” (button) · \`#add, in BuyButton\`

    ## Screenshot

    ![Screenshot](https://pictures.example/page.png)

    ## Elements

    - **1** BuyButton · \`#add\` · \`/src/BuyButton.tsx:3\` (unverified)

      ![Element 1](https://pictures.example/1.png)


    ## Console

    \`\`\`text
    12:00:00 error: TypeError: x is not a function
    \`\`\`

    ## Failed requests

    \`\`\`text
    12:00:00 500 POST http://localhost:5173/api/cart (fetch)
    \`\`\`

    ## Environment

    - Window: 800 × 600 at 1x, dark
    - Captured: 2026-03-01T12:00:00.000Z

    ## Left out

    - Masked in the browser: 2 × password
    "
  `)
})

const HOSTILE = [
  '@octocat see #12 and GH-7 and acme/tiny#3',
  '&#64;octocat &commat;octocat &lt;img&gt;',
  '<img src=x onerror=alert(1)><script>alert(1)</script><details open>',
  '![p](https://evil.example/p.png) [l](javascript:alert(1)) https://evil.example www.evil.example <https://evil.example> a@evil.example',
  '[x]: https://evil.example "t"',
  '` `` ``` ~~~ ```` closing',
  '# Heading\n- [ ] task\n1. one\n2) two\n+ plus\n---\n===\n    code\n> quote\n| a | b |\n| - | - |',
  '$$\\href{https://evil.example}{x}$$ **bold** __b__ ~~s~~ \\',
  '\u202Eevil\u202C \u0007 \u2028line'
]

test('nothing that people or pages wrote makes markup of a report', () => {
  for (const text of HOSTILE) {
    const plain = plainInMarkdown(text)
    expect(plain).not.toMatch(/@(?=\w)|#(?=\d)|GH-\d|https?:\/\/|www\.|(?<!\\)[<>[\]`*_&$|~]/)
  }
})

test('a text between fences cannot end them', () => {
  const report = bugReportMarkdown({
    text: '',
    context: contextOf({ console: [{ level: 'error', text: 'a\n```\n# out\n`````\n<b>', at }] }),
    pictures: NOTHING
  })
  expect(report).toContain('``````text\n12:00:00 error: a\n```\n# out\n`````\n<b>\n``````')
})

test('a report that is too long leaves whole sections out and says which', () => {
  const long = 'x'.repeat(1_900)
  const report = bugReportMarkdown({
    text: 'w'.repeat(9_000),
    context: contextOf({
      steps: Array.from({ length: 100 }, () => ({
        kind: 'click' as const,
        at,
        element: { ...element(long.slice(0, 190)), selectors: [long.slice(0, 490)] }
      })),
      console: Array.from({ length: 50 }, () => ({ level: 'error' as const, text: long, at })),
      requests: Array.from({ length: 40 }, () => ({ url: `http://localhost/${'y'.repeat(900)}`, initiator: 'fetch', status: 500, at }))
    }),
    pictures: NOTHING,
    footer: 'By Ada'
  })
  expect(report.length).toBeLessThan(60_002)
  expect(report).toMatch(/^## Steps$/m)
  expect(report).toMatch(/Too long for this report: [A-Z][a-z ,A-Z]+\./)
  expect(report.endsWith('By Ada\n')).toBe(true)
})
