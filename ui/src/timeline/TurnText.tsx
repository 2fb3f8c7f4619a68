import type { TimelineItem } from '@fixpoint/protocol'
import { memo, useDeferredValue } from 'react'
import { strings } from '../strings.ts'
import { Markdown } from '../text/Markdown.tsx'

type TextItem = Extract<TimelineItem, { kind: 'text' }>

/** What the model says, as it arrives. */
export const TurnText = memo(function TurnText({ item }: { item: TextItem }) {
  // Typing and scrolling come before the newest words.
  const text = useDeferredValue(item.text)
  return (
    <div className={`fx-turn-text fx-turn-text--${item.status}`}>
      <Markdown text={text} />
      {item.status === 'interrupted' && <p className="fx-tag">{strings.timeline.textInterrupted}</p>}
    </div>
  )
})
