import { shapeOf } from './element-shape.ts'
import { type KnownOfElement, labelText, sizeText } from './label-text.ts'
import type { Outline } from './outline.ts'
import { boxBetween, boxOfTarget, type PickTarget, type Point } from './pick-target.ts'
import type { PickerTools } from './picker-tools.ts'

interface ShownElement {
  element: Element
  known: KnownOfElement
  /** Which of the layers at this place it is; null while they are not gone through. */
  layers: { elements: readonly Element[]; index: number } | null
  /** With Alt, margin, border and padding are shown too, as soon as the tools are there. */
  isWithModel: boolean
}

/** Outline and label of an element. */
export function drawElement(outline: Outline, tools: PickerTools | null, { element, known, layers, isWithModel }: ShownElement): void {
  const shape = shapeOf(element, isWithModel)
  const model = (isWithModel && tools?.boxModelOf(element)) || null
  const text = labelText(element, shape, known)
  if (tools && model) {
    text.model = tools.describeBoxModel(model, shape.width, shape.height)
    // The label stands beside the figures and not on them.
    shape.box = tools.boxWithFigures(shape, model)
  }
  if (layers) text.detail += ` · ${layers.index + 1} of ${layers.elements.length} here`
  outline.showRectangle(null)
  outline.show(shape, text)
  if (tools && model) outline.showModel(shape, model, tools.modelDrawing)
  else outline.hideModel()
}

/** The lines of a selected text. */
export function drawText(outline: Outline, tools: PickerTools | null, target: PickTarget | null): void {
  const box = target && boxOfTarget(target)
  if (!tools || target?.kind !== 'text' || !box) {
    outline.hide()
    return
  }
  outline.showRectangle(null)
  outline.showLines(tools.rectsOfText(target.range), box, tools.labelOfText(target))
}

/** The rectangle that is being drawn. */
export function drawRegion(outline: Outline, from: Point, to: Point): void {
  const box = boxBetween(from, to)
  outline.hide()
  outline.showRectangle(box)
  outline.showLabel(box, { title: 'Region', detail: sizeText(box), source: '' })
}
