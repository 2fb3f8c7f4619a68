import type { TimelineItem } from '@fixpoint/protocol'
import { Info, TriangleAlert } from 'lucide-react'
import { memo } from 'react'

type NoticeItem = Extract<TimelineItem, { kind: 'notice' }>

/** One line about the circumstances: the sandbox is ready, something was refused. */
export const Notice = memo(function Notice({ item }: { item: NoticeItem }) {
  const Icon = item.level === 'warning' ? TriangleAlert : Info
  return (
    <p className={`fx-notice fx-notice--${item.level}`}>
      <Icon aria-hidden size={14} />
      <span>{item.text}</span>
    </p>
  )
})
