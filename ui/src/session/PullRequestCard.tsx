import type { PullRequestState } from '@fixpoint/protocol'
import { ExternalLink, GitBranch, GitPullRequestArrow } from 'lucide-react'
import type { ReactNode } from 'react'
import { Spinner } from '../controls/Spinner.tsx'
import { strings } from '../strings.ts'
import { CodeBox } from '../text/CodeBox.tsx'
import { linkTarget, safeLink } from '../text/safe-link.ts'
import { ErrorCard } from './ErrorCard.tsx'

interface PullRequestCardProps {
  pullRequest: PullRequestState
  diagnostics?: (() => string) | undefined
  /** Buttons of a failed attempt. */
  failureActions?: ReactNode
}

/** Where the session's pull request is: on its way, opened, or why not. */
export function PullRequestCard({ pullRequest, diagnostics, failureActions }: PullRequestCardProps) {
  switch (pullRequest.status) {
    case 'requested':
      return (
        <div className="fx-pull-request" role="status" data-read="end">
          <Spinner />
          <div>
            <p className="fx-pull-request__title">{strings.pullRequest.requested}</p>
            <Branch name={pullRequest.branch} />
          </div>
        </div>
      )
    case 'failed':
      return (
        <div data-read="end">
          <ErrorCard failure={pullRequest.failure} reference={pullRequest.operationId} diagnostics={diagnostics}>
            {failureActions}
          </ErrorCard>
        </div>
      )
    case 'opened': {
      const url = safeLink(pullRequest.url)
      return (
        <div className="fx-pull-request fx-pull-request--opened" data-read="end">
          <GitPullRequestArrow aria-hidden size={16} />
          <div>
            <p className="fx-pull-request__title">
              {url === undefined ? strings.pullRequest.pushed : strings.pullRequest.opened(pullRequest.number)}
            </p>
            <Branch name={pullRequest.branch} commit={pullRequest.commit} />
            {url === undefined ? (
              <LocalCommands branch={pullRequest.branch} />
            ) : (
              <a className="fx-button fx-button--secondary" href={url.href} target="_blank" rel="noopener noreferrer">
                <ExternalLink aria-hidden size={14} /> {strings.pullRequest.open(linkTarget(url))}
              </a>
            )}
          </div>
        </div>
      )
    }
  }
}

function Branch({ name, commit }: { name: string; commit?: string }) {
  return (
    <p className="fx-pull-request__branch">
      <GitBranch aria-hidden size={13} />
      <code className="fx-break">{name}</code>
      {commit !== undefined && <code className="fx-faint">{commit.slice(0, 7)}</code>}
    </p>
  )
}

/** Without a page to open: what to type in a clone to look at the branch. */
function LocalCommands({ branch }: { branch: string }) {
  const commands = `git fetch origin ${shellWord(`refs/heads/${branch}`)}\ngit log -p origin/HEAD..FETCH_HEAD`
  return (
    <CodeBox label={strings.pullRequest.commands} copy={{ text: commands, label: strings.copy.commands }} isWrapped>
      {commands}
    </CodeBox>
  )
}

/** A word that a shell takes as it is. */
function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
