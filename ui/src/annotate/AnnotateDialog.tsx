import { type Mark, PAGE_CONTEXT_LIMITS } from '@fixpoint/protocol'
import { MoveUpRight, Pencil, Redo2, Square, Trash2, Type, Undo2, ZoomIn } from 'lucide-react'
import { type KeyboardEvent, useReducer, useState } from 'react'
import { Button, IconButton } from '../controls/Button.tsx'
import { Dialog } from '../controls/Dialog.tsx'
import { Segmented } from '../controls/Segmented.tsx'
import { Spinner } from '../controls/Spinner.tsx'
import { strings } from '../strings.ts'
import { AnnotateStage } from './AnnotateStage.tsx'
import { drawAnnotated, type MadePicture } from './draw-annotated.ts'
import { changeMarks, MARK_COLORS, type Tool } from './marks.ts'

interface AnnotateDialogProps {
  screenshot: { url: string; width: number; height: number }
  /** Width of the screenshot in CSS pixels of the page. */
  widthOnPage: number
  marks: readonly Mark[]
  /** Null where nothing is drawn any more. */
  onSave: (annotated: { picture: MadePicture; marks: readonly Mark[] } | null) => void
  onClose: () => void
}

const TOOLS: readonly { value: Tool; key: string; icon: typeof Pencil }[] = [
  { value: 'arrow', key: 'a', icon: MoveUpRight },
  { value: 'box', key: 'b', icon: Square },
  { value: 'pen', key: 'p', icon: Pencil },
  { value: 'text', key: 't', icon: Type }
]
const ZOOMS = [1, 2, 4]

/** Draw on the screenshot: pen, arrow, box and text, by mouse or by keyboard alone. */
export function AnnotateDialog({ screenshot, widthOnPage, marks, onSave, onClose }: AnnotateDialogProps) {
  const [history, change] = useReducer(changeMarks, { marks, undone: [] })
  const [tool, setTool] = useState<Tool>('arrow')
  const [color, setColor] = useState<string>(MARK_COLORS[0])
  const [zoom, setZoom] = useState(1)
  const [state, setState] = useState<'drawing' | 'saving' | 'failed' | 'leaving'>('drawing')
  const isFull = history.marks.length >= PAGE_CONTEXT_LIMITS.marks
  const isChanged = history.marks !== marks && !(history.marks.length === 0 && marks.length === 0)

  async function save() {
    setState('saving')
    try {
      onSave(
        history.marks.length === 0
          ? null
          : { picture: await drawAnnotated(screenshot.url, widthOnPage, history.marks), marks: history.marks }
      )
    } catch (error) {
      console.error(error)
      setState('failed')
    }
  }

  /** What was drawn is thrown away only when that was said twice. */
  function leave() {
    if (isChanged && state !== 'leaving') setState('leaving')
    else onClose()
  }

  function handleKey(event: KeyboardEvent) {
    if (event.target instanceof HTMLInputElement) return
    const isCommand = event.ctrlKey || event.metaKey
    const key = event.key.toLowerCase()
    const chosen = isCommand || event.altKey ? undefined : TOOLS.find(other => other.key === key)
    if (isCommand && key === 'z') change({ kind: event.shiftKey ? 'redo' : 'undo' })
    else if (isCommand && key === 'y') change({ kind: 'redo' })
    else if (chosen) setTool(chosen.value)
    else return
    event.preventDefault()
  }

  return (
    <Dialog label={strings.annotate.title} onClose={leave}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: shortcuts for what the buttons below do as well */}
      <div className="fx-annotate" onKeyDown={handleKey}>
        <div className="fx-annotate__bar">
          <Segmented
            label={strings.annotate.tool}
            value={tool}
            onChange={setTool}
            hidesWordsWhenNarrow
            options={TOOLS.map(({ value, icon: Icon }) => ({
              value,
              label: strings.annotate.tools[value],
              icon: <Icon aria-hidden size={14} />
            }))}
          />
          <div className="fx-annotate__colors" role="radiogroup" aria-label={strings.annotate.color}>
            {MARK_COLORS.map((value, index) => (
              // biome-ignore lint/a11y/useSemanticElements: a coloured dot that is a radio button
              <button
                key={value}
                type="button"
                role="radio"
                aria-checked={value === color}
                aria-label={strings.annotate.colors[index] ?? value}
                title={strings.annotate.colors[index] ?? value}
                className="fx-annotate__color"
                onClick={() => setColor(value)}
              >
                <span style={{ backgroundColor: value }} />
              </button>
            ))}
          </div>
          <span className="fx-annotate__gap" />
          <div className="fx-annotate__actions">
            <IconButton label={strings.annotate.undo} disabled={history.marks.length === 0} onClick={() => change({ kind: 'undo' })}>
              <Undo2 aria-hidden size={16} />
            </IconButton>
            <IconButton label={strings.annotate.redo} disabled={history.undone.length === 0} onClick={() => change({ kind: 'redo' })}>
              <Redo2 aria-hidden size={16} />
            </IconButton>
            <IconButton label={strings.annotate.clear} disabled={history.marks.length === 0} onClick={() => change({ kind: 'clear' })}>
              <Trash2 aria-hidden size={16} />
            </IconButton>
            <IconButton label={strings.annotate.zoom(zoom)} onClick={() => setZoom(ZOOMS[(ZOOMS.indexOf(zoom) + 1) % ZOOMS.length] ?? 1)}>
              <ZoomIn aria-hidden size={16} />
            </IconButton>
          </div>
        </div>
        <AnnotateStage
          screenshot={screenshot}
          widthOnPage={widthOnPage}
          marks={history.marks}
          tool={tool}
          color={color}
          zoom={zoom}
          isFull={isFull}
          onMark={mark => {
            setState('drawing')
            change({ kind: 'add', mark })
          }}
        />
        <div className="fx-annotate__foot">
          <p className="fx-faint" role="status">
            {isFull
              ? strings.annotate.full(PAGE_CONTEXT_LIMITS.marks)
              : state === 'failed'
                ? strings.annotate.failed
                : state === 'leaving'
                  ? strings.annotate.leaving
                  : strings.annotate.hint}
          </p>
          {state === 'leaving' && <Button onClick={onClose}>{strings.annotate.discard}</Button>}
          <Button look="primary" disabled={state === 'saving' || !isChanged} onClick={() => void save()}>
            {state === 'saving' && <Spinner />}
            {strings.annotate.save}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
