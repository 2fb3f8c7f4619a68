import { type BoxModel, hasFigures, LEAST_WITH_FIGURE } from './box-model.ts'
import type { Shape } from './element-shape.ts'
import { addPart, placeBox } from './overlay-parts.ts'

const LAYERS = ['margin', 'border', 'padding'] as const
const SIDES = ['top', 'right', 'bottom', 'left'] as const

const STYLES = `
.model { position: absolute; top: 0; left: 0; pointer-events: none; }
.layer, .content { position: absolute; border-style: solid; border-width: 0; }
.margin { border-color: rgb(246 178 107 / 0.66); }
.border { border-color: rgb(255 229 153 / 0.8); }
.padding { border-color: rgb(147 196 125 / 0.66); }
.content { background: rgb(111 168 220 / 0.5); }
.figure {
  position: absolute; padding: 0 2px; border-radius: 2px; font: 600 10px/12px ui-sans-serif, system-ui, sans-serif; color: #fff;
  background: rgb(23 21 31 / 0.82); font-variant-numeric: tabular-nums;
}
.figure:empty { display: none; }
.figure.top { bottom: 100%; left: 50%; translate: -50%; }
.figure.right { left: 100%; top: 50%; translate: 0 -50%; }
.figure.bottom { top: 100%; left: 50%; translate: -50%; }
.figure.left { right: 100%; top: 50%; translate: 0 -50%; }
`

/** Margin, border, padding and content of an element, with their figures, below the outline. */
export class ModelDrawing {
  readonly element: HTMLElement
  readonly #content: HTMLElement
  readonly #layers: Record<(typeof LAYERS)[number], HTMLElement>

  constructor(root: ShadowRoot) {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(STYLES)
    root.adoptedStyleSheets.push(sheet)
    this.element = addPart(root, 'model')
    root.prepend(this.element)
    this.#layers = {
      margin: addPart(this.element, 'layer margin'),
      border: addPart(this.element, 'layer border'),
      padding: addPart(this.element, 'layer padding')
    }
    this.#content = addPart(this.element, 'content')
    for (const layer of LAYERS) for (const side of SIDES) addPart(this.#layers[layer], `figure ${side}`)
  }

  hide(): void {
    this.element.hidden = true
  }

  show({ center, width, height, linear }: Shape, model: BoxModel): void {
    this.element.hidden = false
    placeBox(this.element, { x: center.x - width / 2, y: center.y - height / 2, width, height })
    this.element.style.transform = `matrix(${linear.join(', ')}, 0, 0)`
    const isRoomy = hasFigures(width, height)
    let inset = model.margin.map(side => -Math.max(0, side))
    for (const name of LAYERS) {
      const layer = this.#layers[name]
      const widths = model[name].map(side => Math.max(0, side))
      layer.style.inset = inset.map(side => `${side}px`).join(' ')
      layer.style.borderWidth = widths.map(side => `${side}px`).join(' ')
      for (const [index, figure] of [...layer.children].entries()) {
        const value = model[name][index] ?? 0
        figure.textContent = isRoomy && Math.abs(value) >= LEAST_WITH_FIGURE ? String(Math.round(value * 10) / 10) : ''
      }
      inset = inset.map((side, index) => side + (widths[index] ?? 0))
    }
    this.#content.style.inset = inset.map(side => `${side}px`).join(' ')
  }
}
