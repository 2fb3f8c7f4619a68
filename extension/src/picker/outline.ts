import type { Box } from '@fixpoint/protocol'
import type { BoxModel } from './box-model.ts'
import type { Shape } from './element-shape.ts'
import { addPart, placeBox, setText } from './overlay-parts.ts'
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

// Heights in CSS pixels of the label with one line and of each line more: known without asking the layout.
const LABEL_HEIGHT = 34
const LINE_HEIGHT = 17
const GAP = 6
// Smaller elements have no room for figures on them; the label says them.
const LEAST_FOR_FIGURES = 40

const LAYERS = ['margin', 'border', 'padding'] as const
const SIDES = ['top', 'right', 'bottom', 'left'] as const

/** Outline and label of the element under the pointer, its box model, and what is being selected. */
export class Outline {
  readonly #outline: HTMLElement
  readonly #label: HTMLElement
  readonly #parts: Record<'title' | 'detail' | 'contrast' | 'source' | 'model' | 'note', HTMLElement>
  readonly #model: HTMLElement
  readonly #content: HTMLElement
  readonly #layers: Record<(typeof LAYERS)[number], HTMLElement>
  readonly #rectangle: HTMLElement
  readonly #root: ShadowRoot
  readonly #lines: HTMLElement[] = []

  constructor(root: ShadowRoot) {
    this.#root = root
    this.#model = addPart(root, 'model')
    this.#layers = {
      margin: addPart(this.#model, 'layer margin'),
      border: addPart(this.#model, 'layer border'),
      padding: addPart(this.#model, 'layer padding')
    }
    this.#content = addPart(this.#model, 'content')
    for (const layer of LAYERS) for (const side of SIDES) addPart(this.#layers[layer], `figure ${side}`)
    this.#outline = addPart(root, 'outline')
    this.#rectangle = addPart(root, 'rectangle')
    this.#label = addPart(root, 'label')
    const part = (name: string) => addPart(this.#label, name)
    this.#parts = {
      title: part('title'),
      detail: part('detail'),
      contrast: part('contrast'),
      source: part('source'),
      model: part('figures'),
      note: part('note')
    }
    this.hide()
  }

  show(shape: Shape, text: LabelText): void {
    placeShape(this.#outline, shape)
    this.showLabel(shape.box, text)
    this.#outline.hidden = false
    this.#clearLines()
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

  /** Margin, border, padding and content of the element, with their figures; null takes them off. */
  showModel(shape: Shape, model: BoxModel | null): void {
    this.#model.hidden = model === null
    this.#outline.toggleAttribute('data-model', model !== null)
    if (!model) return
    placeShape(this.#model, shape)
    const isRoomy = shape.width >= LEAST_FOR_FIGURES && shape.height >= LEAST_FOR_FIGURES / 2
    let inset = model.margin.map(side => -Math.max(0, side))
    for (const name of LAYERS) {
      const layer = this.#layers[name]
      const widths = model[name].map(side => Math.max(0, side))
      layer.style.inset = inset.map(side => `${side}px`).join(' ')
      layer.style.borderWidth = widths.map(side => `${side}px`).join(' ')
      for (const [index, figure] of [...layer.children].entries()) {
        const value = model[name][index] ?? 0
        setText(figure, isRoomy && Math.abs(value) >= 6 ? String(Math.round(value * 10) / 10) : '')
      }
      inset = inset.map((side, index) => side + (widths[index] ?? 0))
    }
    this.#content.style.inset = inset.map(side => `${side}px`).join(' ')
  }

  /** The rectangle that is being drawn; null when none is. */
  showRectangle(box: Box | null): void {
    this.#rectangle.hidden = box === null
    if (box) placeBox(this.#rectangle, box)
  }

  hide(): void {
    this.#outline.hidden = true
    this.#label.hidden = true
    this.#model.hidden = true
    this.#rectangle.hidden = true
    this.#clearLines()
  }

  setVisible(isVisible: boolean): void {
    const all = [this.#outline, this.#label, this.#model, this.#rectangle, ...this.#lines]
    for (const element of all) element.style.visibility = isVisible ? '' : 'hidden'
  }

  showLabel(box: Box, text: LabelText): void {
    const { title, detail, contrast, source, model, note } = this.#parts
    setText(title, text.title)
    setText(detail, text.detail)
    const words = { source: text.source, model: text.model ?? '', note: text.note ?? '' }
    for (const [element, line] of [
      [source, words.source],
      [model, words.model],
      [note, words.note]
    ] as const) {
      setText(element, line)
      element.hidden = line === ''
    }
    showContrast(contrast, text.contrast ?? null)
    const lines = Object.values(words).filter(line => line !== '').length
    const height = LABEL_HEIGHT + lines * LINE_HEIGHT
    const x = Math.max(4, box.x)
    const isRoomAbove = box.y >= height
    const below = box.y + box.height + GAP
    const isRoomBelow = below + height <= window.innerHeight
    const inside = Math.min(Math.max(box.y, 0) + GAP, window.innerHeight - height)
    const y =
      isRoomAbove && box.y <= window.innerHeight ? `calc(${box.y}px - 100% - ${GAP}px)` : `${isRoomBelow ? Math.max(GAP, below) : inside}px`
    // In `translate` a percentage is of the label's own size, so it stays inside the window without being measured.
    this.#label.style.translate = `min(${x}px, calc(100vw - 100% - 4px)) ${y}`
    this.#label.hidden = false
  }

  #clearLines(keep = 0): void {
    while (this.#lines.length > keep) this.#lines.pop()?.remove()
  }
}

function showContrast(element: HTMLElement, contrast: ShownContrast | null): void {
  element.hidden = contrast === null
  if (contrast === null) return
  if (contrast === 'unknown') {
    element.dataset['level'] = 'unknown'
    setText(element, 'contrast: over a picture')
    return
  }
  element.dataset['level'] = contrast.level
  const ratio = Math.floor(contrast.ratio * 10) / 10
  setText(element, contrast.level === 'fails' ? `${ratio} ✕ AA needs ${contrast.needed}` : `${ratio} ✓ ${contrast.level}`)
}

function placeShape(element: HTMLElement, { center, width, height, linear }: Shape): void {
  placeBox(element, { x: center.x - width / 2, y: center.y - height / 2, width, height })
  const isUpright = linear[0] === 1 && linear[1] === 0 && linear[2] === 0 && linear[3] === 1
  element.style.transform = isUpright ? '' : `matrix(${linear.join(', ')}, 0, 0)`
}
