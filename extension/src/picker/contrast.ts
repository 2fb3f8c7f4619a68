/** Contrast of text as WCAG 2.2 defines it (success criteria 1.4.3 and 1.4.6). */

/** Red, green and blue from 0 to 255, alpha from 0 to 1. */
export interface Color {
  red: number
  green: number
  blue: number
  alpha: number
}

export interface TextContrast {
  /** From 1 to 21. */
  ratio: number
  level: 'AAA' | 'AA' | 'fails'
  /** What is needed for AA: 3 for large text, 4.5 for other. */
  needed: number
}

const WHITE: Color = { red: 255, green: 255, blue: 255, alpha: 1 }

/** One colour painted over another. */
export function blend(above: Color, below: Color): Color {
  const alpha = above.alpha + below.alpha * (1 - above.alpha)
  if (alpha === 0) return { red: 0, green: 0, blue: 0, alpha: 0 }
  const mix = (top: number, bottom: number) => (top * above.alpha + bottom * below.alpha * (1 - above.alpha)) / alpha
  return { red: mix(above.red, below.red), green: mix(above.green, below.green), blue: mix(above.blue, below.blue), alpha }
}

function luminance({ red, green, blue }: Color): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

/** From an sRGB byte to linear light. */
function linear(byte: number): number {
  const value = byte / 255
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}

/**
 * @param backgrounds what lies behind the text, from the nearest down; behind all of them is white, as in browsers.
 * @param sizePx and `weight` decide what counts as large: 18 pt (24 px), or 14 pt (18.66 px) in bold.
 */
export function contrastOf(text: Color, backgrounds: readonly Color[], sizePx: number, weight: number): TextContrast {
  const behind = backgrounds.toReversed().reduce((below, above) => blend(above, below), WHITE)
  const lights = [luminance(blend(text, behind)), luminance(behind)]
  const ratio = (Math.max(...lights) + 0.05) / (Math.min(...lights) + 0.05)
  const isLarge = sizePx >= 24 || (sizePx >= 18.66 && weight >= 700)
  const [needed, forAaa] = isLarge ? [3, 4.5] : [4.5, 7]
  return { ratio, needed, level: ratio >= forAaa ? 'AAA' : ratio >= needed ? 'AA' : 'fails' }
}
