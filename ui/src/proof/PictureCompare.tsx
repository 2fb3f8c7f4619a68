import { Columns2, Contrast, Layers2, type LucideIcon, Maximize2, Minus, Plus, Scan, SquareSplitHorizontal, Zap } from 'lucide-react'
import { useState } from 'react'
import { IconButton } from '../controls/Button.tsx'
import { Segmented } from '../controls/Segmented.tsx'
import { strings } from '../strings.ts'
import { ChangedRegions } from './ChangedRegions.tsx'
import { type CompareMode, PictureModes } from './PictureModes.tsx'
import type { PicturePair } from './picture-pairs.ts'
import { fittedView, type PictureView, type Size, viewOfRegion, ZOOM_STEP } from './picture-view.ts'

const MODE_ICONS: Record<CompareMode, LucideIcon> = {
  sides: Columns2,
  swipe: SquareSplitHorizontal,
  onion: Layers2,
  difference: Contrast,
  blink: Zap
}
const MODES = ['sides', 'swipe', 'onion', 'difference', 'blink'] as const

/** Height of the pictures inside a card, in px. */
const CARD_HEIGHT = 320

interface PictureCompareProps {
  pairs: readonly PicturePair[]
  /** Device pixels per CSS pixel of the pictures. */
  deviceScaleFactor: number
  isLarge?: boolean
  onEnlarge?: () => void
}

/** Before and after, to look at in several ways: element by element, then the page. */
export function PictureCompare({ pairs, deviceScaleFactor, isLarge = false, onEnlarge }: PictureCompareProps) {
  const [chosenPair, setChosenPair] = useState<string | null>(null)
  const [mode, setMode] = useState<CompareMode>('sides')
  const [view, setView] = useState<PictureView | null>(null)
  const [stage, setStage] = useState<Size>({ width: 300, height: 200 })
  const [activeRegion, setActiveRegion] = useState<number | null>(null)

  const pair = pairs.find(candidate => candidate.id === chosenPair) ?? pairs[0]
  if (pair === undefined) return null
  const size = sizeOf(pair)
  const shownView = view ?? fittedView(size)
  const isComparable = pair.before !== undefined && pair.after !== undefined

  function choosePair(id: string) {
    setChosenPair(id)
    setView(null)
    setActiveRegion(null)
  }

  function jumpTo(index: number) {
    const region = pair?.regions[index]
    if (region === undefined) return
    setActiveRegion(index)
    setView(viewOfRegion(region, size, stage, deviceScaleFactor))
  }

  const zoom = (factor: number) => setView({ ...shownView, zoom: Math.max(1, shownView.zoom * factor) })

  return (
    <div className="fx-compare" data-large={isLarge || undefined}>
      {pairs.length > 1 && (
        <Segmented
          label={strings.proof.pictures}
          value={pair.id}
          options={pairs.map(({ id, label }) => ({ value: id, label }))}
          onChange={choosePair}
        />
      )}
      <div className="fx-compare__stages">
        <PictureModes
          pair={pair}
          mode={mode}
          size={size}
          view={shownView}
          onViewChange={setView}
          onStageChange={setStage}
          deviceScaleFactor={deviceScaleFactor}
          activeRegion={activeRegion}
          maxHeight={isLarge ? largeHeight(mode) : CARD_HEIGHT}
        />
      </div>
      {pair.missing !== undefined && !isComparable && <p className="fx-faint">{pair.missing}</p>}
      <div className="fx-compare__bar">
        {isComparable && (
          <Segmented
            label={strings.proof.mode}
            value={mode}
            options={MODES.map(value => {
              const Icon = MODE_ICONS[value]
              return { value, label: strings.proof.modes[value], icon: <Icon aria-hidden size={14} /> }
            })}
            onChange={setMode}
            hidesWordsWhenNarrow
          />
        )}
        <div className="fx-compare__zoom">
          <IconButton label={strings.proof.zoomOut} disabled={shownView.zoom <= 1} onClick={() => zoom(1 / ZOOM_STEP)}>
            <Minus aria-hidden size={14} />
          </IconButton>
          <IconButton label={strings.proof.zoomIn} onClick={() => zoom(ZOOM_STEP)}>
            <Plus aria-hidden size={14} />
          </IconButton>
          <IconButton label={strings.proof.fit} disabled={shownView.zoom <= 1} onClick={() => setView(null)}>
            <Scan aria-hidden size={14} />
          </IconButton>
          {onEnlarge !== undefined && (
            <IconButton label={strings.proof.enlarge} onClick={onEnlarge}>
              <Maximize2 aria-hidden size={14} />
            </IconButton>
          )}
        </div>
      </div>
      {pair.regions.length > 0 && (
        <ChangedRegions regions={pair.regions} deviceScaleFactor={deviceScaleFactor} active={activeRegion} onJump={jumpTo} />
      )}
    </div>
  )
}

/** Height of a picture in the dialog (px): what the bars around it leave, shared by two where they stand above each other. */
function largeHeight(mode: CompareMode): number {
  const room = Math.max(240, window.innerHeight - 250)
  return mode === 'sides' && window.innerWidth < 520 ? room / 2 - 12 : room
}

function sizeOf({ before, after, part }: PicturePair): Size {
  return (
    part ?? {
      width: Math.max(before?.width ?? 1, after?.width ?? 1),
      height: Math.max(before?.height ?? 1, after?.height ?? 1)
    }
  )
}
