import type { ConsoleEntry, FailedRequest, Proof } from '@fixpoint/protocol'
import { CircleX, TriangleAlert, Unplug } from 'lucide-react'
import { strings } from '../strings.ts'

/** Requests that fail after the change and did not before. */
export function newlyFailedRequests({ before, after }: Pick<Proof, 'before' | 'after'>): FailedRequest[] {
  const key = (request: FailedRequest) => `${request.method} ${request.url}`
  const known = new Set(before?.failedRequests.map(key))
  return after?.failedRequests.filter(request => !known.has(key(request))) ?? []
}

/** What the page says on the console after the change and did not before, and the other way round; requests that fail now. */
export function ConsoleChanges({ proof }: { proof: Proof }) {
  const requests = newlyFailedRequests(proof)
  return (
    <>
      <Entries heading={strings.proof.consoleAdded} entries={proof.console.added} look="added" />
      {requests.length > 0 && (
        <>
          <h5 className="fx-label">{strings.proof.requestsAdded}</h5>
          <ul className="fx-console">
            {requests.map(request => (
              <li key={`${request.method} ${request.url}`} className="fx-console__entry" data-look="added">
                <Unplug aria-hidden size={13} />
                <span className="fx-break">
                  {request.method} {request.url} <span className="fx-faint">{request.status ?? request.failure}</span>
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      <Entries heading={strings.proof.consoleGone} entries={proof.console.gone} look="gone" />
    </>
  )
}

function Entries({ heading, entries, look }: { heading: string; entries: readonly ConsoleEntry[]; look: 'added' | 'gone' }) {
  if (entries.length === 0) return null
  return (
    <>
      <h5 className="fx-label">{heading}</h5>
      <ul className="fx-console">
        {entries.map((entry, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the entries of a proof never change
          <li key={index} className="fx-console__entry" data-look={look}>
            {entry.level === 'error' ? (
              <CircleX aria-label={strings.console.error} size={13} />
            ) : (
              <TriangleAlert aria-label={strings.console.warning} size={13} />
            )}
            <span className="fx-break">
              {entry.text}
              {entry.location !== undefined && <span className="fx-console__location">{entry.location}</span>}
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}
