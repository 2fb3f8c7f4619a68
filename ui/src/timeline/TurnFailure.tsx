import { ERRORS, type TimelineItem } from '@fixpoint/protocol'
import { RotateCw } from 'lucide-react'
import { memo } from 'react'
import { Disclosure } from '../controls/Disclosure.tsx'
import { ErrorCard } from '../session/ErrorCard.tsx'
import { strings } from '../strings.ts'

/** Something that went wrong on the way. What is tried again by itself takes one line. */
export const TurnFailure = memo(function TurnFailure({ item }: { item: Extract<TimelineItem, { kind: 'failure' }> }) {
  if (item.retryAt === undefined) return <ErrorCard failure={item.failure} look="warning" />
  return (
    <Disclosure
      className="fx-retried"
      icon={<RotateCw aria-hidden size={14} />}
      summary={ERRORS[item.failure.code].title}
      aside={strings.timeline.tryingAgain}
    >
      {() => <ErrorCard failure={item.failure} look="warning" />}
    </Disclosure>
  )
})
