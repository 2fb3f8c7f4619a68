import type { Box } from '@fixpoint/protocol'
import type { ShownContrast } from './text-contrast.ts'

export interface LabelText {
  /** The component's name, or the tag where there is none. */
  title: string
  /** Tag with id or classes, and size. */
  detail: string
  /** Source file and line, once known. */
  source: string
  contrast?: ShownContrast | null
  /** The figures of the box model in words. */
  model?: string
  /** What cannot be done here, and what can. */
  note?: string
}

// CSS pixels.
const WIDEST = 460
const TALLEST = 130
const TITLE_WIDEST = 220
const LINE = 17
const PADDING = 10
const SPACE = 8
/** Between the label and what it belongs to. */
const GAP = 6
/** Room for the shadow around it. */
const RIM = 18
const NOTE_LINES = 2

const SANS = 'ui-sans-serif, system-ui, sans-serif'
const MONOSPACE = 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace'
const CONTRAST_COLORS = { fails: '#ffa0a4', unknown: '#a9a5b8', passes: '#8fe3b0' }

interface Run {
  text: string
  font: string
  color: string
}

/**
 * The label beside the outline. It is drawn on a canvas that is a layer of the compositor's: a text of the document would have the whole
 * page painted anew at each move of the pointer.
 */
export class Label {
  readonly #canvas = document.createElement('canvas')
  readonly #context = this.#canvas.getContext('2d')
  /** What is drawn, and how large that is. */
  #drawn = ''
  #size = { width: 0, height: 0 }

  constructor(root: ShadowRoot) {
    this.#canvas.className = 'label'
    this.#canvas.role = 'img'
    this.#canvas.style.width = `${WIDEST + 2 * RIM}px`
    this.#canvas.style.height = `${TALLEST + 2 * RIM}px`
    root.append(this.#canvas)
    this.hide()
  }

  get element(): HTMLElement {
    return this.#canvas
  }

  hide(): void {
    this.#canvas.hidden = true
  }

  /** Above the box, or below it, or in it, and always inside the window. */
  show(box: Box, text: LabelText): void {
    const widest = Math.min(WIDEST, innerWidth - 8)
    const key = JSON.stringify([text, widest, devicePixelRatio])
    if (key !== this.#drawn) {
      this.#drawn = key
      this.#draw(text, widest)
    }
    const { width, height } = this.#size
    const x = Math.min(Math.max(4, box.x), innerWidth - width - 4)
    const below = box.y + box.height + GAP
    const inside = Math.min(Math.max(box.y, 0) + GAP, innerHeight - height)
    const isAbove = box.y >= height + GAP && box.y <= innerHeight
    const y = isAbove ? box.y - height - GAP : below + height <= innerHeight ? Math.max(GAP, below) : inside
    // Between pixels the letters would be blurred.
    const [left, top] = [x - RIM, y - RIM].map(place => Math.round(place * devicePixelRatio) / devicePixelRatio)
    this.#canvas.style.transform = `translate(${left}px, ${top}px)`
    this.#canvas.hidden = false
  }

  #draw({ title, detail, contrast, source, model, note }: LabelText, widest: number): void {
    const context = this.#context
    if (!context) return
    this.#fitBitmap()
    const room = widest - 2 * PADDING
    const measured = ({ text, font }: Run) => {
      context.font = font
      return context.measureText(text).width
    }
    const run = (text: string, font: string, color: string): Run => ({ text, font: `${font} ${SANS}`, color })
    const first = run(title, '650 12px', '#c9bcff')
    const second = run(detail, '12px', '#e7e5ee')
    const third = contrast ? run(contrast.text, contrast.tone === 'unknown' ? '12px' : '600 12px', CONTRAST_COLORS[contrast.tone]) : null
    const under = [
      ...(source ? [{ text: source, font: `11px ${MONOSPACE}`, color: '#a9a5b8' }] : []),
      ...(model ? [run(model, '11px', '#d5d2de')] : []),
      ...(note ? wrapped(run(note, '12px', '#f4c96b'), room, measured) : [])
    ]
    const ends = third ? SPACE + measured(third) : 0
    const titleWidth = Math.min(measured(first), TITLE_WIDEST)
    const widths = [titleWidth + SPACE + measured(second) + ends, ...under.map(measured)]
    const width = Math.ceil(Math.min(room, Math.max(...widths)))

    context.clearRect(0, 0, WIDEST + 2 * RIM, TALLEST + 2 * RIM)
    this.#size = { width: width + 2 * PADDING, height: (1 + under.length) * LINE + PADDING + 2 }
    drawPlate(context, this.#size)

    let y = RIM + 6 + LINE / 2
    const write = (line: Run, x: number, most: number, keepsEnd = false) => {
      const text = measured(line) <= most + 0.5 ? line.text : shortened(line, most, keepsEnd, measured)
      context.fillStyle = line.color
      context.fillText(text, RIM + PADDING + x, y)
    }
    write(first, 0, TITLE_WIDEST)
    write(second, titleWidth + SPACE, width - titleWidth - SPACE - ends)
    if (third) write(third, width - ends + SPACE, ends)
    for (const line of under) {
      y += LINE
      // Of a path the end says more.
      write(line, 0, width, line.text === source)
    }
    this.#canvas.ariaLabel = [first, second, ...(third ? [third] : []), ...under].map(({ text }) => text).join(' | ')
  }

  #fitBitmap(): void {
    const [width, height] = [WIDEST, TALLEST].map(length => Math.ceil((length + 2 * RIM) * devicePixelRatio))
    if (width === undefined || height === undefined) return
    if (this.#canvas.width !== width || this.#canvas.height !== height) Object.assign(this.#canvas, { width, height })
    if (!this.#context) return
    this.#context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0)
    this.#context.textBaseline = 'middle'
  }
}

function drawPlate(context: CanvasRenderingContext2D, { width, height }: { width: number; height: number }): void {
  context.save()
  context.beginPath()
  context.roundRect(RIM + 0.5, RIM + 0.5, width - 1, height - 1, 6)
  context.shadowColor = 'rgb(0 0 0 / 0.35)'
  context.shadowBlur = 14 * devicePixelRatio
  context.shadowOffsetY = 4 * devicePixelRatio
  context.fillStyle = '#17151f'
  context.fill()
  context.shadowColor = 'transparent'
  context.strokeStyle = 'rgb(255 255 255 / 0.28)'
  context.stroke()
  context.restore()
}

/** The beginning, or the end, of a text that is too long. */
function shortened(line: Run, most: number, keepsEnd: boolean, measured: (run: Run) => number): string {
  const letters = [...line.text]
  const cut = (count: number) =>
    keepsEnd ? `…${letters.slice(letters.length - count).join('')}` : `${letters.slice(0, count).join('').trimEnd()}…`
  let [fits, over] = [0, letters.length]
  while (over - fits > 1) {
    const middle = (fits + over) >> 1
    if (measured({ ...line, text: cut(middle) }) <= most) fits = middle
    else over = middle
  }
  return cut(fits)
}

function wrapped(line: Run, most: number, measured: (run: Run) => number): Run[] {
  const lines: string[] = []
  for (const word of line.text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`
    if (lines.length > 0 && (lines.length === NOTE_LINES || measured({ ...line, text: longer }) <= most)) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines.map(text => ({ ...line, text }))
}
