import type { Proof } from '@fixpoint/protocol'
import { FileDiff, ListChecks, Palette, ScanEye, Terminal } from 'lucide-react'
import { memo, type ReactNode, useState } from 'react'
import { ArtifactText } from '../artifacts/ArtifactText.tsx'
import { Dialog } from '../controls/Dialog.tsx'
import { Disclosure } from '../controls/Disclosure.tsx'
import { DiffView } from '../diff/DiffView.tsx'
import { LineCounts } from '../diff/LineCounts.tsx'
import { strings } from '../strings.ts'
import { CheckResults } from './CheckResults.tsx'
import { ConsoleChanges, newlyFailedRequests } from './ConsoleChanges.tsx'
import { PictureCompare } from './PictureCompare.tsx'
import { picturePairs } from './picture-pairs.ts'
import { countChanges, StyleChanges } from './StyleChanges.tsx'
import { VerdictHeading } from './VerdictHeading.tsx'

interface ProofCardProps {
  proof: Proof
  /** Buttons at the card's foot, such as “Create pull request”. */
  actions?: ReactNode
}

/** What was seen before and after, and what follows from it. */
export const ProofCard = memo(function ProofCard({ proof, actions }: ProofCardProps) {
  return (
    <section
      className="fx-proof"
      aria-label={strings.proof.label(strings.verdict[proof.verdict.value].word)}
      data-verdict={proof.verdict.value}
      data-read="start"
    >
      <VerdictHeading verdict={proof.verdict} />
      <Pictures proof={proof} />
      <div className="fx-proof__sections">
        <StyleSection proof={proof} />
        <CodeSection proof={proof} />
        <CheckSection proof={proof} />
        <ConsoleSection proof={proof} />
        <VisionSection proof={proof} />
      </div>
      <ProofFacts proof={proof} />
      {actions !== undefined && actions !== null && <div className="fx-proof__actions">{actions}</div>}
    </section>
  )
})

function Pictures({ proof }: { proof: Proof }) {
  const [isLarge, setIsLarge] = useState(false)
  const pairs = picturePairs(proof)
  const { deviceScaleFactor } = proof.viewport
  if (pairs.length === 0) return <p className="fx-proof__no-pictures">{strings.proof.noPictures}</p>
  return (
    <div className="fx-proof__pictures">
      <PictureCompare pairs={pairs} deviceScaleFactor={deviceScaleFactor} onEnlarge={() => setIsLarge(true)} />
      {isLarge && (
        <Dialog label={strings.proof.enlarged} onClose={() => setIsLarge(false)}>
          <PictureCompare pairs={pairs} deviceScaleFactor={deviceScaleFactor} isLarge />
        </Dialog>
      )}
    </div>
  )
}

/** So many lines are read at a glance; longer tables begin folded. */
const STYLES_OPEN_UP_TO = 8

function StyleSection({ proof }: { proof: Proof }) {
  const changed = proof.picks.filter(pick => countChanges(pick) > 0)
  const count = changed.reduce((sum, pick) => sum + countChanges(pick), 0)
  if (count === 0) return null
  return (
    <Disclosure
      className="fx-proof__section"
      icon={<Palette aria-hidden size={14} />}
      summary={strings.proof.styles}
      aside={count}
      isOpenAtFirst={count <= STYLES_OPEN_UP_TO}
    >
      {() =>
        changed.map(pick => (
          <div key={pick.number}>
            {proof.picks.length > 1 && (
              <h5 className="fx-label">
                <span className="fx-pick__number">{pick.number}</span> {pick.label}
              </h5>
            )}
            <StyleChanges pick={pick} />
          </div>
        ))
      }
    </Disclosure>
  )
}

function CodeSection({ proof }: { proof: Proof }) {
  const { diff, files } = proof
  if (files.length === 0) return null
  const sum = (side: 'added' | 'removed') => files.reduce((total, file) => total + (file[side] ?? 0), 0)
  return (
    <Disclosure
      className="fx-proof__section"
      icon={<FileDiff aria-hidden size={14} />}
      summary={
        <>
          {strings.proof.code} <span className="fx-faint">{strings.proof.files(files.length)}</span>
        </>
      }
      aside={<LineCounts added={sum('added')} removed={sum('removed')} />}
    >
      {() =>
        diff === undefined ? (
          <ul className="fx-files">
            {files.map(file => (
              <li key={file.path}>
                <bdi className="fx-break">{file.path}</bdi> <LineCounts {...file} />
              </li>
            ))}
          </ul>
        ) : (
          <ArtifactText artifactId={diff}>{text => <DiffView text={text} />}</ArtifactText>
        )
      }
    </Disclosure>
  )
}

function CheckSection({ proof }: { proof: Proof }) {
  const { checks } = proof
  if (checks.length === 0) return null
  const isBad = checks.some(check => check.outcome === 'failed' || check.outcome === 'timed_out')
  return (
    <Disclosure
      className="fx-proof__section"
      icon={<ListChecks aria-hidden size={14} />}
      summary={strings.proof.checks}
      aside={strings.checks.tally(checks.map(check => check.outcome))}
      isOpenAtFirst={isBad}
    >
      {() => <CheckResults checks={checks} />}
    </Disclosure>
  )
}

function ConsoleSection({ proof }: { proof: Proof }) {
  const added = proof.console.added.length + newlyFailedRequests(proof).length
  const gone = proof.console.gone.length
  if (added + gone === 0) return null
  return (
    <Disclosure
      className="fx-proof__section"
      icon={<Terminal aria-hidden size={14} />}
      summary={strings.proof.console}
      aside={strings.proof.consoleTally(added, gone)}
      isOpenAtFirst={added > 0}
    >
      {() => <ConsoleChanges proof={proof} />}
    </Disclosure>
  )
}

function VisionSection({ proof }: { proof: Proof }) {
  const { vision, visionMissing } = proof
  if (vision === undefined) {
    return visionMissing === undefined ? null : (
      <p className="fx-proof__section fx-proof__line">
        <ScanEye aria-hidden size={14} /> <span>{visionMissing}</span>
      </p>
    )
  }
  return (
    <Disclosure
      className="fx-proof__section"
      icon={<ScanEye aria-hidden size={14} />}
      summary={strings.proof.vision}
      aside={strings.proof.visionAnswer[vision.answer]}
    >
      {() => (
        <>
          <ul className="fx-bullets">
            {vision.reasons.map(reason => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
          <p className="fx-faint">{strings.proof.visionRole(vision.model)}</p>
        </>
      )}
    </Disclosure>
  )
}

function ProofFacts({ proof }: { proof: Proof }) {
  const { viewport, path, colorScheme, before, after } = proof
  const isUnstable = before?.isStable === false || after?.isStable === false
  return (
    <p className="fx-proof__facts">
      <code className="fx-break">{path}</code>
      <span>
        {viewport.width} × {viewport.height}
        {viewport.deviceScaleFactor === 1 ? '' : ` @${viewport.deviceScaleFactor}×`}
      </span>
      <span>{strings.colorScheme[colorScheme]}</span>
      {after !== undefined && <span>{strings.proof.commit(after.commit.slice(0, 7))}</span>}
      {isUnstable && <span>{strings.proof.unstable}</span>}
    </p>
  )
}
