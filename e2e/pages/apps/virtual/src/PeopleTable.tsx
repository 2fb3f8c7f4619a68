import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import { PersonRow } from './PersonRow.tsx'

export function PeopleTable(_properties: { at: string }) {
  const box = useRef<HTMLDivElement>(null)
  const virtualizer = useVirtualizer({ count: 10_000, getScrollElement: () => box.current, estimateSize: () => 32, overscan: 4 })
  return (
    <div ref={box} id="people" style={{ height: 320, width: 320, overflow: 'auto' }}>
      <div style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
        {virtualizer.getVirtualItems().map(item => (
          <div key={item.key} style={{ position: 'absolute', height: 32, transform: `translateY(${item.start}px)` }}>
            <PersonRow number={item.index} at="person-row" />
          </div>
        ))}
      </div>
    </div>
  )
}
