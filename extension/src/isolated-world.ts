/**
 * What Fixpoint's scripts in one document share. They run in the extension's isolated world, which the page cannot reach, and are
 * injected one by one when they are needed: each puts its function here, and the background calls it there by
 * `chrome.scripting.executeScript`, whose result is the answer. So nothing of it listens for messages.
 */
import type { Box } from '@fixpoint/protocol'
import type { NoticedRequest } from './inspector/console-watch.ts'
import type { ElementToLocate, LocatedElement } from './inspector/inspection.ts'
import type { ResourceLog } from './inspector/resource-log.ts'
import { ResourceWatch } from './inspector/resource-watch.ts'
import type { CollectedContext, CollectedRequest } from './page-context/collected-context.ts'
import type { FramePlacement } from './page-context/place-of-frame.ts'
import type { Slices } from './page-tree/slices.ts'
import type { Overlay } from './picker/overlay.ts'
import type { PickTarget } from './picker/pick-target.ts'
import type { PickerTools } from './picker/picker-tools.ts'
import type { ElementPicture } from './pictures/element-picture.ts'
import type { WholePage } from './pictures/whole-page.ts'
import type { PrivateContent } from './privacy/private-content.ts'
import type { PrivateWords } from './privacy/private-words.ts'
import type { ProjectMasking } from './privacy/project-masking.ts'
import type { RedactionCounts } from './privacy/secrets.ts'

interface CoverReport {
  isComplete: boolean
  /** How many places are covered, by kind. */
  covered: RedactionCounts
  /** Size of the window in CSS pixels, and pixels of the screen for each. */
  window: { width: number; height: number; devicePixelRatio: number }
  /** Where the picks are at this moment; those that left the document are missing. */
  boxes: { number: number; box: Box }[]
  /** Where the covers are that the picture must show. */
  covers: Box[]
}

/** The picker, as the other scripts and the background see it. */
export interface PickerInPage {
  /** What was picked, by its number; what left the document is still in it. */
  readonly picks: ReadonlyMap<number, PickTarget>
  /** What Fixpoint itself has put into the page. */
  readonly overlay: Overlay
}

/** `page-context.js`: what is private on the page, for texts and for pictures. */
export interface PagePrivacy {
  /** Takes Fixpoint's drawing off and covers what is private; resolves when the window has been painted so. `openFrames` cover themselves. */
  cover(openFrames: readonly number[][]): Promise<CoverReport>
  /** What people have put into the page, as it is now. */
  content(slices: Slices): Promise<PrivateContent>
  /** What was typed, as it was at most a moment ago. */
  words(): Promise<PrivateWords>
  /** Texts that the page has said elsewhere (its console, props), without what is private. */
  withoutPrivateWords(texts: readonly string[]): Promise<{ texts: string[]; counts: RedactionCounts }>
  /** Ends `cover`. False when something private had moved out from under its cover, so that the picture must not be used. */
  uncover(): Promise<boolean>
}

/** The recorder of steps, as the background sees it. */
export interface RecorderInPage {
  /** Begins, where it has not; answers with the address of the document, without what is private in it. */
  begin(recordingId: string): { isNew: boolean; address: string; redactions: RedactionCounts }
  end(): void
  withoutPrivateWords(texts: readonly string[]): Promise<{ texts: string[]; counts: RedactionCounts }>
  collectRequests(noticed: readonly NoticedRequest[]): Promise<{ requests: CollectedRequest[]; redactions: RedactionCounts }>
}

interface FixpointWorld {
  /** What the project hides; set before anything is captured. */
  masking?: ProjectMasking
  /** What the page has loaded since the picker came. */
  resourceLog?: ResourceLog
  /** What the page and its frames load. */
  resources?: ResourceWatch
  /** `picker.js` */
  picker?: PickerInPage
  /** `picker-tools.js` */
  pickerTools?: PickerTools
  /** `recorder.js` */
  recorder?: RecorderInPage
  /** `source-locations.js` */
  locateElements?: (elements: readonly ElementToLocate[]) => Promise<LocatedElement[]>
  /** `page-context.js` */
  privacy?: PagePrivacy
  collectContext?: (numbers: readonly number[]) => Promise<CollectedContext>
  collectRequests?: (noticed: readonly NoticedRequest[]) => Promise<{ requests: CollectedRequest[]; redactions: RedactionCounts }>
  placeOfFrame?: (path: readonly number[]) => Promise<FramePlacement | null>
  /** `whole-page.js` */
  wholePage?: WholePage
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

/** Watches from the first time that it is asked for. */
export function watchedResources(): ResourceWatch {
  const world = isolatedWorld()
  world.resources ??= new ResourceWatch(world.resourceLog)
  return world.resources
}
