import { findRoots } from '../page-tree/find-roots.ts'
import type { Slices } from '../page-tree/slices.ts'
import { isPrivateField } from './private-fields.ts'
import { PrivateWords } from './private-words.ts'
import { maskedSelector } from './project-masking.ts'
import type { SecretDetector } from './secrets.ts'

/** More are on no page that people fill in. */
const MOST_FIELDS = 10_000

/** What people have put into a page, and where one can look for it. */
export interface PrivateContent {
  roots: readonly (Document | ShadowRoot)[]
  fields: readonly Element[]
  words: PrivateWords
  /** False where the page was too large to be searched to its end. */
  isComplete: boolean
}

/** @param rules what the project calls private besides */
export async function findPrivateContent(rules: readonly SecretDetector[], slices: Slices): Promise<PrivateContent> {
  const roots = await findRoots(slices)
  const fields = new Set<Element>()
  for (const root of roots) {
    for (const candidates of candidatesIn(root)) {
      for (let index = 0; index < candidates.length && fields.size < MOST_FIELDS; index++) {
        const element = candidates[index]
        if (element && isPrivateField(element)) fields.add(element)
        if (slices.isDue()) await slices.rest()
        if (slices.isOver) break
      }
      if (slices.isDueNow()) await slices.rest()
    }
  }
  const words = new PrivateWords(fields, rules)
  return { roots, fields: [...fields], words, isComplete: !slices.isOver && fields.size < MOST_FIELDS }
}

/** Simple selectors by themselves take browsers a tenth of what a list of them takes. */
function* candidatesIn(root: Document | ShadowRoot): Generator<ArrayLike<Element>> {
  for (const selector of ['input', 'textarea', 'select', '[contenteditable]', '[role]']) yield root.querySelectorAll(selector)
  const masked = maskedSelector()
  if (masked !== null) yield root.querySelectorAll(masked)
}
