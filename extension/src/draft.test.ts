import { pageContextSchema } from '@fixpoint/protocol'
import { describe, expect, it } from 'vitest'
import { contextFromDraft, type PageDraft } from './draft.ts'
import { pickedMessageSchema } from './message-schemas.ts'

const artifact = 'a'.repeat(64)
const picture = { dataUrl: 'data:image/webp;base64,AAAA', mediaType: 'image/webp', width: 100, height: 50, bytes: 3 } as const
const draft: PageDraft = {
  tabId: 7,
  revision: 4,
  url: 'https://shop.example/',
  title: 'Shop',
  capturedAt: '2026-11-21T08:00:00.000Z',
  viewport: { width: 800, height: 600, deviceScaleFactor: 1, scrollX: 0, scrollY: 0 },
  colorScheme: 'light',
  locale: 'en',
  frameworks: ['React 19'],
  featureFlags: { checkout: 'true' },
  outline: [
    { level: 0, text: 'body', rank: 1, index: 0, children: 1 },
    { level: 1, text: 'p', rank: 0, index: 0, children: 0, pick: 1 }
  ],
  picks: [
    {
      number: 1,
      selectors: ['p'],
      tag: 'p',
      text: 'Hello',
      box: { x: 0, y: 0, width: 100, height: 50 },
      components: [{ name: 'App', source: { file: 'src/App.jsx', line: 3, column: 5 } }],
      props: [{ component: 'App', props: 'step=2' }],
      styles: { color: 'rgb(0, 0, 0)' },
      crop: { ...picture, method: 'visible-tab', note: 'html2canvas: no' },
      isComplete: true
    }
  ],
  console: [{ level: 'error', text: 'no', at: '2026-11-21T08:00:00.000Z' }],
  requests: [{ method: 'POST', url: 'https://shop.example/api', initiator: 'fetch', status: 500, at: '2026-11-21T08:00:00.000Z' }],
  screenshot: picture,
  masking: '[[],[]]',
  redactions: { password: 1 },
  truncated: [],
  problems: []
}
const everything = { screenshot: true, dom: true, components: true, console: true, steps: true, budget: 8_000 }
const uploaded = { screenshot: artifact, crops: new Map([[1, artifact]]) }

describe('contextFromDraft', () => {
  it('takes along what was drawn, but not which frame could be looked into', () => {
    const marks = [{ kind: 'text' as const, color: '#e5243b', at: { x: 1, y: 2 }, text: 'too wide' }]
    const drawn: PageDraft = {
      ...draft,
      annotated: { ...picture, marks, isCurrent: true },
      picks: draft.picks.map(pick => ({ ...pick, frameOrigin: 'https://pay.example' }))
    }
    const sent = contextFromDraft(drawn, everything, { ...uploaded, annotated: artifact }, null).context
    expect(pageContextSchema.parse(sent).annotated).toEqual({ artifactId: artifact, width: 100, height: 50, marks })
    expect(JSON.stringify(sent)).not.toContain('pay.example')
    expect(contextFromDraft(drawn, { ...everything, screenshot: false }, uploaded, null).context.annotated).toBeUndefined()
  })

  it('leaves out the words inside a region with the surroundings', () => {
    const region = {
      box: { x: 0, y: 0, width: 9, height: 9 },
      omitted: 0,
      elements: [{ selectors: ['b'], tag: 'b', text: 'Secret plan', box: { x: 0, y: 0, width: 5, height: 5 } }]
    }
    const drawn = { ...draft, picks: draft.picks.map(pick => ({ ...pick, region })) }
    expect(JSON.stringify(contextFromDraft(drawn, everything, uploaded, null))).toContain('Secret plan')
    expect(JSON.stringify(contextFromDraft(drawn, { ...everything, dom: false }, uploaded, null))).not.toContain('Secret plan')
  })

  it('is a valid page context with the uploaded pictures', () => {
    const context = pageContextSchema.parse(contextFromDraft(draft, everything, uploaded, null).context)
    expect(context.screenshot).toEqual({ artifactId: artifact, width: 100, height: 50, extent: 'window' })
    expect(context.picks[0]?.crop).toEqual({ artifactId: artifact, width: 100, height: 50, method: 'visible-tab', note: 'html2canvas: no' })
    expect(JSON.stringify(context)).not.toContain('data:')
    expect(context).not.toHaveProperty('tabId')
  })

  it('has only what the person chose', () => {
    const choice = { screenshot: false, dom: false, components: false, console: false, steps: false, budget: 8_000 }
    const context = pageContextSchema.parse(contextFromDraft(draft, choice, uploaded, null).context)
    expect(context).toMatchObject({ outline: '', console: [], requests: [], frameworks: [], featureFlags: {} })
    expect(context.screenshot).toBeUndefined()
    expect(context.picks[0]).toMatchObject({ selectors: ['p'], components: [], props: [], styles: {} })
    expect(context.picks[0]).not.toHaveProperty('text', expect.anything())
    expect(context.picks[0]?.crop).toBeUndefined()
  })

  it('leaves out pictures that were not uploaded', () => {
    const context = contextFromDraft(draft, everything, { crops: new Map() }, null).context
    expect(context.screenshot).toBeUndefined()
    expect(context.picks[0]?.crop).toBeUndefined()
  })
})

it('takes picks with high numbers, as they are after many were taken off', () => {
  const [pick] = draft.picks
  if (!pick) throw new Error('The draft has no pick.')
  const { context } = contextFromDraft({ ...draft, picks: [{ ...pick, number: 51 }] }, everything, uploaded, null)
  expect(pageContextSchema.parse(context).picks[0]?.number).toBe(51)
  const id = '0'.repeat(32)
  const element = { path: [0], tag: 'p', box: pick.box }
  const message = { runId: id, nonce: id, number: 51, kind: 'element', element, isMoreToCome: false }
  expect(pickedMessageSchema.parse(message).number).toBe(51)
})

it('says of what is around a pick which component drew it and where, unless components stay here', () => {
  const outline = draft.outline.map(line => ({ ...line, component: 'App', place: 'src/App.jsx:3' }))
  const sent = (components: boolean) =>
    contextFromDraft({ ...draft, outline }, { ...everything, components }, uploaded, null).context.outline
  expect(sent(true).split('\n')).toEqual(['body <App> (claimed: src/App.jsx:3)', '  p <App> (claimed: src/App.jsx:3) [1]'])
  expect(sent(false).split('\n')).toEqual(['body', '  p [1]'])
})
