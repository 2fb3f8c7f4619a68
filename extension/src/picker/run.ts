import { borrowFocus } from './focus-keeper.ts'
import type { Freeze } from './freeze.ts'
import type { PickTarget, Point } from './pick-target.ts'
import { ScrollKeeper } from './scroll-keeper.ts'
import { selectedText } from './text-selection.ts'

/** What is known while somebody points. */
export interface Run {
  runId: string
  /** For the next pick; null while the background has not answered to the last one. */
  nonce: string | null
  nextNumber: number
  life: AbortController
  shielded: WeakSet<Window>
  pointer: Point | null
  current: PickTarget | null
  /** The text that was selected when pointing began: as long as nothing else is chosen it can be picked. */
  offered: PickTarget | null
  /** Where the pointer was when a key chose something: until it really moves that choice stays. */
  keyboardHold: Point | null
  /** Everything under the pointer, while it is gone through. */
  layers: { elements: readonly Element[]; index: number } | null
  pressedAt: Point | null
  isDragging: boolean
  isGestureUsed: boolean
  isTextMode: boolean
  isAltHeld: boolean
  freeze: Freeze | null
  giveFocusBack: () => void
  scrolls: ScrollKeeper
  /** The person is done; only the rest of the last click is still kept from the page. */
  isFinishing: boolean
  frameRequest: number | null
  /** The deepest hovered element at the last look; only kept until the first pointer event has come. */
  hovered: Element | null
  hasPointerEvents: boolean
  /** Documents and shadow roots, as far as they are known. */
  roots: (Document | ShadowRoot)[]
  openFrames: readonly (readonly number[])[]
  /** Frames of other sites that cannot be looked into; found anew every now and then. */
  closedFrames: readonly Element[]
  /** Among the pickers of a tab the pointer is in one. */
  isPointerHere: boolean
  looks: number
  /** Picks that wait for the answer to the one before. */
  waiting: { target: PickTarget; number: number; isMoreToCome: boolean }[]
}

type Start = Pick<Run, 'runId' | 'nonce' | 'nextNumber' | 'openFrames'>

/** A run that begins now: it borrows the focus and notes what is selected. */
export function newRun({ runId, nonce, nextNumber, openFrames }: Start): Run {
  return {
    runId,
    nonce,
    nextNumber,
    life: new AbortController(),
    shielded: new WeakSet(),
    pointer: null,
    current: null,
    offered: selectedText(),
    keyboardHold: null,
    layers: null,
    pressedAt: null,
    isDragging: false,
    isGestureUsed: false,
    isTextMode: false,
    isAltHeld: false,
    freeze: null,
    giveFocusBack: borrowFocus(),
    scrolls: new ScrollKeeper(),
    isFinishing: false,
    frameRequest: null,
    hovered: null,
    hasPointerEvents: false,
    roots: [],
    openFrames,
    closedFrames: [],
    isPointerHere: false,
    looks: 0,
    waiting: []
  }
}
