import type { Failure } from '@fixpoint/protocol'
import { useNow } from '../clock.tsx'
import { Button } from '../controls/Button.tsx'
import { strings } from '../strings.ts'

/** How the client stands with the server. */
export type Connection =
  | { status: 'connecting' }
  | { status: 'connected' }
  /** The connection was lost and comes back by itself; `retryAt` in ms since 1970. */
  | { status: 'reconnecting'; retryAt?: number }
  /** The server refuses this client; it does not come back by itself. */
  | { status: 'refused'; failure: Failure }

/** A dot with a word for the header. */
export function ConnectionDot({ connection }: { connection: Connection }) {
  const word = strings.connection[connection.status]
  return (
    <span className={`fx-connection fx-connection--${connection.status}`} title={word} role="status">
      <span className="fx-connection__dot" aria-hidden />
      <span className={connection.status === 'connected' ? 'fx-hidden' : 'fx-connection__word'}>{word}</span>
    </span>
  )
}

/** A line below the header while the connection is lost. */
export function ConnectionBanner({ connection, onRetry }: { connection: Connection; onRetry: () => void }) {
  const isWaiting = connection.status === 'reconnecting'
  const now = useNow(500, isWaiting)
  if (!isWaiting) return null
  const seconds = connection.retryAt === undefined ? 0 : Math.ceil((connection.retryAt - now) / 1000)
  return (
    <div className="fx-banner">
      <span>
        {strings.connection.lost} {seconds > 0 ? strings.connection.retryIn(seconds) : strings.connection.retrying}
      </span>
      <Button look="quiet" onClick={onRetry}>
        {strings.connection.retry}
      </Button>
    </div>
  )
}
