import { boxModelOf, describeBoxModel } from './box-model.ts'
import { Freeze } from './freeze.ts'
import { KeyWalk, type WalkedPicker } from './key-walk.ts'
import { regionTarget } from './region.ts'
import { textContrast } from './text-contrast.ts'
import { rectsOfText, selectedText, textBetween } from './text-selection.ts'

/**
 * What the picker does not need to begin with. It comes by a script of its own when the pointer first rests or a key asks for it, so that
 * pointing begins with a small one.
 */
export const pickerTools = {
  boxModelOf,
  describeBoxModel,
  freeze: (roots: readonly (Document | ShadowRoot)[]) => new Freeze(roots),
  keyWalk: (picker: WalkedPicker) => new KeyWalk(picker),
  rectsOfText,
  regionTarget,
  selectedText,
  textBetween,
  textContrast
}
export type PickerTools = typeof pickerTools
