import { elementsNamed, findRoots } from '../page-tree/find-roots.ts'
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
  const fields = new Set<Element>()
  const addFieldsIn = async (root: Document | ShadowRoot) => {
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
  // Most fields of most pages: they are known also where the time is not enough to look for roots.
  await addFieldsIn(document)
  const roots = await findRoots(slices)
  for (const root of roots) if (root !== document) await addFieldsIn(root)
  const words = new PrivateWords(fields, rules)
  return { roots, fields: [...fields], words, isComplete: !slices.isOver && fields.size < MOST_FIELDS }
}

/** Names and simple selectors by themselves take browsers a tenth of what a list of them takes. */
function* candidatesIn(root: Document | ShadowRoot): Generator<ArrayLike<Element>> {
  for (const name of ['input', 'textarea', 'select']) yield elementsNamed(root, name)
  for (const selector of ['[contenteditable]', '[role]']) yield root.querySelectorAll(selector)
  const masked = maskedSelector()
  if (masked !== null) yield root.querySelectorAll(masked)
}
