import { describe, expect, it } from 'vitest'
import type { WrittenNode } from './inspection.ts'
import { type NamedComponent, placesOfNodes } from './written-places.ts'

const component = (name: string, file: string, text: string): NamedComponent => ({
  name,
  definition: { file, name, start: { line: 1, column: 1 }, parts: [{ file, text, from: 0, to: text.length }] }
})
/** Of a package: its name is known, its source is nobody's to change. */
const ofPackage = (name: string): NamedComponent => ({
  name,
  definition: { file: null, name, start: { line: 1, column: null }, parts: [] }
})

const node = (of: { tag?: string; component?: number; owner?: number }, properties: Record<string, string | null> = {}): WrittenNode => ({
  ...of,
  properties: Object.entries(properties).map(([name, text]) => ({ name, text }))
})

describe('places of what components have drawn', () => {
  const panel = component('Panel', 'src/Panel.tsx', '<section className="panel">\n  {children}\n</section>')
  const page = component(
    'Page',
    'src/Page.tsx',
    '<main>\n  <Button kind="quiet">Back</Button>\n  <Panel>\n    <Button kind="loud">Save</Button>\n  </Panel>\n</main>'
  )

  it('are those of what a page has put into another component, through what a library draws', () => {
    const nodes = [
      node({ tag: 'button' }, { className: 'MuiButton', type: 'button', children: 'Save' }),
      node({ component: 0 }, { kind: 'loud', children: 'Save' }),
      node({ tag: 'section' }, { className: 'panel', children: null }),
      node({ component: 1 }, { children: null }),
      node({ tag: 'main' }, { children: null }),
      node({ component: 2 })
    ]
    const { places, owner } = placesOfNodes(nodes, [ofPackage('Button'), panel, page])
    expect(places.get(2)).toEqual({ file: 'src/Page.tsx', line: 4, column: 5 })
    expect(places.get(1)).toEqual({ file: 'src/Panel.tsx', line: 1, column: 1 })
    expect(owner, 'nobody of the project has written the button itself').toBeNull()
  })

  it('say who has written the element itself', () => {
    const nodes = [node({ tag: 'b' }, { id: 'sum' }), node({ component: 0 }, { children: null }), node({ component: 1 })]
    const outer = component('Page', 'src/Page.tsx', '<Panel><b id="sum" /></Panel>')
    expect(placesOfNodes(nodes, [panel, outer])).toEqual({ owner: 1, places: new Map([[1, { file: 'src/Page.tsx', line: 1, column: 8 }]]) })
  })

  it('are not those of what a component nearer to the element has drawn', () => {
    const list = component('List', 'src/List.tsx', '<ul><Button kind="quiet">Back</Button></ul>')
    const around = component('Page', 'src/Page.tsx', '<div>\n<Button kind="quiet">Back</Button>\n<List />\n</div>')
    const nodes = [
      node({ component: 0 }, { kind: 'quiet', children: 'Back' }),
      node({ tag: 'ul' }, { children: null }),
      node({ component: 1 }),
      node({ component: 2 })
    ]
    const { places } = placesOfNodes(nodes, [ofPackage('Button'), list, around])
    expect(places.get(2)).toEqual({ file: 'src/Page.tsx', line: 3, column: 1 })
  })

  it('are only those of its own where React says who made what', () => {
    const nodes = [node({ tag: 'b', owner: 1 }, { id: 'sum' }), node({ component: 0, owner: 1 }), node({ component: 1 })]
    const inner = component('Inner', 'src/Inner.tsx', '<b id="sum" />')
    const outer = component('Outer', 'src/Outer.tsx', '<Inner>\n<b id="sum" /></Inner>')
    const { places } = placesOfNodes(nodes, [inner, outer])
    expect([...places]).toEqual([[1, { file: 'src/Outer.tsx', line: 2, column: 1 }]])
  })
})
