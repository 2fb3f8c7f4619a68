import { strings } from '../strings.ts'

/** “+3 −1”, read out as words; what kind of change it is where that says more. */
export function LineCounts({ status, added, removed }: { status?: string; added: number | null; removed: number | null }) {
  const kind =
    status === 'added' ? strings.diff.added : status === 'deleted' ? strings.diff.deleted : status === 'renamed' ? strings.diff.renamed : ''
  return (
    <span className="fx-line-counts">
      {kind !== '' && <span className="fx-line-counts__kind">{kind}</span>}
      {added === null || removed === null ? (
        <span>{strings.diff.binaryShort}</span>
      ) : (
        <>
          <span className="fx-line-counts__added" aria-hidden>
            +{added}
          </span>
          <span className="fx-line-counts__removed" aria-hidden>
            −{removed}
          </span>
          <span className="fx-hidden">{strings.diff.counts(added, removed)}</span>
        </>
      )}
    </span>
  )
}
