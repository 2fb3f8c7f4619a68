import { ERRORS, type Failure } from '@fixpoint/protocol'
import { CircleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { CopyButton } from '../controls/CopyButton.tsx'
import { strings } from '../strings.ts'
import { InlineCode } from '../text/InlineCode.tsx'

export interface ErrorCardProps {
  failure: Failure
  /** What names this occurrence in the server's log, such as a request id. */
  reference?: string | undefined
  /** Everything that somebody who helps will ask for; without it there is no button. */
  diagnostics?: (() => string) | undefined
  /** A failure that is dealt with is told in a lower voice. */
  look?: 'error' | 'warning'
  /** True where it has just come up in answer to what the person did, and is to be read out at once. */
  isAnnounced?: boolean
  /** Buttons: what can be done about it here. */
  children?: ReactNode
}

/** What went wrong, what to do next, and how to name it to somebody who helps. */
export function ErrorCard({ failure, reference, diagnostics, look = 'error', isAnnounced = false, children }: ErrorCardProps) {
  return (
    <div className={`fx-error fx-error--${look}`} role={isAnnounced ? 'alert' : undefined}>
      <CircleAlert className="fx-error__icon" aria-hidden size={16} />
      <div className="fx-error__body">
        <p className="fx-error__title">{ERRORS[failure.code].title}</p>
        <p className="fx-error__message">
          <InlineCode text={failure.message} />
        </p>
        {failure.hint !== '' && (
          <p className="fx-error__hint">
            <InlineCode text={failure.hint} />
          </p>
        )}
        {failure.field !== undefined && <p className="fx-faint">{strings.error.field(failure.field)}</p>}
        <p className="fx-error__reference">
          <code>{failure.code}</code>
          {reference !== undefined && (
            <>
              {' · '}
              <code>{reference}</code>
            </>
          )}
        </p>
        {(children !== undefined || diagnostics !== undefined) && (
          <div className="fx-buttons">
            {children}
            {diagnostics !== undefined && (
              <CopyButton text={diagnostics} label={strings.error.copyDiagnosticsLong}>
                {strings.error.copyDiagnostics}
              </CopyButton>
            )}
          </div>
        )}
      </div>
    </div>
  )
}
