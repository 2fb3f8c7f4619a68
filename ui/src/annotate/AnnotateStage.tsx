import type { Mark } from '@fixpoint/protocol'
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react'
import { strings } from '../strings.ts'
import { markFromWay, markSizes, type Point, pathOfMark, type Tool } from './marks.ts'

interface AnnotateStageProps {
  screenshot: { url: string; width: number; height: number }
  widthOnPage: number
  marks: readonly Mark[]
  tool: Tool
  color: string
  zoom: number
  isFull: boolean
  onMark: (mark: Mark) => void
}

const ARROWS: Record<string, Point> = {
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 }
}
/** In CSS pixels of the page; with Shift one. */
const KEY_STEP = 10

/** The picture that is drawn on. */
export function AnnotateStage({ screenshot, widthOnPage, marks, tool, color, zoom, isFull, onMark }: AnnotateStageProps) {
  const heightOnPage = (widthOnPage * screenshot.height) / screenshot.width
  const sizes = markSizes(widthOnPage)
  const [way, setWay] = useState<readonly Point[]>([])
  const [isByKey, setIsByKey] = useState(false)
  const [cursor, setCursor] = useState<Point>({ x: widthOnPage / 2, y: heightOnPage / 2 })
  const [textAt, setTextAt] = useState<Point | null>(null)
  const svg = useRef<SVGSVGElement>(null)
  const draft = tool === 'text' || way.length < 2 ? null : markFromWay(tool, color, way)

  // Another tool begins anew.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tool is what it waits for
  useEffect(() => setWay([]), [tool])

  function placeOf(event: PointerEvent): Point {
    const box = svg.current?.getBoundingClientRect() ?? new DOMRect(0, 0, 1, 1)
    return within({ x: ((event.clientX - box.x) / box.width) * widthOnPage, y: ((event.clientY - box.y) / box.height) * heightOnPage })
  }

  function within({ x, y }: Point): Point {
    return { x: Math.min(widthOnPage, Math.max(0, x)), y: Math.min(heightOnPage, Math.max(0, y)) }
  }

  function finish(points: readonly Point[]) {
    const mark = tool === 'text' ? null : markFromWay(tool, color, points)
    if (mark) onMark(mark)
    setWay([])
  }

  function begin(event: PointerEvent) {
    if (event.button !== 0 || isFull) return
    setIsByKey(false)
    const place = placeOf(event)
    setCursor(place)
    if (tool === 'text') {
      // Else the press would take the focus from the field that opens.
      event.preventDefault()
      setTextAt(place)
      return
    }
    event.currentTarget.setPointerCapture(event.pointerId)
    setWay([place])
  }

  function handleKey(event: KeyboardEvent) {
    const direction = ARROWS[event.key]
    if (direction && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const step = event.shiftKey ? 1 : KEY_STEP
      const next = within({ x: cursor.x + direction.x * step, y: cursor.y + direction.y * step })
      setIsByKey(true)
      setCursor(next)
      if (way.length > 0) setWay(tool === 'pen' ? [...way, next] : [way[0] ?? next, next])
    } else if (event.key === 'Enter' || event.key === ' ') {
      if (isFull) return
      setIsByKey(true)
      if (tool === 'text') setTextAt(cursor)
      else if (way.length === 0) setWay([cursor])
      else finish([...way, cursor])
    } else if (event.key === 'Escape' && way.length > 0) {
      setWay([])
      event.stopPropagation()
    } else return
    event.preventDefault()
  }

  return (
    <div className="fx-annotate__scroll">
      <div
        className="fx-annotate__stage"
        style={{ width: `${zoom * 100}%` }}
        role="application"
        aria-label={strings.annotate.stage(marks.length)}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move the cross in it
        tabIndex={0}
        // The dialog gives the focus to it when it opens.
        ref={stage => stage?.setAttribute('autofocus', '')}
        onKeyDown={handleKey}
      >
        <img src={screenshot.url} alt={strings.prompt.screenshot} draggable={false} />
        <svg
          ref={svg}
          viewBox={`0 0 ${widthOnPage} ${heightOnPage}`}
          aria-hidden
          onPointerDown={begin}
          onPointerMove={event => way.length > 0 && !isByKey && setWay([...way, placeOf(event)])}
          onPointerUp={event => way.length > 0 && !isByKey && finish([...way, placeOf(event)])}
          onPointerCancel={() => setWay([])}
        >
          {[...marks, ...(draft ? [draft] : [])].map((mark, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: marks are only added and taken off at the end
            <MarkShape key={index} mark={mark} sizes={sizes} />
          ))}
          {isByKey && (
            <path
              className="fx-annotate__cross"
              d={`M${cursor.x - 12} ${cursor.y}h24M${cursor.x} ${cursor.y - 12}v24`}
              vectorEffect="non-scaling-stroke"
            />
          )}
        </svg>
        {textAt && (
          <TextField
            left={(textAt.x / widthOnPage) * 100}
            top={(textAt.y / heightOnPage) * 100}
            color={color}
            onDone={text => {
              if (text.trim() !== '') onMark({ kind: 'text', color, at: textAt, text: text.trim() })
              setTextAt(null)
            }}
          />
        )}
      </div>
    </div>
  )
}

function MarkShape({ mark, sizes }: { mark: Mark; sizes: ReturnType<typeof markSizes> }) {
  if (mark.kind === 'text') {
    return (
      <text className="fx-annotate__text" x={mark.at.x} y={mark.at.y} fill={mark.color} fontSize={sizes.text} strokeWidth={sizes.rim}>
        {mark.text}
      </text>
    )
  }
  const path = pathOfMark(mark)
  return (
    <>
      <path d={path} stroke="#ffffff" strokeWidth={sizes.rim} />
      <path d={path} stroke={mark.color} strokeWidth={sizes.line} />
    </>
  )
}

interface TextFieldProps {
  /** In percent of the picture. */
  left: number
  top: number
  color: string
  onDone: (text: string) => void
}

function TextField({ left, top, color, onDone }: TextFieldProps) {
  const [text, setText] = useState('')
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  return (
    <input
      ref={field}
      className="fx-annotate__field"
      style={{ left: `min(${left}%, 100% - 140px)`, top: `min(${top}%, 100% - 28px)`, color }}
      value={text}
      maxLength={200}
      aria-label={strings.annotate.textLabel}
      placeholder={strings.annotate.textLabel}
      onChange={event => setText(event.target.value)}
      onBlur={() => onDone(text)}
      onKeyDown={event => {
        event.stopPropagation()
        if (event.key === 'Enter' && !event.nativeEvent.isComposing) onDone(text)
        if (event.key === 'Escape') {
          // The dialog stays open.
          event.preventDefault()
          onDone('')
        }
      }}
    />
  )
}
