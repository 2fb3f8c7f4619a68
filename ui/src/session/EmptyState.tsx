import { CircleDot, CornerDownLeft, Crosshair } from 'lucide-react'
import { Button } from '../controls/Button.tsx'
import { strings } from '../strings.ts'

interface EmptyStateProps {
  onPoint: () => void
  /** Records what the person does on the page. */
  onRecord?: (() => void) | undefined
  /** The key that does the same, where one is set. */
  pointKey?: string | undefined
  /** Why nothing can be pointed at here. */
  pointingBlocked?: string | undefined
  /** Requests that the project offers to somebody who has not asked for anything yet. */
  suggestions: readonly string[]
  onSuggestion: (text: string) => void
}

/** A session before its first prompt: one sentence, one button, and what one could ask. */
export function EmptyState({ onPoint, onRecord, pointKey, pointingBlocked, suggestions, onSuggestion }: EmptyStateProps) {
  return (
    <div className="fx-empty">
      <div className="fx-empty__mark" aria-hidden>
        <Crosshair size={22} strokeWidth={1.75} />
      </div>
      <h2 className="fx-empty__sentence">{strings.empty.sentence}</h2>
      <Button look="primary" disabled={pointingBlocked !== undefined} title={pointingBlocked} onClick={onPoint}>
        <Crosshair aria-hidden size={14} /> {strings.empty.point}
        {pointKey !== undefined && <kbd className="fx-kbd">{pointKey}</kbd>}
      </Button>
      {onRecord !== undefined && (
        <Button look="quiet" disabled={pointingBlocked !== undefined} title={strings.recording.startHint} onClick={onRecord}>
          <CircleDot aria-hidden size={14} /> {strings.empty.record}
        </Button>
      )}
      {pointingBlocked !== undefined && <p className="fx-faint">{pointingBlocked}</p>}
      {suggestions.length > 0 && (
        <div className="fx-empty__suggestions">
          <h3 className="fx-label">{strings.empty.suggestions}</h3>
          <ul>
            {suggestions.map(suggestion => (
              <li key={suggestion}>
                <button type="button" className="fx-suggestion" onClick={() => onSuggestion(suggestion)}>
                  <span>{suggestion}</span>
                  <CornerDownLeft aria-hidden size={13} />
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  )
}
