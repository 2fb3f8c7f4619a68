import { API_LIMITS, isVisibleText, type Mark } from '@fixpoint/protocol'
import { ArrowUp, CircleDot, Crosshair, Eye, ListEnd, PenLine, Square } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, type RefObject, useId, useState } from 'react'
import { AnnotateDialog } from '../annotate/AnnotateDialog.tsx'
import type { MadePicture } from '../annotate/draw-annotated.ts'
import { Button } from '../controls/Button.tsx'
import { Spinner } from '../controls/Spinner.tsx'
import { type RecordingActions, RecordingCard, type RecordingView } from '../report/RecordingCard.tsx'
import { strings } from '../strings.ts'
import { type ContextChoice, type ContextPreview, countRedactions } from './context-preview.ts'
import { PickChips } from './PickChips.tsx'
import { SendPreview } from './SendPreview.tsx'
import { useDoubleEscape } from './use-double-escape.ts'

export interface ComposerProps {
  text: string
  onTextChange: (text: string) => void
  /** What was captured of the page; null before anything was pointed at. */
  preview: ContextPreview | null
  choice: ContextChoice
  onChoiceChange: (choice: ContextChoice) => void
  onRemovePick: (number: number) => void
  /** What was drawn on the screenshot is kept; null takes the drawing off. */
  onAnnotate: (annotated: { picture: MadePicture; marks: readonly Mark[] } | null) => void
  /** There is no screenshot yet that could be drawn on. Answers whether there is one now. */
  onTakeScreenshot: () => Promise<boolean>
  /** Asks for access to the frame that was picked as a whole, to point inside. */
  onPointInside: (number: number) => void
  /** Address of the server that gets the prompt. */
  destination: string
  pointing: 'off' | 'starting' | 'pointing' | 'capturing'
  onPoint: () => void
  onLeavePointing: () => void
  /** The key that starts pointing, where one is set. */
  pointKey?: string | undefined
  /** Why nothing can be pointed at here. */
  pointingBlocked?: string | undefined
  /** A turn runs: what is sent now waits for its end. */
  isRunning: boolean
  isStopRequested: boolean
  onStop: () => void
  isSending: boolean
  onSend: () => void
  /** Why nothing can be sent here. */
  sendingBlocked?: string | undefined
  /** What went wrong with the last attempt; the text is still there. */
  problem?: ReactNode
  inputRef?: RefObject<HTMLTextAreaElement | null>
  /** Takes a picture of the whole page; absent where none can be taken. */
  onTakeWholePage?: (() => void) | undefined
  isTakingWholePage?: boolean
  /** What is recorded of the person's steps; null while nothing is. */
  recording?: RecordingView | null
  /** Absent where nothing can be recorded. */
  onRecording?: RecordingActions | undefined
}

/** Where the person says what is wrong. */
export function Composer(props: ComposerProps) {
  const { text, preview, isRunning, isSending, isStopRequested, pointing, sendingBlocked } = props
  const [isPreviewOpen, setIsPreviewOpen] = useState(false)
  const [isAnnotating, setIsAnnotating] = useState(false)
  const screenshot = preview?.screenshot
  const hintId = useId()
  const previewId = useId()
  const isArmed = useDoubleEscape(isRunning && !isStopRequested && pointing === 'off', props.onStop)
  const tooLong = text.length - API_LIMITS.promptCharacters
  const canSend = isVisibleText(text) && tooLong <= 0 && !isSending && sendingBlocked === undefined

  function handleKey(event: KeyboardEvent<HTMLTextAreaElement>) {
    // In an input method Enter confirms a word.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    if (canSend) props.onSend()
  }

  return (
    <div className="fx-composer">
      {props.problem}
      <div className="fx-composer__box" data-pointing={pointing !== 'off' || undefined}>
        {props.recording != null && props.onRecording !== undefined && (
          <RecordingCard recording={props.recording} actions={props.onRecording} canReport={preview !== null} />
        )}
        {isPreviewOpen && preview !== null && (
          <div id={previewId}>
            <SendPreview
              preview={preview}
              choice={props.choice}
              onChoiceChange={props.onChoiceChange}
              destination={props.destination}
              onTakeWholePage={props.onTakeWholePage}
              isTakingWholePage={props.isTakingWholePage ?? false}
            />
          </div>
        )}
        {preview !== null && <PickChips picks={preview.picks} onRemove={props.onRemovePick} onPointInside={props.onPointInside} />}
        <textarea
          ref={props.inputRef}
          className="fx-composer__input"
          rows={2}
          value={text}
          aria-label={strings.composer.label}
          aria-describedby={hintId}
          placeholder={isRunning ? strings.composer.placeholderRunning : strings.composer.placeholder}
          onChange={event => props.onTextChange(event.target.value)}
          onKeyDown={handleKey}
        />
        <div className="fx-composer__bar">
          <PointButton {...props} />
          <Button
            look="quiet"
            className="fx-composer__draw"
            aria-label={strings.annotate.open}
            aria-pressed={preview?.annotated !== undefined}
            title={props.pointingBlocked ?? strings.annotate.openHint}
            disabled={props.pointingBlocked !== undefined || pointing !== 'off'}
            onClick={() => {
              setIsAnnotating(true)
              if (!screenshot) void props.onTakeScreenshot().then(isThere => !isThere && setIsAnnotating(false))
            }}
          >
            <PenLine aria-hidden size={14} />
            <span className="fx-composer__word">{strings.annotate.open}</span>
          </Button>
          {props.recording == null && props.onRecording !== undefined && (
            <Button
              look="quiet"
              className="fx-composer__draw"
              aria-label={strings.recording.start}
              title={props.pointingBlocked ?? strings.recording.startHint}
              disabled={props.pointingBlocked !== undefined}
              onClick={props.onRecording.start}
            >
              <CircleDot aria-hidden size={14} />
              <span className="fx-composer__word">{strings.recording.start}</span>
            </Button>
          )}
          {preview !== null && (
            <Button
              look="quiet"
              className="fx-composer__sent"
              aria-label={strings.composer.whatIsSent}
              title={strings.composer.whatIsSent}
              aria-expanded={isPreviewOpen}
              aria-controls={isPreviewOpen ? previewId : undefined}
              onClick={() => setIsPreviewOpen(!isPreviewOpen)}
            >
              <Eye aria-hidden size={14} />
              <span className="fx-composer__word">{strings.composer.whatIsSent}</span>
              {countRedactions(preview) > 0 && (
                <span className="fx-badge" title={strings.sendPreview.redactions(countRedactions(preview))}>
                  {countRedactions(preview)}
                  <span className="fx-composer__word"> {strings.composer.masked}</span>
                </span>
              )}
            </Button>
          )}
          <span className="fx-composer__gap" />
          {isRunning && (
            <Button
              look="danger"
              className="fx-composer__stop"
              disabled={isStopRequested}
              aria-label={isStopRequested ? strings.composer.stopping : strings.composer.stop}
              title={strings.composer.stopHint}
              onClick={props.onStop}
            >
              <Square aria-hidden size={11} fill="currentColor" />
              <span className="fx-composer__word">{isStopRequested ? strings.composer.stopping : strings.composer.stop}</span>
            </Button>
          )}
          <Button look="primary" className="fx-composer__send" disabled={!canSend} title={sendingBlocked} onClick={props.onSend}>
            {isSending ? <Spinner /> : isRunning ? <ListEnd aria-hidden size={14} /> : <ArrowUp aria-hidden size={14} />}
            {isSending ? strings.composer.sending : isRunning ? strings.composer.queue : strings.composer.send}
          </Button>
        </div>
      </div>
      <p className="fx-composer__hint" id={hintId} role="status" data-urgent={isArmed || tooLong > 0 || undefined}>
        {hintOf({ isArmed, tooLong, pointing, isRunning, sendingBlocked, length: text.length })}
      </p>
      {pointing !== 'off' && <PointingKeys />}
      {isAnnotating && preview !== null && screenshot && (
        <AnnotateDialog
          screenshot={screenshot}
          widthOnPage={preview.viewport.width}
          marks={preview.annotated?.isCurrent ? preview.annotated.marks : []}
          onSave={annotated => {
            props.onAnnotate(annotated)
            setIsAnnotating(false)
          }}
          onClose={() => setIsAnnotating(false)}
        />
      )}
    </div>
  )
}

function PointButton({ pointing, onPoint, pointKey, onLeavePointing, pointingBlocked }: ComposerProps) {
  if (pointing !== 'off') {
    return (
      <Button className="fx-composer__point" aria-pressed onClick={onLeavePointing}>
        {pointing === 'pointing' ? <Crosshair aria-hidden size={14} /> : <Spinner />}
        {strings.composer.pointing[pointing]}
      </Button>
    )
  }
  return (
    <Button
      className="fx-composer__point"
      disabled={pointingBlocked !== undefined}
      title={pointingBlocked ?? strings.composer.pointHint(pointKey)}
      onClick={onPoint}
    >
      <Crosshair aria-hidden size={14} />
      {strings.composer.point}
    </Button>
  )
}

/** Pointing has keys of its own, which nobody guesses. */
function PointingKeys() {
  return (
    <ul className="fx-composer__keys" aria-label={strings.composer.pointingKeysLabel}>
      {strings.composer.morePointingKeys.map(([key, what]) => (
        <li key={key}>
          <kbd>{key}</kbd> {what}
        </li>
      ))}
    </ul>
  )
}

interface HintInput {
  isArmed: boolean
  tooLong: number
  pointing: ComposerProps['pointing']
  isRunning: boolean
  sendingBlocked: string | undefined
  length: number
}

function hintOf({ isArmed, tooLong, pointing, isRunning, sendingBlocked, length }: HintInput): string {
  if (isArmed) return strings.composer.escapeAgain
  if (tooLong > 0) return strings.composer.tooLong(tooLong)
  if (pointing !== 'off') return strings.composer.pointingKeys
  if (sendingBlocked !== undefined) return sendingBlocked
  if (length > API_LIMITS.promptCharacters * 0.9) return strings.composer.charactersLeft(API_LIMITS.promptCharacters - length)
  return isRunning ? strings.composer.keysRunning : strings.composer.keys
}
