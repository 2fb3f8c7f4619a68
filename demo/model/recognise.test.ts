import { describe, expect, it } from 'vitest'
import { personsWords, recogniseBugs } from './recognise.ts'

/** A message the way a server wraps a request: with a page that has every word in it that could mislead. */
function messageOf(words: string, pick = '<main> main#main\n  component: HomePage at src/pages/HomePage.tsx:20:6 (verified)') {
  return `${words}

Project: Saltmarsh
- dev server: npm run dev (running, port 5173)
- check “tests”: npm test

<<<data k3v9 repository instructions (AGENTS.md)
- Every page works from 320 px up, with the keyboard, in light and in dark mode.
k3v9>>>

<<<data k3v9 page context
url: http://127.0.0.1:5173/
title: Saltmarsh: objects for quiet rooms
viewport: 1440×900 at 1x, scrolled to 0,420, dark

pick [1]: ${pick}
  styles: align-items: baseline; text-align: left; color: rgb(163, 74, 39)

outline:
<p class="price-tag">$189</p> <p class="review-count">5.0 1 reviews</p> <p class="shipping-badge">Free shipping</p> <ProductCard> <PriceTag>
k3v9>>>`
}

const idsOf = (message: string) => recogniseBugs(message).map(bug => bug.id)

describe('recogniseBugs', () => {
  it.each([
    'line this up with the others',
    'Line up the sale price with the rest',
    'the price is misaligned',
    'Please align it.',
    'this price sits lower than the others',
    'The sale price is off',
    'why is this price crooked?'
  ])('knows the price in “%s”', words => {
    expect(idsOf(words)).toEqual(['price-out-of-line'])
    expect(idsOf(messageOf(words))).toEqual(['price-out-of-line'])
  })

  it.each([
    'this is unreadable in dark mode',
    "I can't read this badge",
    'bad contrast',
    'the contrast is wrong here, fix it',
    'cannot really see the text in the dark',
    'The shipping badge is invisible in dark mode',
    'free shipping is hard to read'
  ])('knows the badge in “%s”', words => {
    expect(idsOf(words)).toEqual(['badge-unreadable-in-dark'])
    expect(idsOf(messageOf(words))).toEqual(['badge-unreadable-in-dark'])
  })

  it.each([
    'it says “1 reviews”, fix the plural',
    'wrong plural',
    'this should be 1 review',
    '1 reviews',
    'bad grammar',
    'The text says 1 reviews'
  ])('knows the plural in “%s”', words => {
    expect(idsOf(words)).toEqual(['wrong-plural'])
    expect(idsOf(messageOf(words))).toEqual(['wrong-plural'])
  })

  it.each([
    'make the header sticky',
    'add a wishlist',
    'change the button colour to red',
    'the prices should be in euros',
    'show more reviews',
    'nothing happens when I click this'
  ])('does not make anything of “%s”', words => {
    expect(idsOf(words)).toEqual([])
    expect(idsOf(messageOf(words))).toEqual([])
  })

  it('takes a vague word together with what was pointed at', () => {
    const pick =
      '<p> article:nth-of-type(2) > p.price-tag.price-tag--sale\n  text: $289 $340\n  component: PriceTag at src/components/PriceTag.tsx:12:5 (verified)\n  component: ProductCard'
    expect(idsOf(messageOf('this looks off', pick))).toEqual(['price-out-of-line'])
    expect(idsOf(messageOf('this looks off'))).toEqual([])
  })

  it('knows two bugs in one message', () => {
    expect(idsOf('line up the price and fix the plural')).toEqual(['price-out-of-line', 'wrong-plural'])
  })

  it('takes the words between tags where there are any', () => {
    expect(personsWords('Judge contrast and alignment.\n<request>wrong plural</request>')).toBe('wrong plural')
    expect(idsOf('Judge contrast and alignment.\n<request>wrong plural</request>')).toEqual(['wrong-plural'])
  })
})
