import type { CheckResult } from '@fixpoint/protocol'
import { CircleCheck, CircleMinus, CircleX, Timer } from 'lucide-react'
import { useState } from 'react'
import { ArtifactText } from '../artifacts/ArtifactText.tsx'
import { Button } from '../controls/Button.tsx'
import { Disclosure } from '../controls/Disclosure.tsx'
import { formatDuration } from '../duration.ts'
import { strings } from '../strings.ts'
import { OutputText } from '../text/OutputText.tsx'

const OUTCOME_ICONS = { passed: CircleCheck, failed: CircleX, timed_out: Timer, not_run: CircleMinus }

/** The project's own checks, each opening to what it printed. */
export function CheckResults({ checks }: { checks: readonly CheckResult[] }) {
  return (
    <ul className="fx-checks">
      {checks.map(check => {
        const Icon = OUTCOME_ICONS[check.outcome]
        return (
          <li key={check.name}>
            <Disclosure
              className={`fx-check fx-check--${check.outcome}`}
              icon={<Icon aria-label={strings.checks.outcome[check.outcome]} size={14} />}
              summary={
                <>
                  {check.name} <span className="fx-faint">{strings.checks.outcome[check.outcome]}</span>
                </>
              }
              aside={check.outcome === 'not_run' ? undefined : formatDuration(check.durationMs)}
            >
              {() => <Output check={check} />}
            </Disclosure>
          </li>
        )
      })}
    </ul>
  )
}

function Output({ check }: { check: CheckResult }) {
  const [isWhole, setIsWhole] = useState(false)
  return (
    <>
      <p className="fx-faint">
        <code>{check.command}</code>
        {check.outcomeBefore !== undefined && ` · ${strings.checks.before(strings.checks.outcome[check.outcomeBefore])}`}
      </p>
      {isWhole && check.output !== undefined ? (
        <ArtifactText artifactId={check.output}>
          {text => <OutputText text={text} label={strings.checks.output(check.name)} />}
        </ArtifactText>
      ) : (
        check.summary !== '' && <OutputText text={check.summary} label={strings.checks.output(check.name)} />
      )}
      {!isWhole && check.output !== undefined && (
        <Button look="quiet" onClick={() => setIsWhole(true)}>
          {strings.checks.wholeOutput}
        </Button>
      )}
    </>
  )
}
