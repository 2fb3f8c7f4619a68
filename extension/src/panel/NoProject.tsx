import type { SessionSummary } from '@fixpoint/protocol'
import { Button, CodeBox, ErrorCard, InlineCode } from '@fixpoint/ui'
import { EyeOff, Globe, Lock } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { ActiveTab } from '../draft.ts'
import { requestPageAccess } from '../page-access.ts'
import type { ProjectMatch } from './project-match.ts'
import { SessionIcon, SessionLine } from './SessionSwitcher.tsx'
import { strings } from './strings.ts'
import type { WatchedTab } from './tab-to-watch.ts'

interface NoProjectProps {
  watched: WatchedTab | null
  match: ProjectMatch
  sessions: readonly SessionSummary[] | null
  onLookAgain: () => void
  onChoose: (sessionId: string) => void
}

/** The page beside the panel belongs to no project: why, who can change that, and what can be done meanwhile. */
export function NoProject({ watched, match, sessions, onLookAgain, onChoose }: NoProjectProps) {
  return (
    <div className="fp-no-project">
      <Reason watched={watched} match={match} onLookAgain={onLookAgain} />
      {sessions !== null && sessions.length > 0 && (
        <section className="fp-recent">
          <h3 className="fx-label">{strings.page.recent}</h3>
          <ul>
            {sessions.slice(0, 8).map(session => (
              <li key={session.sessionId}>
                <button type="button" className="fp-recent__session" onClick={() => onChoose(session.sessionId)}>
                  <SessionIcon session={session} />
                  <SessionLine session={session} />
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}

function Reason({ watched, match, onLookAgain }: Pick<NoProjectProps, 'watched' | 'match' | 'onLookAgain'>) {
  if (watched !== null && 'failure' in watched) return <ErrorCard failure={watched.failure} />
  const tab = watched?.tab
  if (tab?.problem?.code === 'page_access_needed') return <AccessNeeded tab={tab} />
  if (tab?.problem !== undefined) {
    return (
      <Card icon={<EyeOff aria-hidden size={20} />} title={strings.page.blockedTitle}>
        <p>{tab.problem.message}</p>
        <p className="fp-muted">{tab.problem.hint}</p>
      </Card>
    )
  }
  if (match.status === 'failed') {
    return (
      <ErrorCard failure={match.failure}>
        <Button onClick={onLookAgain}>{strings.page.lookAgain}</Button>
      </ErrorCard>
    )
  }
  if (match.status === 'unmapped') {
    const snippet = strings.page.snippet(match.origin)
    return (
      <Card icon={<Globe aria-hidden size={20} />} title={strings.page.unmappedTitle(match.origin)}>
        <p className="fp-muted">
          <InlineCode text={strings.page.unmapped} />
        </p>
        <CodeBox label={strings.page.copySnippet} copy={{ text: snippet, label: strings.page.copySnippet }} isWrapped>
          {snippet}
        </CodeBox>
        <p className="fp-muted fp-small">
          <code>{match.failure.code}</code>
        </p>
      </Card>
    )
  }
  return <p className="fp-muted fp-center">{strings.header.loading}</p>
}

function AccessNeeded({ tab }: { tab: ActiveTab }) {
  const [message, setMessage] = useState('')
  async function ask() {
    const outcome = await requestPageAccess(tab)
    if (!outcome.ok) setMessage(outcome.failure.message)
    else if (!outcome.value.isGranted) setMessage(strings.page.accessAsked)
  }
  return (
    <Card icon={<Lock aria-hidden size={20} />} title={strings.page.accessTitle}>
      <p className="fp-muted">{strings.page.accessWhy}</p>
      <Button look="primary" onClick={() => void ask()}>
        {strings.page.access}
      </Button>
      {tab.problem !== undefined && tab.problem.hint !== '' && <p className="fp-muted fp-small">{tab.problem.hint}</p>}
      <p role="status" className="fp-small">
        {message}
      </p>
    </Card>
  )
}

function Card({ icon, title, children }: { icon: ReactNode; title: string; children: ReactNode }) {
  return (
    <section className="fp-card">
      <span className="fp-card__icon">{icon}</span>
      <h2>{title}</h2>
      {children}
    </section>
  )
}
