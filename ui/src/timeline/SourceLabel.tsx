import type { SourceLocation } from '@fixpoint/protocol'
import { strings } from '../strings.ts'

interface SourceLabelProps {
  source: SourceLocation
  /** Whether the server has looked for the place in the repository; before a prompt is sent nobody has. */
  isChecked?: boolean
}

/** File name and line. A place that the server did not find in the repository is marked as not verified. */
export function SourceLabel({ source, isChecked = true }: SourceLabelProps) {
  const path = source.repositoryPath ?? source.file
  const line = source.line === undefined ? '' : `:${source.line}`
  const state = !isChecked ? 'unchecked' : source.repositoryPath === undefined ? 'unverified' : 'verified'
  return (
    <span className="fx-source" data-state={state} title={`${path}${line} · ${strings.source[state]}`}>
      <bdi>
        {path.slice(path.lastIndexOf('/') + 1)}
        {line}
      </bdi>
      {state === 'unverified' && <span className="fx-hidden">{strings.source.unverified}</span>}
    </span>
  )
}
