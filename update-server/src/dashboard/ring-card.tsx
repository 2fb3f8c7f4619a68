import type { ShownRing } from './dashboard.tsx'

interface RingCardProps {
  ring: ShownRing
  /** The person wants to halt the ring, or to resume it. */
  onAsk: () => void
}

/** What one ring offers, who asks there, and the button that stops it. */
export function RingCard({ ring, onAsk }: RingCardProps) {
  const isHalted = ring.haltReason !== null
  return (
    <article className={isHalted ? 'ring halted' : 'ring'} aria-label={`Ring ${ring.name}`}>
      <div className="ring-top">
        <h3>{ring.name}</h3>
        <Badge ring={ring} />
      </div>
      <p className="version">{ring.offered ?? 'Nothing yet'}</p>
      <p className="ring-note">{noteOf(ring)}</p>
      <VersionsSeen seen={ring.versionsSeen} />
      <div className="ring-foot">
        {isHalted ? (
          <button type="button" onClick={onAsk}>
            Resume …
          </button>
        ) : (
          <button type="button" className="danger" onClick={onAsk}>
            Halt …
          </button>
        )}
      </div>
    </article>
  )
}

function Badge({ ring }: { ring: ShownRing }) {
  if (ring.haltReason !== null) return <span className="badge bad">Halted</span>
  if (ring.offered === null) return <span className="badge">Empty</span>
  return <span className="badge good">{ring.percentage === 100 ? 'Offered to all' : `Offered to ${ring.percentage} %`}</span>
}

function noteOf({ haltReason, percentage, otherwise, offered }: ShownRing): string {
  if (haltReason !== null) return haltReason
  if (offered === null) return 'No release has been promoted here.'
  if (percentage === 100) return 'Every browser of the ring.'
  return otherwise === null ? 'The others are offered nothing.' : `The others are offered ${otherwise}.`
}

/** Update checks since the server's start, by the version that the browser has. */
function VersionsSeen({ seen }: { seen: Readonly<Record<string, number>> }) {
  const rows = Object.entries(seen).toSorted(([, a], [, b]) => b - a)
  const most = Math.max(1, ...rows.map(([, count]) => count))
  return (
    <div className="seen">
      <h4>Update checks, by the version that the browser has</h4>
      {rows.length === 0 && <p className="faint">None since the server was started.</p>}
      <ul>
        {rows.map(([version, count]) => (
          <li key={version}>
            <span className="seen-version">{labelOf(version)}</span>
            <span className="seen-track" aria-hidden="true">
              <span className="seen-bar" style={{ width: `${(count / most) * 100}%` }} />
            </span>
            <span className="seen-count">{count.toLocaleString('en')}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}

function labelOf(version: string): string {
  if (version === 'none') return 'not installed'
  return version === 'other' ? 'unknown' : version
}
