import type { Box } from '@fixpoint/protocol'
import type { BoxModel } from './box-model.ts'
import type { Shape } from './element-shape.ts'
import { Label, type LabelText } from './label.ts'
import type { ModelDrawing } from './model-drawing.ts'
import { addPart, placeBox } from './overlay-parts.ts'

/** Distances in CSS pixels from the element's edges outwards: the line itself, and the light rims on both sides of it. */
const BARS = [
  { className: 'inner bar', from: -1, to: 0 },
  { className: 'bar', from: 0, to: 2 },
  { className: 'rim bar', from: 2, to: 3 }
]

interface Bar {
  element: HTMLElement
  /** Its place about the middle of an element of that size. */
  place: (width: number, height: number) => readonly [x: number, y: number, width: number, height: number]
}

/**
 * Outline and label of the element under the pointer, and what is being selected. What follows the pointer is only moved and stretched, which
 * the compositor does alone: a page of 50,000 nodes takes longer to be painted than one frame.
 */
export class Outline {
  readonly #outline: HTMLElement
  readonly #bars: Bar[]
  readonly #label: Label
  readonly #rectangle: HTMLElement
  readonly #root: ShadowRoot
  readonly #lines: HTMLElement[] = []
  #model: ModelDrawing | null = null

  constructor(root: ShadowRoot) {
    this.#root = root
    this.#outline = addPart(root, 'outline')
    const bar = (className: string, place: Bar['place']): Bar => ({ element: addPart(this.#outline, className), place })
    this.#bars = [
      bar('fill bar', (width, height) => [-width / 2, -height / 2, width, height]),
      ...BARS.flatMap(({ className, from, to }) => [
        bar(className, (width, height) => [-width / 2 - to, -height / 2 - to, width + 2 * to, to - from]),
        bar(className, (width, height) => [-width / 2 - to, height / 2 + from, width + 2 * to, to - from]),
        bar(className, (width, height) => [-width / 2 - to, -height / 2 - from, to - from, height + 2 * from]),
        bar(className, (width, height) => [width / 2 + from, -height / 2 - from, to - from, height + 2 * from])
      ])
    ]
    this.#rectangle = addPart(root, 'rectangle')
    this.#label = new Label(root)
    this.hide()
  }

  show(shape: Shape, text: LabelText): void {
    const { center, linear } = shape
    for (const { element, place } of this.#bars) {
      const [x, y, width, height] = place(shape.width, shape.height)
      element.style.transform = `matrix(${linear.join(', ')}, ${center.x}, ${center.y}) translate(${x}px, ${y}px) scale(${width}, ${height})`
    }
    this.showLabel(shape.box, text)
    this.#outline.hidden = false
    this.#clearLines()
  }

  /** Margin, border, padding and content are drawn on the element by what `make` makes for this root. */
  showModel(shape: Shape, model: BoxModel, make: (root: ShadowRoot) => ModelDrawing): void {
    this.#model ??= make(this.#root)
    this.#model.show(shape, model)
    this.#outline.toggleAttribute('data-hollow', true)
  }

  hideModel(): void {
    this.#model?.hide()
    this.#outline.toggleAttribute('data-hollow', false)
  }

  /** A text: its lines instead of one outline. */
  showLines(lines: readonly Box[], box: Box, text: LabelText): void {
    this.#clearLines(lines.length)
    for (const [index, line] of lines.entries()) {
      this.#lines[index] ??= addPart(this.#root, 'line')
      placeBox(this.#lines[index], line)
    }
    this.#outline.hidden = true
    this.showLabel(box, text)
  }

  /** The rectangle that is being drawn; null when none is. */
  showRectangle(box: Box | null): void {
    this.#rectangle.hidden = box === null
    if (box) placeBox(this.#rectangle, box)
  }

  hide(): void {
    this.#outline.hidden = true
    this.#label.hide()
    this.hideModel()
    this.#rectangle.hidden = true
    this.#clearLines()
  }

  setVisible(isVisible: boolean): void {
    const all = [this.#outline, this.#label.element, this.#rectangle, ...(this.#model ? [this.#model.element] : []), ...this.#lines]
    for (const element of all) element.style.visibility = isVisible ? '' : 'hidden'
  }

  showLabel(box: Box, text: LabelText): void {
    this.#label.show(box, text)
  }

  #clearLines(keep = 0): void {
    while (this.#lines.length > keep) this.#lines.pop()?.remove()
  }
}
