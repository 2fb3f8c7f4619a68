import type { Failure } from '@fixpoint/protocol'
import { ChevronDown, CircleDot, FileText, Pause, Square, Trash2, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useNow } from '../clock.tsx'
import { Button, IconButton } from '../controls/Button.tsx'
import { formatElapsed } from '../duration.ts'
import { strings } from '../strings.ts'

/** What is recorded, as a person can read it. */
export interface RecordingView {
  /** `paused` while the page shown cannot be looked into; `failure` says why. */
  status: 'recording' | 'paused' | 'stopped'
  failure?: Failure | undefined
  /** In words, in order. */
  steps: readonly string[]
  /** Steps that there was no room for. */
  omitted: number
  /** In ms since 1970. */
  startedAt: number
}

export interface RecordingActions {
  /** Begins, or goes on. Call it in a click handler: Chrome may ask for access to the page. */
  start: () => void
  stop: () => void
  discard: () => void
  removeStep: (index: number) => void
  report: () => void
}

interface RecordingCardProps {
  recording: RecordingView
  actions: RecordingActions
  /** Something of the page was captured, so that there is a report to look at. */
  canReport: boolean
}

/** What the person has done so far, while it is recorded and until it is sent. */
export function RecordingCard({ recording, actions, canReport }: RecordingCardProps) {
  const { status, steps, omitted, failure } = recording
  const isStopped = status === 'stopped'
  const [isOpen, setIsOpen] = useState(!isStopped)
  return (
    <section className="fx-recording" data-status={status} aria-label={strings.recording.label}>
      <div className="fx-recording__head">
        <StatusIcon status={status} />
        <p className="fx-recording__status" role="status">
          {strings.recording[status]}
          <span className="fx-faint">
            {' · '}
            {strings.recording.count(steps.length)}
          </span>
        </p>
        {!isStopped && <Elapsed since={recording.startedAt} />}
        <span className="fx-composer__gap" />
        {steps.length > 0 && (
          <IconButton
            label={isOpen ? strings.sendPreview.hide : strings.sendPreview.show(strings.recording.label)}
            className="fx-recording__toggle"
            aria-expanded={isOpen}
            onClick={() => setIsOpen(!isOpen)}
          >
            <ChevronDown aria-hidden size={14} />
          </IconButton>
        )}
      </div>
      {failure !== undefined && (
        <p className="fx-notice fx-notice--warning">
          <span>
            {failure.message} {failure.hint}
          </span>
        </p>
      )}
      {steps.length === 0 && <p className="fx-recording__empty">{isStopped ? strings.recording.nothing : strings.recording.empty}</p>}
      {isOpen && steps.length > 0 && <Steps steps={steps} onRemove={isStopped ? actions.removeStep : undefined} />}
      {omitted > 0 && <p className="fx-recording__empty">{strings.recording.omitted(omitted)}</p>}
      {!isStopped && <p className="fx-recording__empty">{strings.recording.privacy}</p>}
      <div className="fx-buttons">
        {isStopped ? (
          <>
            <Button disabled={!canReport || steps.length === 0} onClick={actions.report}>
              <FileText aria-hidden size={14} /> {strings.recording.report}
            </Button>
            <Button look="quiet" onClick={actions.start}>
              <CircleDot aria-hidden size={14} /> {strings.recording.goOn}
            </Button>
          </>
        ) : (
          <Button onClick={actions.stop}>
            <Square aria-hidden size={11} fill="currentColor" /> {strings.recording.stop}
          </Button>
        )}
        <Button look="quiet" onClick={actions.discard}>
          <Trash2 aria-hidden size={14} /> {strings.recording.discard}
        </Button>
      </div>
    </section>
  )
}

function StatusIcon({ status }: Pick<RecordingView, 'status'>) {
  if (status === 'recording') return <span className="fx-recording__light" aria-hidden />
  return status === 'paused' ? <Pause aria-hidden size={14} /> : <FileText aria-hidden size={14} />
}

function Elapsed({ since }: { since: number }) {
  const now = useNow(1_000, true)
  return (
    <span className="fx-recording__elapsed" title={strings.recording.elapsed}>
      {formatElapsed(Math.max(0, now - since))}
    </span>
  )
}

/** The newest is seen, as long as the person has not scrolled up to another. */
function Steps({ steps, onRemove }: { steps: readonly string[]; onRemove: ((index: number) => void) | undefined }) {
  const list = useRef<HTMLOListElement>(null)
  const isAtEnd = useRef(true)
  // biome-ignore lint/correctness/useExhaustiveDependencies: at each step that comes
  useEffect(() => {
    const element = list.current
    if (element && isAtEnd.current) element.scrollTop = element.scrollHeight
  }, [steps.length])
  return (
    <ol
      ref={list}
      className="fx-steps fx-steps--recorded"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
      tabIndex={0}
      aria-label={strings.recording.label}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < 20
      }}
    >
      {steps.map((step, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place in the order
        <li key={index}>
          <span className="fx-steps__text fx-break">{step}</span>
          {onRemove !== undefined && (
            <IconButton className="fx-icon-button--small" label={strings.recording.removeStep(index + 1)} onClick={() => onRemove(index)}>
              <X aria-hidden size={12} />
            </IconButton>
          )}
        </li>
      ))}
    </ol>
  )
}
