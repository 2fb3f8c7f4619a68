import { Button } from '@fixpoint/ui'
import { sendMessage } from '../messages.ts'
import { waitingUpdateState } from './storage.ts'
import { strings } from './strings.ts'
import { useStoredValue } from './use-stored-value.ts'

/** A line while an update waits; nothing otherwise. */
export function UpdateLine() {
  const waiting = useStoredValue(waitingUpdateState)
  return (
    <div role="status">
      {waiting != null && (
        <div className="fp-update">
          <span>{waiting.isWanted ? strings.update.applying : strings.update.ready(waiting.version)}</span>
          {!waiting.isWanted && (
            <Button look="quiet" title={strings.update.what} onClick={applyUpdate}>
              {strings.update.now}
            </Button>
          )}
        </div>
      )}
    </div>
  )
}

function applyUpdate() {
  sendMessage('applyUpdate', null).then(
    outcome => {
      if (!outcome.ok) console.error(outcome.failure)
    },
    (error: unknown) => console.error(error)
  )
}
