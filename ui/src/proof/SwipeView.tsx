import { ChevronsLeftRight } from 'lucide-react'
import { type ReactNode, useMemo } from 'react'
import { HandleRoot, Item, Provider, Root } from 'react-compare-slider/components'
import { useReactCompareSlider } from 'react-compare-slider/hooks'
import { strings } from '../strings.ts'

/** Two pictures on top of each other with a movable border between them. Only the handle moves it, so the rest can be panned. */
export function SwipeView({ before, after }: { before: ReactNode; after: ReactNode }) {
  const slider = useReactCompareSlider(useMemo(() => ({ onlyHandleDraggable: true, keyboardIncrement: '2%' as const }), []))
  return (
    <Provider {...slider}>
      <Root className="fx-swipe">
        <Item item="itemOne">{before}</Item>
        <Item item="itemTwo">{after}</Item>
        <HandleRoot aria-label={strings.proof.swipeHandle}>
          <span className="fx-swipe__handle">
            <span className="fx-swipe__knob">
              <ChevronsLeftRight aria-hidden size={14} />
            </span>
          </span>
        </HandleRoot>
      </Root>
    </Provider>
  )
}
