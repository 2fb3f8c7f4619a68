import type { SourceLocation } from '@fixpoint/protocol'
import { strings } from '../strings.ts'

/** File name and line. A place that the server did not find in the repository is marked as not verified. */
export function SourceLabel({ source }: { source: SourceLocation }) {
  const path = source.repositoryPath ?? source.file
  const isVerified = source.repositoryPath !== undefined
  return (
    <span
      className="fx-source"
      data-verified={isVerified}
      title={`${path}:${source.line} · ${isVerified ? strings.source.verified : strings.source.unverified}`}
    >
      <bdi>
        {path.slice(path.lastIndexOf('/') + 1)}:{source.line}
      </bdi>
      {!isVerified && <span className="fx-hidden">{strings.source.unverified}</span>}
    </span>
  )
}
