import type { Mark } from '@fixpoint/protocol'

export type Tool = Mark['kind']
export interface Point {
  x: number
  y: number
}

/** Told apart by people with any colour vision, and on light and dark pages: each mark has a white rim as well. */
export const MARK_COLORS = ['#e5243b', '#f2a900', '#1f8a4c', '#1f6fe5', '#17151f'] as const
const MOST_POINTS = 300
const SMALLEST = 3

/** How thick lines and how large words are, in CSS pixels of the page: the picture is seen much smaller than the page in the panel. */
export function markSizes(widthOnPage: number): { line: number; rim: number; text: number } {
  const line = Math.max(3, widthOnPage / 240)
  return { line, rim: line * 1.8, text: Math.max(18, widthOnPage / 42) }
}

/** Marks with what was undone, to do it again. */
export interface MarkHistory {
  marks: readonly Mark[]
  undone: readonly Mark[]
}

export type MarkChange = { kind: 'add'; mark: Mark } | { kind: 'undo' } | { kind: 'redo' } | { kind: 'clear' }

export function changeMarks({ marks, undone }: MarkHistory, change: MarkChange): MarkHistory {
  switch (change.kind) {
    case 'add':
      return { marks: [...marks, change.mark], undone: [] }
    case 'undo':
      return { marks: marks.slice(0, -1), undone: [...undone, ...marks.slice(-1)] }
    case 'redo':
      return { marks: [...marks, ...undone.slice(-1)], undone: undone.slice(0, -1) }
    case 'clear':
      // One step back brings them all again, one by one.
      return { marks: [], undone: marks.toReversed() }
  }
}

/** The mark that a way of the pointer makes; null for what is too small to be meant. */
export function markFromWay(tool: Exclude<Tool, 'text'>, color: string, way: readonly Point[]): Mark | null {
  const [first] = way
  const last = way.at(-1)
  if (!first || !last) return null
  const length = Math.hypot(last.x - first.x, last.y - first.y)
  if (tool === 'pen') return way.length > 1 ? { kind: 'pen', color, points: thinned(way) } : null
  if (length < SMALLEST) return null
  if (tool === 'arrow') return { kind: 'arrow', color, from: first, to: last }
  return {
    kind: 'box',
    color,
    box: {
      x: Math.min(first.x, last.x),
      y: Math.min(first.y, last.y),
      width: Math.abs(first.x - last.x),
      height: Math.abs(first.y - last.y)
    }
  }
}

function thinned(way: readonly Point[]): Point[] {
  const step = Math.ceil(way.length / MOST_POINTS)
  return way.filter((_, index) => index % step === 0 || index === way.length - 1).slice(0, MOST_POINTS)
}

/** The lines of a mark, as SVG and canvas both read them; empty for a text. */
export function pathOfMark(mark: Mark): string {
  const at = ({ x, y }: Point) => `${round(x)} ${round(y)}`
  switch (mark.kind) {
    case 'pen':
      return mark.points.map((point, index) => `${index === 0 ? 'M' : 'L'}${at(point)}`).join('')
    case 'arrow':
      return `M${at(mark.from)}L${at(mark.to)}${arrowHead(mark.from, mark.to)}`
    case 'box': {
      const { x, y, width, height } = mark.box
      return `M${at({ x, y })}h${round(width)}v${round(height)}h${round(-width)}z`
    }
    case 'text':
      return ''
  }
}

function arrowHead(from: Point, to: Point): string {
  const angle = Math.atan2(to.y - from.y, to.x - from.x)
  const size = Math.min(30, Math.max(10, Math.hypot(to.x - from.x, to.y - from.y) / 3))
  const wing = (turn: number) => `${round(to.x - size * Math.cos(angle + turn))} ${round(to.y - size * Math.sin(angle + turn))}`
  return `M${wing(0.5)}L${round(to.x)} ${round(to.y)}L${wing(-0.5)}`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
