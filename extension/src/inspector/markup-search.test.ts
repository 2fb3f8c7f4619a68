import { describe, expect, it } from 'vitest'
import { declaredName, enclosingComponent, findOpeningTag } from './markup-search.ts'

const SOURCE = `import { Card } from './Card'

export function List({ items }) {
  return (
    <ul className="items">
      {items.map(item => <Card.Item key={item} />)}
      <li className="first" onClick={() => go(1)}>One</li>
      <li
        className="second"
        data-testid="two"
      >
        Two
      </li>
    </ul>
  )
}
`

describe('findOpeningTag', () => {
  const find = (tag: string, clues: string[] = [], text = SOURCE) => {
    const offset = findOpeningTag(
      text,
      0,
      text.length,
      tag,
      clues.map(clue => ({ kind: 'class', text: clue }))
    )
    return offset === null ? null : text.slice(0, offset).split('\n').length
  }

  it('takes the only tag of that name', () => expect(find('ul')).toBe(5))
  it('takes none of several without a clue', () => expect(find('li')).toBeNull())
  it('takes the one that the clues speak of, over lines and arrows', () => {
    expect(find('li', ['first'])).toBe(7)
    expect(find('li', ['two', 'elsewhere'])).toBe(8)
  })
  it('knows the name that a class of CSS modules had', () => {
    expect(find('p', ['Card_price__x1Y2z'], '<p className={styles.title}>\n<p className={styles.price}>')).toBe(2)
  })
  it('does not take names that only begin alike', () => {
    expect(find('Card')).toBeNull()
    expect(find('b', [], '<button>')).toBeNull()
  })
})

describe('declaredName', () => {
  it.each([
    ['a function', 'export function Button() {}', 'function', 'Button'],
    ['a class', 'class Card extends Component {\n}', 'class', 'Card'],
    ['an arrow function', 'const Total = () => null', '() =>', 'Total'],
    ['inside memo', 'export const Badge = memo(\n  forwardRef((a, b) => null)\n)', '(a, b)', 'Badge'],
    ['the function before is another', 'function First() {\n  return 1\n}\n\nexport default () => null', '() =>', null],
    ['a name with umlauts', 'export function Größe() {}', 'function', 'Größe'],
    ['a helper is no component', 'const helper = () => 1', '() =>', null]
  ])('%s', (_, text, at, name) => expect(declaredName(text, text.indexOf(at))).toBe(name))
})

describe('enclosingComponent', () => {
  it('is the last one that began before', () => {
    const text = 'function A() {\n  x\n}\nexport const B = () => {\n  y\n}\n'
    expect(enclosingComponent(text, text.indexOf('x'))).toMatchObject({ name: 'A', end: text.indexOf('export') })
    expect(enclosingComponent(text, text.indexOf('y'))).toMatchObject({ name: 'B', end: text.length })
    expect(enclosingComponent('y', 0)).toBeNull()
  })
})
