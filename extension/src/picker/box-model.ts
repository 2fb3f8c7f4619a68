import type { Box } from '@fixpoint/protocol'
import { isHTMLElement } from '../page-tree/page-tree.ts'

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

/** Room that a figure takes where the margin is too narrow for it, in CSS pixels. */
const FIGURE = 14

/** What the drawing covers: the box with its margins and their figures. */
export function boxWithMargins({ x, y, width, height }: Box, { margin }: BoxModel): Box {
  const [above = 0, after = 0, below = 0, before = 0] = margin.map(side => (Math.abs(side) < 6 ? 0 : Math.max(FIGURE, side)))
  return { x: x - before, y: y - above, width: width + before + after, height: height + above + below }
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
