import type { Box } from '@fixpoint/protocol'
import { isHTMLElement } from '../page-tree/page-tree.ts'
import type { Shape } from './element-shape.ts'

/** Top, right, bottom and left in CSS pixels. */
type Sides = readonly [number, number, number, number]

export interface BoxModel {
  margin: Sides
  border: Sides
  padding: Sides
}

/** Null for what has no box model of its own: parts of SVG, and text that flows over several lines. */
export function boxModelOf(element: Element): BoxModel | null {
  if (!isHTMLElement(element) || element.getClientRects().length !== 1) return null
  const style = getComputedStyle(element)
  const sides = (name: (side: string) => string): Sides => {
    const read = (side: string) => Number.parseFloat(style.getPropertyValue(name(side))) || 0
    return [read('top'), read('right'), read('bottom'), read('left')]
  }
  return {
    margin: sides(side => `margin-${side}`),
    border: sides(side => `border-${side}-width`),
    padding: sides(side => `padding-${side}`)
  }
}

/** Smaller elements have no room for figures on them; the label says them. */
export function hasFigures(width: number, height: number): boolean {
  return width >= 40 && height >= 20
}

/** Sides that are narrower have no figure, in CSS pixels. */
export const LEAST_WITH_FIGURE = 6

/** Height of a figure with its distance from what is beside it, in CSS pixels. */
const FIGURE = 14

/** The box with the figures of its margins, which stand above and below it. */
export function boxWithFigures({ box, width, height, linear }: Shape, { margin: [above, , below] }: BoxModel): Box {
  const room = (side: number) =>
    hasFigures(width, height) && Math.abs(side) >= LEAST_WITH_FIGURE ? FIGURE * Math.hypot(linear[2], linear[3]) : 0
  return { ...box, y: box.y - room(above), height: box.height + room(above) + room(below) }
}

/** As CSS writes it: `8`, `8 16`, `8 16 4` or `8 16 4 2`. */
export function writeSides([top, right, bottom, left]: Sides): string {
  const [a, b, c, d] = [top, right, bottom, left].map(side => String(Math.round(side * 100) / 100))
  if (b === d) return a === c ? (a === b ? `${a}` : `${a} ${b}`) : `${a} ${b} ${c}`
  return `${a} ${b} ${c} ${d}`
}

/** The figures in one line, for the label. */
export function describeBoxModel({ margin, border, padding }: BoxModel, width: number, height: number): string {
  const round = (value: number) => Math.round(value * 10) / 10
  const inner = [border, padding]
  const across = inner.reduce((sum, [, right, , left]) => sum + right + left, 0)
  const down = inner.reduce((sum, [top, , bottom]) => sum + top + bottom, 0)
  return [
    `margin ${writeSides(margin)}`,
    `border ${writeSides(border)}`,
    `padding ${writeSides(padding)}`,
    `content ${round(width - across)} × ${round(height - down)}`
  ].join(' · ')
}
