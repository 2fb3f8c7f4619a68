import {
  type CSSProperties,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useRef,
  useState
} from 'react'
import { strings } from '../strings.ts'
import { fitScale, fittedView, keepInside, type PictureView, type Size, ZOOM_STEP, zoomAt } from './picture-view.ts'

interface PictureStageProps {
  /** Size of what is shown, in pixels of the picture. */
  size: Size
  /** Where in the picture that begins. */
  origin: { x: number; y: number }
  deviceScaleFactor: number
  view: PictureView
  onViewChange: (view: PictureView) => void
  label: string
  /** Height of the stage in px at most; it is lower where the picture is. */
  maxHeight: number
  /** Told whenever the stage has another size, for those who compute views. */
  onStageChange?: (stage: Size) => void
  /** Said above the stage: which picture it is. */
  caption: ReactNode
  /** What is shown, given the transformation from pixels of the picture to the stage. */
  children: (toStage: StageTransform) => ReactNode
}

export interface StageTransform {
  scale: number
  /** Style of a picture whose left top corner is that of the whole. */
  place: (picture: Size) => CSSProperties
  /** Style of a box in pixels of the picture. */
  placeBox: (box: Size & { x: number; y: number }) => CSSProperties
}

const MIN_HEIGHT = 72
/** How far an arrow key moves, in stage pixels. */
const KEY_PAN = 40

/**
 * A window onto a picture, with zoom and pan by pointer (drag, Ctrl + wheel or pinch, double click) and keyboard (arrows, + and −,
 * 0). Several stages with the same view move in step.
 */
export function PictureStage({
  size,
  origin,
  deviceScaleFactor,
  view,
  onViewChange,
  label,
  maxHeight,
  onStageChange,
  caption,
  children
}: PictureStageProps) {
  const root = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(300)
  const drag = useRef<{ pointerId: number; x: number; y: number } | null>(null)

  const wanted = size.height * Math.min(width / Math.max(1, size.width), 2 / deviceScaleFactor)
  const height = Math.round(Math.min(Math.max(wanted, MIN_HEIGHT), maxHeight))
  const stage = { width, height }
  const fit = fitScale(size, stage, deviceScaleFactor)
  const shown = keepInside(view, size, stage, deviceScaleFactor)
  const scale = fit * shown.zoom
  const left = width / 2 - (origin.x + shown.x) * scale
  const top = height / 2 - (origin.y + shown.y) * scale

  useLayoutEffect(() => {
    if (root.current === null) return
    const measure = () => {
      if (root.current === null || root.current.clientWidth === 0) return
      setWidth(root.current.clientWidth)
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(root.current)
    return () => observer.disconnect()
  }, [])

  useEffect(() => onStageChange?.({ width, height }), [onStageChange, width, height])

  const change = (next: PictureView) => onViewChange(keepInside(next, size, stage, deviceScaleFactor))

  // React listens to wheel events passively, and the page must not zoom along.
  const zoomByWheel = useRef<(event: WheelEvent) => void>(() => undefined)
  useEffect(() => {
    zoomByWheel.current = event => {
      if (!(event.ctrlKey || event.metaKey) || root.current === null) return
      event.preventDefault()
      change(zoomAt(shown, Math.exp(-event.deltaY / 200), fromMiddle(event, root.current), fit))
    }
  })
  useEffect(() => {
    const element = root.current
    const listener = (event: WheelEvent) => zoomByWheel.current(event)
    element?.addEventListener('wheel', listener, { passive: false })
    return () => element?.removeEventListener('wheel', listener)
  }, [])

  function startDrag(event: PointerEvent<HTMLDivElement>) {
    if (event.button !== 0 || shown.zoom <= 1 || isHandle(event.target)) return
    drag.current = { pointerId: event.pointerId, x: event.clientX, y: event.clientY }
    event.currentTarget.setPointerCapture(event.pointerId)
  }

  function moveDrag(event: PointerEvent) {
    const start = drag.current
    if (start === null || start.pointerId !== event.pointerId) return
    change({ ...shown, x: shown.x - (event.clientX - start.x) / scale, y: shown.y - (event.clientY - start.y) / scale })
    drag.current = { pointerId: event.pointerId, x: event.clientX, y: event.clientY }
  }

  function handleKey(event: KeyboardEvent) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    const next = viewAfterKey(event.key, shown, scale, fit, size)
    if (next === null) return
    event.preventDefault()
    change(next)
  }

  const place = (picture: Size): CSSProperties => ({
    width: picture.width * scale,
    height: picture.height * scale,
    transform: `translate(${left}px, ${top}px)`,
    imageRendering: scale * deviceScaleFactor >= 4 ? 'pixelated' : undefined
  })
  const placeBox: StageTransform['placeBox'] = box => ({
    left: left + box.x * scale,
    top: top + box.y * scale,
    width: box.width * scale,
    height: box.height * scale
  })

  return (
    <figure className="fx-stage-figure">
      <figcaption className="fx-label">{caption}</figcaption>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms */}
      <div
        ref={root}
        className="fx-stage"
        style={{ height }}
        data-can-pan={shown.zoom > 1 || undefined}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrows and + and − work on it
        tabIndex={0}
        role="group"
        aria-label={label}
        aria-description={strings.proof.stageKeys}
        onKeyDown={handleKey}
        onPointerDown={startDrag}
        onPointerMove={moveDrag}
        onPointerUp={() => {
          drag.current = null
        }}
        onPointerCancel={() => {
          drag.current = null
        }}
        onDoubleClick={event => {
          if (isHandle(event.target)) return
          change(shown.zoom > 1 ? fittedView(size) : zoomAt(shown, 2.5, fromMiddle(event, event.currentTarget), fit))
        }}
      >
        {children({ scale, place, placeBox })}
      </div>
    </figure>
  )
}

function viewAfterKey(key: string, view: PictureView, scale: number, fit: number, size: Size): PictureView | null {
  const middle = { x: 0, y: 0 }
  const step = KEY_PAN / scale
  switch (key) {
    case '+':
    case '=':
      return zoomAt(view, ZOOM_STEP, middle, fit)
    case '-':
      return zoomAt(view, 1 / ZOOM_STEP, middle, fit)
    case '0':
      return fittedView(size)
    case 'ArrowLeft':
      return view.zoom > 1 ? { ...view, x: view.x - step } : null
    case 'ArrowRight':
      return view.zoom > 1 ? { ...view, x: view.x + step } : null
    case 'ArrowUp':
      return view.zoom > 1 ? { ...view, y: view.y - step } : null
    case 'ArrowDown':
      return view.zoom > 1 ? { ...view, y: view.y + step } : null
    default:
      return null
  }
}

function fromMiddle(event: { clientX: number; clientY: number }, element: Element): { x: number; y: number } {
  const box = element.getBoundingClientRect()
  return { x: event.clientX - box.left - box.width / 2, y: event.clientY - box.top - box.height / 2 }
}

/** The handle of the swipe view has its own drag and keys. */
function isHandle(target: EventTarget): boolean {
  return target instanceof Element && target.closest('[role=slider], input, button') !== null
}
