import type { SessionSummary } from '@fixpoint/protocol'
import { formatAgo, Menu, MenuItem, Spinner, useNow } from '@fixpoint/ui'
import { Archive, ChevronsUpDown, Circle, Clock, GitBranch, Plus, ShieldCheck, ShieldQuestionMark, ShieldX } from 'lucide-react'
import { strings } from './strings.ts'

interface SessionSwitcherProps {
  title: string
  /** The project and its branch, or why there is none. */
  place: { name: string; branch?: string | undefined }
  sessions: readonly SessionSummary[] | null
  sessionId: string | null
  canStart: boolean
  onOpen: () => void
  onChoose: (sessionId: string | null) => void
}

/** What is shown now, and the way to everything else. */
export function SessionSwitcher({ title, place, sessions, sessionId, canStart, onOpen, onChoose }: SessionSwitcherProps) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the list is brought up to date before the button inside opens it
    <div className="fp-switcher" onPointerDown={onOpen} onKeyDown={onOpen}>
      <Menu
        label={`${strings.header.sessions}: ${title}`}
        className="fp-switcher__button"
        align="start"
        button={
          <>
            <span className="fp-switcher__words">
              <span className="fp-switcher__title">{title}</span>
              <span className="fp-switcher__place">
                <span>{place.name}</span>
                {place.branch !== undefined && (
                  <>
                    <GitBranch aria-hidden size={11} />
                    <span>{place.branch}</span>
                  </>
                )}
              </span>
            </span>
            <ChevronsUpDown aria-hidden size={14} />
          </>
        }
      >
        {close => {
          const choose = (chosen: string | null) => () => {
            close()
            onChoose(chosen)
          }
          return (
            <>
              <MenuItem icon={<Plus aria-hidden size={14} />} disabled={!canStart} isChosen={sessionId === null} onSelect={choose(null)}>
                {strings.header.newSession}
              </MenuItem>
              {sessions?.map(session => (
                <MenuItem
                  key={session.sessionId}
                  icon={<SessionIcon session={session} />}
                  isChosen={session.sessionId === sessionId}
                  onSelect={choose(session.sessionId)}
                >
                  <SessionLine session={session} />
                </MenuItem>
              ))}
              {sessions?.length === 0 && <p className="fp-switcher__none">{strings.header.noSessions}</p>}
            </>
          )
        }}
      </Menu>
    </div>
  )
}

/** Title, and how long ago something happened. */
export function SessionLine({ session }: { session: SessionSummary }) {
  const now = useNow(60_000, true)
  return (
    <span className="fp-session-line" data-closed={session.status === 'closed' || undefined}>
      <span className="fp-session-line__title">{session.title || strings.header.untitled}</span>
      <span className="fp-session-line__ago">{formatAgo(Date.parse(session.updatedAt), now)}</span>
    </span>
  )
}

const VERDICT_ICONS = { verified: ShieldCheck, looks_wrong: ShieldX, unverified: ShieldQuestionMark }

export function SessionIcon({ session: { status, verdict } }: { session: SessionSummary }) {
  if (status === 'running') return <Spinner />
  if (status === 'queued') return <Clock aria-label={strings.header.status.queued} size={14} />
  if (status === 'closed') return <Archive aria-label={strings.header.status.closed} size={14} />
  if (verdict === null) return <Circle aria-hidden size={14} />
  const Icon = VERDICT_ICONS[verdict]
  return <Icon aria-hidden size={14} className={`fp-verdict-icon fp-verdict-icon--${verdict}`} />
}
