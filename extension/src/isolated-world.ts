/**
 * What Fixpoint's scripts in one document share. They run in the extension's isolated world, which the page cannot reach, and are
 * injected one by one when they are needed: each puts its function here, and the background calls it there by
 * `chrome.scripting.executeScript`, whose result is the answer. So nothing of it listens for messages.
 */
import type { Box } from '@fixpoint/protocol'
import type { ElementToLocate, LocatedElement } from './inspector/inspection.ts'
import type { CollectedContext } from './page-context/collected-context.ts'
import type { ElementPicture } from './pictures/element-picture.ts'
import type { RedactionCounts } from './privacy/secrets.ts'

interface CoverReport {
  /** How many places are covered, by kind. */
  covered: RedactionCounts
  /** Size of the window in CSS pixels, and pixels of the screen for each. */
  window: { width: number; height: number; devicePixelRatio: number }
  /** Where the picks are at this moment; those that left the document are missing. */
  boxes: { number: number; box: Box }[]
}

/** The picker, as the other scripts and the background see it. */
export interface PickerInPage {
  /** Elements by the number of their pick; those that left the document are still in it. */
  readonly pickedElements: ReadonlyMap<number, Element>
  /** The element that Fixpoint itself put into the page. */
  readonly overlayHost: Element
  /** Takes Fixpoint's drawing off and covers what is private; resolves when the window has been painted so. */
  cover(): Promise<CoverReport>
  /** Texts that the page has said elsewhere (its console), without what was typed into fields for passwords, codes and cards. */
  withoutTypedSecrets(texts: readonly string[]): string[]
  /** Ends `cover`. False when something private had moved out from under its cover, so that the picture must not be used. */
  uncover(): boolean
}

interface FixpointWorld {
  picker?: PickerInPage
  /** `source-locations.js` */
  locateElements?: (elements: readonly ElementToLocate[]) => Promise<LocatedElement[]>
  /** `page-context.js` */
  collectContext?: (numbers: readonly number[], outlineLimit: number) => CollectedContext
  /** `element-picture.js` and `element-picture-pro.js`, which replaces it */
  drawElement?: (number: number) => Promise<ElementPicture>
}

declare global {
  var fixpoint: FixpointWorld | undefined
}

/** The shared object of this document, made by the first script that comes. */
export function isolatedWorld(): FixpointWorld {
  globalThis.fixpoint ??= {}
  return globalThis.fixpoint
}
