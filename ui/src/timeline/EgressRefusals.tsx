import type { SessionState } from '@fixpoint/protocol'
import { ShieldBan } from 'lucide-react'
import { Disclosure } from '../controls/Disclosure.tsx'
import { strings } from '../strings.ts'

/** What the sandbox did not let out in this session, host by host. */
export function EgressRefusals({ refusals }: { refusals: SessionState['egressRefusals'] }) {
  if (refusals.length === 0) return null
  const requests = refusals.reduce((sum, refusal) => sum + refusal.count, 0)
  return (
    <Disclosure icon={<ShieldBan aria-hidden size={14} />} summary={strings.egress.summary(requests, refusals.length)}>
      {() => (
        <>
          <ul className="fx-egress">
            {refusals.map(({ host, port, reason, count }) => (
              <li key={`${host}:${port}:${reason}`}>
                <code className="fx-break">{port === null ? host : `${host}:${port}`}</code>
                <span className="fx-faint">
                  {strings.egress.reason(reason)} · {count}×
                </span>
              </li>
            ))}
          </ul>
          <p className="fx-faint">{strings.egress.hint}</p>
        </>
      )}
    </Disclosure>
  )
}
