import { expect, it } from 'vitest'
import { classParts } from './class-parts.ts'

it.each([
  ['Card_price__x1Y2z', ['price', 'Card']],
  ['Card-module_title__SnbpE', ['title', 'Card']],
  ['_price_1x2yz_5', ['price']],
  ['Button__Title-sc-1abc2-0', ['Title', 'Button']],
  ['css-1x2y3-Badge', ['Badge']],
  ['price', []],
  ['block__element', []],
  ['css-1x2y3z', []]
])('the parts of %s', (name, parts) => expect(classParts(name)).toEqual(parts))
