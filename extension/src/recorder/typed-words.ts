import { isolatedWorld } from '../isolated-world.ts'
import { findRoots } from '../page-tree/find-roots.ts'
import { isDocument, isShadowRoot } from '../page-tree/page-tree.ts'
import { Slices } from '../page-tree/slices.ts'
import { isPrivateField, privateFieldSelector } from '../privacy/private-fields.ts'
import { PrivateWords } from '../privacy/private-words.ts'
import { detectorsOf, NO_MASKING } from '../privacy/project-masking.ts'

/** In ms of work. */
const BUDGET = 300

/**
 * What stands in the fields of the page at this moment, to keep it out of names and addresses. Where fields can be is looked up in
 * advance; what is in them is read at once, because a step is described before the page gets to know of it.
 */
export class TypedWords {
  #roots: (Document | ShadowRoot)[] = [document]

  /** Looks for shadow roots and frames; call it now and then. */
  async lookAround(): Promise<void> {
    this.#roots = await findRoots(new Slices(BUDGET))
  }

  /** @param near also what is around this element, where it is new. */
  now(near?: Element): PrivateWords {
    const own = near?.getRootNode()
    const isNew = own !== undefined && (isDocument(own) || isShadowRoot(own)) && !this.#roots.includes(own)
    const roots = isNew ? [...this.#roots, own] : this.#roots
    const fields = roots.flatMap(root => [...root.querySelectorAll(privateFieldSelector())].filter(isPrivateField))
    return new PrivateWords(fields, detectorsOf(isolatedWorld().masking ?? NO_MASKING))
  }
}
