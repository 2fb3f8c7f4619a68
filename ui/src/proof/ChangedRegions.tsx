import type { PictureDifference } from '@fixpoint/protocol'
import { useState } from 'react'
import { Button } from '../controls/Button.tsx'
import { strings } from '../strings.ts'

const SHOWN_AT_FIRST = 4

interface ChangedRegionsProps {
  regions: PictureDifference['regions']
  deviceScaleFactor: number
  active: number | null
  onJump: (index: number) => void
}

/** Where the page changed, the largest first; each leads to its place in the pictures. Sizes in CSS pixels. */
export function ChangedRegions({ regions, deviceScaleFactor, active, onJump }: ChangedRegionsProps) {
  const [isWhole, setIsWhole] = useState(false)
  const shown = isWhole ? regions : regions.slice(0, SHOWN_AT_FIRST)
  const css = (devicePixels: number) => Math.round(devicePixels / deviceScaleFactor)
  return (
    <div className="fx-regions">
      <h5 className="fx-label">{strings.proof.regions(regions.length)}</h5>
      <ol className="fx-regions__list">
        {shown.map((region, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the regions of a proof never change
          <li key={index}>
            <button type="button" className="fx-regions__jump" aria-pressed={index === active} onClick={() => onJump(index)}>
              <span className="fx-regions__number">{index + 1}</span>
              {strings.proof.region(css(region.width), css(region.height), css(region.x), css(region.y))}
            </button>
          </li>
        ))}
      </ol>
      {regions.length > shown.length && (
        <Button look="quiet" onClick={() => setIsWhole(true)}>
          {strings.proof.moreRegions(regions.length - shown.length)}
        </Button>
      )}
    </div>
  )
}
