import type { Verdict, VerdictReason } from '@fixpoint/protocol'
import { Check, CircleQuestionMark, Minus, ShieldCheck, ShieldQuestionMark, ShieldX, X } from 'lucide-react'
import { strings } from '../strings.ts'

const VERDICT_ICONS = { verified: ShieldCheck, looks_wrong: ShieldX, unverified: ShieldQuestionMark }

/** The verdict in words, and why: one line for each thing that was looked at. */
export function VerdictHeading({ verdict }: { verdict: Verdict }) {
  const { word, sentence } = strings.verdict[verdict.value]
  const Icon = VERDICT_ICONS[verdict.value]
  return (
    <div className={`fx-verdict fx-verdict--${verdict.value}`}>
      <div className="fx-verdict__head">
        <Icon aria-hidden size={20} />
        <div>
          <h4 className="fx-verdict__word">{word}</h4>
          <p className="fx-verdict__sentence">{sentence}</p>
        </div>
      </div>
      <ul className="fx-reasons" aria-label={strings.proof.reasons}>
        {verdict.reasons.map((reason, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the reasons of a proof never change
          <Reason key={index} reason={reason} />
        ))}
      </ul>
    </div>
  )
}

function Reason({ reason }: { reason: VerdictReason }) {
  const outcome = reason.holds === null ? 'open' : reason.holds ? 'holds' : 'fails'
  const Icon = { open: reason.about === 'vision' ? Minus : CircleQuestionMark, holds: Check, fails: X }[outcome]
  return (
    <li className={`fx-reason fx-reason--${outcome}`}>
      <Icon className="fx-reason__icon" aria-label={strings.proof.reasonOutcome[outcome]} size={14} />
      <span>
        <span className="fx-reason__about">{strings.proof.about[reason.about]}</span> {reason.text}
      </span>
    </li>
  )
}
