import { borrowFocus } from './focus-keeper.ts'
import type { Freeze } from './freeze.ts'
import { Gesture } from './gesture.ts'
import { PickQueue } from './pick-queue.ts'
import type { PickTarget, Point } from './pick-target.ts'
import type { PickerPort } from './picker-port.ts'
import type { ScrollKeeper } from './scroll-keeper.ts'
import { ToolsQueue } from './tools-queue.ts'

/** What is known while somebody points. */
export interface Run {
  runId: string
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
  gesture: Gesture
  isTextMode: boolean
  isAltHeld: boolean
  freeze: Freeze | null
  giveFocusBack: () => void
  /** Null while no key has scrolled anything. */
  scrolls: ScrollKeeper | null
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
  /** When the pointer was here last, in ms since 1970. */
  pointerSeenAt: number
  looks: number
  tools: ToolsQueue
  queue: PickQueue
}

type Start = Pick<Run, 'runId' | 'nextNumber' | 'openFrames'> & { nonce: string }

/** A run that begins now: it borrows the focus. */
export function newRun({ runId, nonce, nextNumber, openFrames }: Start, port: PickerPort): Run {
  const life = new AbortController()
  const run: Run = {
    runId,
    nextNumber,
    life,
    shielded: new WeakSet(),
    pointer: null,
    current: null,
    offered: null,
    keyboardHold: null,
    layers: null,
    gesture: new Gesture(),
    isTextMode: false,
    isAltHeld: false,
    freeze: null,
    giveFocusBack: borrowFocus(),
    scrolls: null,
    isFinishing: false,
    frameRequest: null,
    hovered: null,
    hasPointerEvents: false,
    roots: [],
    openFrames,
    closedFrames: [],
    isPointerHere: false,
    pointerSeenAt: 0,
    looks: 0,
    tools: new ToolsQueue(port, { runId, isOver: () => life.signal.aborted || run.isFinishing }),
    queue: new PickQueue(runId, nonce, port)
  }
  return run
}
