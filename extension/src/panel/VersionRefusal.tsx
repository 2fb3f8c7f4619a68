import type { Failure } from '@fixpoint/protocol'
import { Button, ErrorCard } from '@fixpoint/ui'
import { useState } from 'react'
import { waitingUpdateState } from './storage.ts'
import { strings } from './strings.ts'
import { useStoredValue } from './use-stored-value.ts'

/** Whether the versions of server and extension are too far apart; pairing again would not help. */
export function isVersionRefusal({ code }: Pick<Failure, 'code'>): boolean {
  return code === 'client_too_old' || code === 'protocol_unsupported'
}

interface VersionRefusalProps {
  failure: Failure
  serverUrl: string
  onRetry: () => void
}

/** Which side is too old, and what can be done. An update that waits already is offered in the line above. */
export function VersionRefusal({ failure, serverUrl, onRetry }: VersionRefusalProps) {
  const waiting = useStoredValue(waitingUpdateState)
  const isTooOld = failure.code === 'client_too_old'
  const [search, setSearch] = useState<'looking' | 'none' | 'coming' | 'failed' | null>(null)

  async function lookForUpdate() {
    setSearch('looking')
    try {
      const { status } = await chrome.runtime.requestUpdateCheck()
      // Chrome answers “throttled” to whoever asks too often; it has looked shortly before.
      setSearch(status === 'update_available' ? 'coming' : 'none')
    } catch (error) {
      console.error(error)
      setSearch('failed')
    }
  }

  const told = isTooOld ? { ...failure, hint: strings.update.tooOld } : { ...failure, hint: strings.update.tooNew }
  return (
    <>
      <ErrorCard failure={told} reference={serverUrl}>
        {isTooOld && waiting === null && (
          <Button look="primary" disabled={search === 'looking'} onClick={() => void lookForUpdate()}>
            {search === 'looking' ? strings.update.looking : strings.update.look}
          </Button>
        )}
        <Button onClick={onRetry}>{strings.update.again}</Button>
      </ErrorCard>
      <p className="fp-muted" role="status">
        {waiting === null && search !== null && search !== 'looking' && strings.update[search]}
      </p>
    </>
  )
}
