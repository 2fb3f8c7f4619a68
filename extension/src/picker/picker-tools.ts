import { layersAtPoint } from '../page-tree/layers-at-point.ts'
import { boxModelOf, describeBoxModel } from './box-model.ts'
import { componentStep } from './component-walk.ts'
import { Freeze } from './freeze.ts'
import { regionTarget } from './region.ts'
import { ScrollKeeper } from './scroll-keeper.ts'
import { textContrast } from './text-contrast.ts'
import { rectsOfText, selectedText, textBetween } from './text-selection.ts'
import { TreeWalk } from './walk.ts'

/**
 * What the picker does not need to begin with. It comes by a script of its own when the pointer first rests or a key asks for it, so that
 * pointing begins with a small one.
 */
export const pickerTools = {
  boxModelOf,
  componentStep,
  describeBoxModel,
  freeze: (roots: readonly (Document | ShadowRoot)[]) => new Freeze(roots),
  layersAtPoint,
  rectsOfText,
  regionTarget,
  scrollKeeper: () => new ScrollKeeper(),
  selectedText,
  textBetween,
  textContrast,
  treeWalk: (ignored: Element) => new TreeWalk(ignored)
}
export type PickerTools = typeof pickerTools
