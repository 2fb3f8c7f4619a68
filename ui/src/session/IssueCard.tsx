import type { IssueState } from '@fixpoint/protocol'
import { CircleDot, ExternalLink } from 'lucide-react'
import { Spinner } from '../controls/Spinner.tsx'
import { strings } from '../strings.ts'
import { linkTarget, safeLink } from '../text/safe-link.ts'
import { ErrorCard } from './ErrorCard.tsx'

/** Where a bug report is on its way to the code host: asked for, opened, or why not. */
export function IssueCard({ issue }: { issue: IssueState }) {
  const { status, title, failure, operationId, number } = issue
  if (status === 'failed' && failure !== undefined) {
    return (
      <div data-read="end">
        <ErrorCard failure={failure} reference={operationId} />
      </div>
    )
  }
  const url = safeLink(issue.url)
  return (
    <div className={`fx-pull-request ${status === 'opened' ? 'fx-pull-request--opened' : ''}`} role="status" data-read="end">
      {status === 'opened' ? <CircleDot aria-hidden size={16} /> : <Spinner />}
      <div>
        <p className="fx-pull-request__title">{status === 'opened' ? strings.issue.opened(number) : strings.issue.requested}</p>
        <p className="fx-break">{title}</p>
        {url !== undefined && (
          <a className="fx-button fx-button--secondary" href={url.href} target="_blank" rel="noopener noreferrer">
            <ExternalLink aria-hidden size={14} /> {strings.issue.open(linkTarget(url))}
          </a>
        )}
      </div>
    </div>
  )
}
