import { boxModelOf, boxWithFigures, describeBoxModel } from './box-model.ts'
import { Freeze } from './freeze.ts'
import { KeyWalk, type WalkedPicker } from './key-walk.ts'
import { labelOfText } from './label-of-text.ts'
import { ModelDrawing } from './model-drawing.ts'
import { regionTarget } from './region.ts'
import { shownContrast } from './text-contrast.ts'
import { rectsOfText, selectedText, textBetween } from './text-selection.ts'

/**
 * What the picker does not need to begin with. It comes by a script of its own when the pointer first rests or a key asks for it, so that
 * pointing begins with a small one.
 */
export const pickerTools = {
  boxModelOf,
  boxWithFigures,
  describeBoxModel,
  freeze: (roots: readonly (Document | ShadowRoot)[]) => new Freeze(roots),
  keyWalk: (picker: WalkedPicker) => new KeyWalk(picker),
  labelOfText,
  modelDrawing: (root: ShadowRoot) => new ModelDrawing(root),
  rectsOfText,
  regionTarget,
  selectedText,
  shownContrast,
  textBetween
}
export type PickerTools = typeof pickerTools
