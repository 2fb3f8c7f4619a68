import { useState } from 'react'

const ROW = 30
const SHOWN = 12

/** As older lists do it: a dozen elements, each of which is another row when it was scrolled. */
export function SlotTable(_properties: { at: string }) {
  const [first, setFirst] = useState(0)
  return (
    <div id="slots" style={{ height: ROW * 10, width: 240, overflow: 'auto' }} onScroll={event => setFirst(Math.floor(event.currentTarget.scrollTop / ROW))}>
      <div style={{ height: ROW * 5_000, position: 'relative' }}>
        {Array.from({ length: SHOWN }, (_, slot) => {
          const number = Math.ceil((first - slot) / SHOWN) * SHOWN + slot
          return (
            <div key={slot} className="slot" data-slot={slot} data-at="slot" style={{ position: 'absolute', top: number * ROW, height: ROW }}>
              Slot row {number}
            </div>
          )
        })}
      </div>
    </div>
  )
}
