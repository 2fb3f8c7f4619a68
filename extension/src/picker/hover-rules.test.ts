import { describe, expect, it } from 'vitest'
import { withHovered } from './hover-rules.ts'

const place = ':root > :nth-child(2)'
const hovered = `:where(${place}):nth-child(n)`

describe('withHovered', () => {
  it.each([
    ['.menu:hover .sub { display: block; }', `.menu${hovered} .sub { display: block; }`],
    ['a:not(:hover) { opacity: 0.5; }', `a:not(${hovered}) { opacity: 0.5; }`],
    // Tailwind writes class names with escaped colons.
    ['.hover\\:underline:hover { }', `.hover\\:underline${hovered} { }`],
    ['.group:hover .group-hover\\:block { }', `.group${hovered} .group-hover\\:block { }`],
    [':hover-like { }', ':hover-like { }'],
    [':host(:hover) p { }', ':host(:not(:nth-child(n))) p { }']
  ])('%s', (rule, expected) => expect(withHovered(rule, place, false)).toBe(expected))

  it('keeps the state of a host that is hovered', () => {
    expect(withHovered(':host(.open:hover) { }', null, true)).toBe(':host(.open:nth-child(n)) { }')
  })
})
