import { X } from 'lucide-react'
import { Button } from '../controls/Button.tsx'
import { Spinner } from '../controls/Spinner.tsx'
import { strings } from '../strings.ts'
import { SourceLabel } from '../timeline/SourceLabel.tsx'
import type { PreviewPick } from './context-preview.ts'

interface PickChipsProps {
  picks: readonly PreviewPick[]
  onRemove: (number: number) => void
  /** Of the pick that is a frame of another site. */
  onPointInside: (number: number) => void
}

/** What was pointed at, with the numbers that the page shows too. */
export function PickChips({ picks, onRemove, onPointInside }: PickChipsProps) {
  if (picks.length === 0) return null
  const frame = picks.findLast(pick => pick.frameHost !== undefined)
  return (
    <>
      <ul className="fx-composer__picks" aria-label={strings.prompt.picks}>
        {picks.map(pick => (
          <li key={pick.number} className="fx-pick" title={pick.selector}>
            <span className="fx-pick__number">{pick.number}</span>
            {pick.cropUrl !== undefined && (
              <span className="fx-pick__crop">
                <img src={pick.cropUrl} alt={strings.prompt.cropOf(pick.label)} draggable={false} />
              </span>
            )}
            <span className="fx-pick__label">{pick.label}</span>
            {pick.source !== undefined && <SourceLabel source={pick.source} isChecked={false} />}
            {!pick.isComplete && <Spinner size={11} />}
            <button
              type="button"
              className="fx-pick__remove"
              aria-label={strings.composer.removePick(pick.number, pick.label)}
              title={strings.composer.remove}
              onClick={() => onRemove(pick.number)}
            >
              <X aria-hidden size={12} />
            </button>
          </li>
        ))}
      </ul>
      {frame?.frameHost !== undefined && (
        <div className="fx-composer__offer">
          <p>{strings.frames.why(frame.frameHost)}</p>
          <Button title={strings.frames.offer(frame.frameHost)} onClick={() => onPointInside(frame.number)}>
            {strings.frames.offer(frame.frameHost)}
          </Button>
        </div>
      )}
    </>
  )
}
