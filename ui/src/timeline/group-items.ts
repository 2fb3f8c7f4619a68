import type { TimelineItem } from '@fixpoint/protocol'

type ToolItem = Extract<TimelineItem, { kind: 'tool' }>
type OtherItem = Exclude<TimelineItem, ToolItem>

export type TimelineGroup = { kind: 'tools'; seq: number; items: ToolItem[] } | { kind: 'item'; seq: number; item: OtherItem }

/** Tool calls that follow each other become one group; everything else stands alone. The seq of a group is that of its first item. */
export function groupItems(items: readonly TimelineItem[]): TimelineGroup[] {
  const groups: TimelineGroup[] = []
  for (const item of items) {
    const last = groups.at(-1)
    if (item.kind !== 'tool') groups.push({ kind: 'item', seq: item.seq, item })
    else if (last?.kind === 'tools') last.items.push(item)
    else groups.push({ kind: 'tools', seq: item.seq, items: [item] })
  }
  return groups
}
