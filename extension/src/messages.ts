/**
 * Every message between the extension's parts. Who may send what is checked where it is received (`background/senders.ts`), and
 * what comes from a content script is parsed by the schemas of `message-schemas.ts`. This file has no runtime dependency but the
 * messenger, because the picker carries it into pages.
 */
import { defineExtensionMessaging } from '@webext-core/messaging'
import type { ActiveTab, AnnotateMessage, PageDraft, PointingState } from './draft.ts'
import type {
  ComponentChainsRequest,
  DescribedElement,
  DescribeRequest,
  HoldTimersRequest,
  LoadToolsRequest,
  PickedMessage,
  PointerEnteredMessage,
  PointingEndedMessage,
  RecordedStep
} from './message-schemas.ts'
import type { Outcome } from './outcome.ts'
import type { Recording } from './recording.ts'

/** Asked by the panel, answered by the background. */
interface PanelRequests {
  /** Answers when drafts that were kept over an update are where they belong. Ask before reading any. */
  draftsReady(data: null): Outcome<null>
  /** Applies the update that waits, as soon as nothing is being sent. The panel closes. */
  applyUpdate(data: null): Outcome<null>
  /** The active tab of the panel's window; `page_not_inspectable` or `page_access_needed` are told in its `problem`. */
  getActiveTab(data: { windowId: number }): Outcome<ActiveTab>
  getDraft(data: { tabId: number }): Outcome<PageDraft | null>
  getPointing(data: { tabId: number }): Outcome<PointingState>
  /** @param data `requestId`: a question that is asked again, because its answer was cut off, begins nothing anew. */
  startPointing(data: { tabId: number; requestId: string }): Outcome<PointingState>
  /** Ends pointing and keeps the draft. */
  stopPointing(data: { tabId: number }): Outcome<PointingState>
  removePick(data: { tabId: number; number: number }): Outcome<PageDraft | null>
  /** Keeps what the person drew on the screenshot; null takes it off. */
  annotate(data: AnnotateMessage): Outcome<PageDraft | null>
  /** Forgets the draft and takes its markers off the page; after sending, or when the person starts over. */
  clearDraft(data: { tabId: number }): Outcome<null>
  /** The draft with what the page's console has said until now; asked for before sending. */
  readConsole(data: { tabId: number }): Outcome<PageDraft | null>
  /** Takes a new screenshot (and the rest of the page context, if there is no draft yet). */
  takeScreenshot(data: { tabId: number }): Outcome<PageDraft>
  /** Takes a picture of the whole page, by scrolling it, in place of the one of the window. */
  takeWholePage(data: { tabId: number }): Outcome<PageDraft>
}

/** Asked by the panel: the recording of steps in a tab. */
interface RecordingRequests {
  getRecording(data: { tabId: number }): Outcome<Recording | null>
  /** Begins, or goes on with what was recorded before. */
  startRecording(data: { tabId: number }): Outcome<Recording>
  /** Ends it and keeps the steps. Where nothing of the page was captured yet, that is done now. */
  stopRecording(data: { tabId: number }): Outcome<Recording | null>
  removeStep(data: { tabId: number; index: number; revision: number }): Outcome<Recording | null>
  /** Ends it and forgets the steps. */
  discardRecording(data: { tabId: number }): Outcome<null>
}

/** Told by the background to every open panel. Fetch what changed with the requests above. */
interface PanelEvents {
  draftChanged(data: { tabId: number; revision: number | null }): void
  pointingChanged(data: PointingState): void
  recordingChanged(data: { tabId: number; revision: number | null }): void
  /** Another tab became active in the window, or the active one loads, moved to another page, or became accessible. */
  tabChanged(data: { windowId: number; tabId: number }): void
}

/** Sent by the picker, answered by the background. */
interface PickerRequests {
  /** The person picked an element. Each nonce is good for one pick; the answer has the next one, or null when no more fit. */
  picked(data: PickedMessage): Outcome<{ nextNonce: string | null }>
  /** Component and source of the element under the pointer. */
  describeElement(data: DescribeRequest): Outcome<DescribedElement>
  /** Names of the components around some elements, from the nearest outwards; for walking by component. */
  componentChains(data: ComponentChainsRequest): Outcome<string[][]>
  /** The freeze key: holds the page's timers back, or lets them go. */
  holdTimers(data: HoldTimersRequest): Outcome<null>
  /** Puts `picker-tools.js` into the document. */
  loadPickerTools(data: LoadToolsRequest): Outcome<null>
  /** The pointer has come into this document. */
  pointerEntered(data: PointerEnteredMessage): Outcome<null>
  pointingEnded(data: PointingEndedMessage): Outcome<null>
}

/** Sent by the recorder, answered by the background. */
interface RecorderRequests {
  stepDone(data: RecordedStep): Outcome<null>
}

/** Sent by the background to the pickers in a tab's top frame and in frames of other sites. */
interface PickerCommands {
  beginPointing(data: { runId: string; nonce: string; nextNumber: number; isFrozen: boolean; openFrames: number[][] }): null
  /** The pointer came into another of the tab's documents at this time, in ms since 1970. */
  leavePointer(data: { at: number }): null
  /** A pick of this document has another number now: its own was given in another document at the same time. */
  pickRenumbered(data: { from: number; to: number }): null
  /** A number was given in another of the tab's documents. */
  numberTaken(data: { number: number }): null
  /** The freeze key, pressed as a shortcut of the browser. */
  toggleFreeze(data: null): null
  /** `discardMarkers` takes everything off the page. */
  endPointing(data: { discardMarkers: boolean }): null
  removeMarker(data: { number: number }): null
}

export interface MessageMap extends PanelRequests, RecordingRequests, PanelEvents, PickerRequests, RecorderRequests, PickerCommands {}

export const { sendMessage, onMessage } = defineExtensionMessaging<MessageMap>({})
