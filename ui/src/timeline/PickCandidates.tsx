import type { SourceCandidate } from '@fixpoint/protocol'
import { FileSearch } from 'lucide-react'
import { Disclosure } from '../controls/Disclosure.tsx'
import { strings } from '../strings.ts'

/** A pick whose place in the source is not known for sure. */
interface CandidatesOfPick {
  number: number
  label: string
  candidates?: readonly SourceCandidate[] | undefined
}

/** Where picks may be written, and why. That nothing of it is verified is said before anything else. */
export function PickCandidates({ picks }: { picks: readonly CandidatesOfPick[] }) {
  const searched = picks.flatMap(({ number, label, candidates = [] }) => (candidates.length > 0 ? [{ number, label, candidates }] : []))
  if (searched.length === 0) return null
  return (
    <Disclosure
      className="fx-disclosure--quiet"
      icon={<FileSearch aria-hidden size={13} />}
      summary={strings.candidates.title}
      aside={strings.candidates.notVerified}
    >
      {() => (
        <ul className="fx-candidates">
          {searched.map(({ number, label, candidates }) => (
            <li key={number}>
              <p className="fx-candidates__pick">
                <span className="fx-pick__number">{number}</span> <span className="fx-break">{label}</span>
              </p>
              <ol>
                {candidates.map(({ path, line, reasons }) => (
                  <li key={path}>
                    <bdi className="fx-candidates__path">
                      {path}
                      {line !== undefined && `:${line}`}
                    </bdi>
                    <span className="fx-candidates__reasons">{reasons.join(' · ')}</span>
                  </li>
                ))}
              </ol>
            </li>
          ))}
        </ul>
      )}
    </Disclosure>
  )
}
