import { describe, expect, it } from 'vitest'
import type { WrittenNode } from './inspection.ts'
import { tagOf, writtenTags } from './written-tags.ts'

const SOURCE = `export function Settings({ items }: { items: Item[] }) {
  const [open, setOpen] = useState<boolean>(false)
  return (
    <Dialog open={open} onClose={() => setOpen(a => !a)}>
      <Dialog.Title className="head">Your settings</Dialog.Title>
      <Button variant="outlined" onClick={() => go({ to: 1 })}>Cancel</Button>
      <Button variant="contained" onClick={save}>Save</Button>
      <input type="text" name='who' />
      <p>First</p>
      <p>Second</p>
      <Comp data-slot="button" className={cn('a', "b")} {...props} />
      {items.map(item => <Row key={item.id} item={item} />)}
    </Dialog>
  )
}
`

const tags = writtenTags(SOURCE, 0, SOURCE.length)

/** The line of the tag that made a node with these properties; of an element where it is given a tag. */
function lineOf(
  name: string,
  properties: Record<string, string | null>,
  { tag, isCertain = false }: { tag?: string; isCertain?: boolean } = {}
) {
  const node: WrittenNode = { tag, properties: Object.entries(properties).map(([key, text]) => ({ name: key, text })) }
  const found = tagOf(tags, node, name, isCertain)
  return found === null || found === 'ambiguous' ? found : SOURCE.slice(0, found.offset).split('\n').length
}

describe('the tag that made a node', () => {
  it('is read with its attributes, and types in angle brackets are none', () => {
    expect(tags.map(({ name }) => name)).toEqual(['Dialog', 'Dialog.Title', 'Button', 'Button', 'input', 'p', 'p', 'Comp', 'Row'])
    expect([...(tags[2]?.attributes ?? [])]).toEqual([
      ['variant', 'outlined'],
      ['onClick', null]
    ])
    expect(tags[7]).toMatchObject({ hasSpread: true })
  })

  it('is the one of several of a name that says what the node was given', () => {
    expect(lineOf('Button', { variant: 'contained', onClick: null, children: 'Save' })).toBe(7)
    expect(lineOf('Button', { variant: 'outlined', onClick: null, children: 'Cancel' })).toBe(6)
  })

  it('is none where the node was not given what the tag says', () => {
    expect(lineOf('Button', { color: 'primary', children: 'Save' })).toBeNull()
    expect(lineOf('Button', { variant: 'text', onClick: null })).toBeNull()
    expect(lineOf('Dialog', { children: null })).toBeNull()
  })

  it('is none where the node was given more than the tag says, unless a library has added that to what the page wrote', () => {
    expect(lineOf('Row', { item: null, style: null })).toBe(12)
    expect(lineOf('Row', { item: null, index: null })).toBeNull()
    expect(lineOf('Button', { variant: 'contained', onClick: null, tabIndex: null, children: 'Save' })).toBe(7)
  })

  it('is found without a name, by texts', () => {
    expect(lineOf('t', { variant: 'contained', onClick: null })).toBe(7)
    expect(lineOf('Anonymous', { className: 'head', children: 'Your settings' })).toBe(5)
  })

  it('is not one of another name where the component’s own source calls it something else', () => {
    expect(lineOf('ButtonBase', { variant: 'contained', onClick: null }, { isCertain: true })).toBeNull()
    expect(lineOf('DialogTitle', { className: 'head', children: 'Your settings' }, { isCertain: true })).toBe(5)
    expect(lineOf('Row2', { item: null }, { isCertain: true })).toBe(12)
  })

  it('is found for elements, by their names or what a variable stands for', () => {
    expect(lineOf('input', { type: 'text', name: 'who' }, { tag: 'input' })).toBe(8)
    expect(lineOf('button', { 'data-slot': 'button', className: 'a b', disabled: null }, { tag: 'button' })).toBe(11)
    expect(lineOf('p', { children: 'Second' }, { tag: 'p' })).toBe(10)
    expect(lineOf('div', { className: 'elsewhere' }, { tag: 'div' })).toBeNull()
  })

  it('is ambiguous where two say the same', () => {
    const text = '<li className="item">{a}</li><li className="item">{b}</li>'
    const node: WrittenNode = { tag: 'li', properties: [{ name: 'className', text: 'item' }] }
    expect(tagOf(writtenTags(text, 0, text.length), node, 'li', false)).toBe('ambiguous')
  })

  it('is looked for in little time, whatever the text', () => {
    const text = `${'<a b={'.repeat(20_000)}${'<A x="'.repeat(20_000)}`
    const started = performance.now()
    writtenTags(text, 0, text.length)
    expect(performance.now() - started).toBeLessThan(2_000)
  })
})
