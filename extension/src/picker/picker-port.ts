import type {
  ComponentChainsRequest,
  DescribedElement,
  DescribeRequest,
  HoldTimersRequest,
  LoadToolsRequest,
  PickedMessage,
  PointerEnteredMessage,
  PointingEndedMessage
} from '../message-schemas.ts'
import type { Outcome } from '../outcome.ts'
import type { ComponentChain } from './component-walk.ts'
import type { PickerTools } from './picker-tools.ts'

/** What the picker asks the background; see `messages.ts`. */
export interface PickerPort {
  picked(pick: PickedMessage): Promise<Outcome<{ nextNonce: string | null }>>
  describe(request: DescribeRequest): Promise<Outcome<DescribedElement>>
  componentChains(request: ComponentChainsRequest): Promise<Outcome<ComponentChain[]>>
  /** Holds or gives back the page's timers. */
  holdTimers(request: HoldTimersRequest): Promise<unknown>
  pointerEntered(message: PointerEnteredMessage): Promise<unknown>
  /** What `loadTools` has brought; null before. */
  readonly tools: PickerTools | null
  /** Null where it cannot be had any more. */
  loadTools(request: LoadToolsRequest): Promise<PickerTools | null>
  ended(message: PointingEndedMessage): Promise<unknown>
}
