import { type ReactNode, useEffect, useState } from 'react'
import { ArtifactPicture } from '../artifacts/ArtifactPicture.tsx'
import { Button } from '../controls/Button.tsx'
import { strings } from '../strings.ts'
import { PictureStage, type StageTransform } from './PictureStage.tsx'
import type { PicturePair } from './picture-pairs.ts'
import type { PictureView, Size } from './picture-view.ts'
import { SwipeView } from './SwipeView.tsx'

export type CompareMode = 'sides' | 'swipe' | 'onion' | 'difference' | 'blink'

interface PictureModesProps {
  pair: PicturePair
  mode: CompareMode
  size: Size
  view: PictureView
  onViewChange: (view: PictureView) => void
  onStageChange: (stage: Size) => void
  deviceScaleFactor: number
  activeRegion: number | null
  maxHeight: number
}

type StageOptions = Omit<PictureModesProps, 'mode'>

/** A pair of pictures in one of the ways to compare them. */
export function PictureModes({ mode, ...options }: PictureModesProps) {
  const { before, after } = options.pair
  if (before === undefined || after === undefined) return <SingleView options={options} phase={before === undefined ? 'after' : 'before'} />
  switch (mode) {
    case 'sides':
      return <SidesView options={options} />
    case 'swipe':
      return (
        <Stage options={options} caption={swipeCaption()}>
          {at => (
            <SwipeView
              before={<Layer options={options} phase="before" at={at} />}
              after={<Layer options={options} phase="after" at={at} />}
            />
          )}
        </Stage>
      )
    case 'onion':
      return <OnionView options={options} />
    case 'difference':
      return <DifferenceView options={options} />
    case 'blink':
      return <BlinkView options={options} />
  }
}

type Phase = 'before' | 'after'

const WHOLE = { x: 0, y: 0 }

const swipeCaption = () => (
  <>
    <span>{strings.proof.before}</span>
    <span>{strings.proof.after}</span>
  </>
)

function Stage({ options, caption, children }: { options: StageOptions; caption: ReactNode; children: (at: StageTransform) => ReactNode }) {
  const { pair, activeRegion, ...stage } = options
  return (
    <PictureStage {...stage} origin={pair.part ?? WHOLE} label={strings.proof.stage(pair.label)} caption={caption}>
      {at => (
        <>
          {children(at)}
          {pair.regions.map((region, index) => (
            <span
              // biome-ignore lint/suspicious/noArrayIndexKey: the regions of a proof never change
              key={index}
              className="fx-stage__region"
              data-active={index === activeRegion || undefined}
              style={at.placeBox(region)}
            />
          ))}
        </>
      )}
    </PictureStage>
  )
}

/** One picture, placed in its stage; it covers the whole stage so that modes can lay it over another one. */
function Layer({ options, phase, at }: { options: StageOptions; phase: Phase; at: StageTransform }) {
  const picture = options.pair[phase]
  if (picture === undefined) return null
  return (
    <div className="fx-stage__layer">
      <div className="fx-stage__picture" style={at.place(picture)}>
        <ArtifactPicture picture={picture} alt={strings.proof.pictureOf(options.pair.label, strings.proof[phase])} />
      </div>
    </div>
  )
}

function SingleView({ options, phase }: { options: StageOptions; phase: Phase }) {
  return (
    <Stage options={options} caption={strings.proof[phase]}>
      {at => <Layer options={options} phase={phase} at={at} />}
    </Stage>
  )
}

function SidesView({ options }: { options: StageOptions }) {
  return (
    <div className="fx-compare__sides" data-tall={options.size.height > options.size.width || undefined}>
      <SingleView options={options} phase="before" />
      <SingleView options={options} phase="after" />
    </div>
  )
}

function OnionView({ options }: { options: StageOptions }) {
  const [share, setShare] = useState(50)
  return (
    <>
      <Stage options={options} caption={strings.proof.modes.onion}>
        {at => (
          <>
            <Layer options={options} phase="before" at={at} />
            <div style={{ opacity: share / 100 }}>
              <Layer options={options} phase="after" at={at} />
            </div>
          </>
        )}
      </Stage>
      <label className="fx-onion">
        <span>{strings.proof.before}</span>
        <input
          type="range"
          min={0}
          max={100}
          value={share}
          aria-label={strings.proof.onionShare}
          onChange={event => setShare(event.target.valueAsNumber)}
        />
        <span>{strings.proof.after}</span>
      </label>
    </>
  )
}

/** The server's picture of the difference where there is one; else the browser subtracts one picture from the other. */
function DifferenceView({ options }: { options: StageOptions }) {
  const { differencePicture, label } = options.pair
  return (
    <Stage options={options} caption={differencePicture === undefined ? strings.proof.blackIsEqual : strings.proof.markedIsChanged}>
      {at =>
        differencePicture === undefined ? (
          <div className="fx-stage__blend">
            <Layer options={options} phase="before" at={at} />
            <div className="fx-stage__subtracted">
              <Layer options={options} phase="after" at={at} />
            </div>
          </div>
        ) : (
          <div className="fx-stage__layer">
            <div className="fx-stage__picture" style={at.place(differencePicture)}>
              <ArtifactPicture picture={differencePicture} alt={strings.proof.pictureOf(label, strings.proof.modes.difference)} />
            </div>
          </div>
        )
      }
    </Stage>
  )
}

/** Slower than the three flashes a second that can harm people. */
const BLINK_MS = 700

function BlinkView({ options }: { options: StageOptions }) {
  const [phase, setPhase] = useState<Phase>('before')
  const [isBlinking, setIsBlinking] = useState(() => !matchMedia('(prefers-reduced-motion: reduce)').matches)

  useEffect(() => {
    if (!isBlinking) return
    const timer = setInterval(() => setPhase(other), BLINK_MS)
    return () => clearInterval(timer)
  }, [isBlinking])

  return (
    <>
      <Stage options={options} caption={strings.proof[phase]}>
        {at => (
          <>
            <Layer options={options} phase="before" at={at} />
            <div hidden={phase === 'before'}>
              <Layer options={options} phase="after" at={at} />
            </div>
          </>
        )}
      </Stage>
      <div className="fx-buttons">
        <Button onClick={() => setIsBlinking(!isBlinking)}>{isBlinking ? strings.proof.blinkPause : strings.proof.blinkStart}</Button>
        {!isBlinking && <Button onClick={() => setPhase(other)}>{strings.proof.blinkShow(strings.proof[other(phase)])}</Button>}
      </div>
    </>
  )
}

function other(phase: Phase): Phase {
  return phase === 'before' ? 'after' : 'before'
}
