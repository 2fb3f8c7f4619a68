import { describe, expect, it } from 'vitest'
import { scriptOrder } from './script-order.ts'

const origin = 'http://localhost:5173'
const others = Array.from({ length: 400 }, (_, index) => `${origin}/src/module-${index}.ts`)
const order = (urls: readonly string[], hints: { names?: string[]; files?: string[]; base?: string | null }) =>
  scriptOrder(urls, { names: [], files: [], base: '/', origin, ...hints })

describe('scriptOrder', () => {
  it.each([
    ['a file of that name', `${origin}/src/Foo.vue?t=1`],
    ['a file of that name, written otherwise', `${origin}/src/foo.tsx`],
    ['a folder of that name', `${origin}/src/Foo/index.tsx`]
  ])('begins with %s, however late it was loaded', (_, url) => {
    expect(order([...others, url], { names: ['Foo'] })[0]).toBe(url)
    expect(order([...others, url], { names: ['Bar'] })).not.toContain(url)
  })

  it('begins with the file that a framework names, also where the browser no longer knows that it was loaded', () => {
    const file = '/home/ada/src-of-all/shop/src/cart/Line item.vue'
    const url = `${origin}/src/cart/Line%20item.vue`
    expect(order(others, { files: [file] })[0]).toBe(url)
    expect(order([...others, `${url}?t=2`], { files: [file] }).filter(found => found.includes('Line'))).toEqual([`${url}?t=2`])
    expect(order(others, { files: [file], base: null })).not.toContain(url)
    expect(order(['http://localhost:5173/shop/src/main.ts'], { files: [file], base: '/shop/' })[0]).toBe(
      `${origin}/shop/src/cart/Line%20item.vue`
    )
  })

  it('has an end', () => expect(order(others, { names: ['Foo'] })).toHaveLength(300))
})
