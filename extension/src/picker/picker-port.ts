import type {
  ComponentChainsRequest,
  DescribedElement,
  DescribeRequest,
  HoldTimersRequest,
  PickedMessage,
  PointerEnteredMessage,
  PointingEndedMessage
} from '../message-schemas.ts'
import type { Outcome } from '../outcome.ts'
import type { ComponentChain } from './component-walk.ts'

/** What the picker asks the background; see `messages.ts`. */
export interface PickerPort {
  picked(pick: PickedMessage): Promise<Outcome<{ nextNonce: string | null }>>
  describe(request: DescribeRequest): Promise<Outcome<DescribedElement>>
  componentChains(request: ComponentChainsRequest): Promise<Outcome<ComponentChain[]>>
  /** Holds or gives back the page's timers. */
  holdTimers(request: HoldTimersRequest): Promise<unknown>
  pointerEntered(message: PointerEnteredMessage): Promise<unknown>
  ended(message: PointingEndedMessage): Promise<unknown>
}
