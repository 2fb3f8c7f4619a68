import { ErrorCard } from '@fixpoint/ui'
import { placeOf } from './composer-draft.ts'
import { PairingScreen } from './PairingScreen.tsx'
import type { SavedConnection } from './settings.ts'
import { strings } from './strings.ts'
import { useProject } from './use-project.ts'
import { type ServerLink, useServer } from './use-server.ts'
import { useWatchedTab } from './use-watched-tab.ts'
import { isVersionRefusal, VersionRefusal } from './VersionRefusal.tsx'
import { Workspace } from './Workspace.tsx'

/** The panel of a browser that is paired with a server. */
export function Panel({ saved }: { saved: SavedConnection }) {
  const link = useServer(saved)
  if (link === null) return null
  if (link.connection.status === 'refused') {
    const { failure } = link.connection
    if (isVersionRefusal(failure)) {
      return (
        <div className="fp-scroll fp-pad">
          <VersionRefusal failure={failure} serverUrl={saved.serverUrl} onRetry={link.retryConnection} />
        </div>
      )
    }
    return (
      <div className="fp-scroll fp-pad">
        <ErrorCard failure={failure} reference={saved.serverUrl} />
        <PairingScreen onPaired={link.retryConnection} />
      </div>
    )
  }
  return <LinkedPanel link={link} />
}

function LinkedPanel({ link }: { link: ServerLink }) {
  const watched = useWatchedTab()
  const url = watched !== null && 'tab' in watched ? watched.tab.url : undefined
  const found = useProject(link.server, url, link.connection.status === 'connected')
  // Drafts of pages without a project are kept together: what is written there goes to a session that was chosen by hand.
  const place = found.match.status === 'matched' ? placeOf(found.url) : 'elsewhere'
  if (watched === null || found.match.status === 'loading') return <p className="fp-muted fp-center fp-pad">{strings.header.loading}</p>
  return <Workspace key={place} link={link} watched={watched} match={found.match} onLookAgain={found.retry} place={place} />
}
