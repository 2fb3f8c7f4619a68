import { describe, expect, it } from 'vitest'
import { blend, type Color, contrastOf } from './contrast.ts'

const color = (red: number, green: number, blue: number, alpha = 1): Color => ({ red, green, blue, alpha })
const BLACK = color(0, 0, 0)
const WHITE = color(255, 255, 255)

describe('contrastOf', () => {
  // The figures are those of WebAIM’s contrast checker.
  it.each([
    ['black on white', BLACK, [WHITE], 21, 'AAA'],
    ['white on white', WHITE, [WHITE], 1, 'fails'],
    ['#777 on white', color(0x77, 0x77, 0x77), [WHITE], 4.48, 'fails'],
    ['#767676 on white', color(0x76, 0x76, 0x76), [WHITE], 4.54, 'AA'],
    ['#0000ee on white', color(0, 0, 0xee), [WHITE], 9.4, 'AAA'],
    ['white on nothing at all', WHITE, [], 1, 'fails'],
    ['half black on white is #808080', color(0, 0, 0, 0.5), [WHITE], 3.98, 'fails'],
    ['white on half black over white', WHITE, [color(0, 0, 0, 0.5), WHITE], 3.98, 'fails']
  ] as const)('%s', (_, text, backgrounds, ratio, level) => {
    const found = contrastOf(text, backgrounds, 16, 400)
    expect(found.ratio).toBeCloseTo(ratio, 1)
    expect(found.level).toBe(level)
  })

  it.each([
    [16, 400, 4.5],
    [23.9, 400, 4.5],
    [24, 400, 3],
    [18.66, 700, 3],
    [18.66, 600, 4.5]
  ])('needs less where the text is large: %s px, weight %s', (size, weight, needed) => {
    expect(contrastOf(BLACK, [WHITE], size, weight).needed).toBe(needed)
  })
})

it('blends as browsers paint', () => {
  expect(blend(color(255, 0, 0, 0.5), color(0, 0, 255))).toEqual(color(127.5, 0, 127.5))
  expect(blend(color(255, 0, 0, 0), color(0, 0, 0, 0))).toEqual(color(0, 0, 0, 0))
})
