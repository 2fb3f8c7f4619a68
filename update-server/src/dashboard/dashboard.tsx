import { useCallback, useEffect, useState } from 'react'
import type { UpdatesStatus } from '../http/status.ts'
import { Releases } from './releases.tsx'
import { RingCard } from './ring-card.tsx'
import { RingDialog } from './ring-dialog.tsx'
import { changeRing, fetchStatus, Refusal } from './server.ts'

/** Milliseconds between two looks at the server. */
const INTERVAL = 5_000

export type ShownExtension = UpdatesStatus['extensions'][number]
export type ShownRing = ShownExtension['rings'][number]

interface DashboardProps {
  token: string
  /** @param reason why the token is not taken; null where the person has signed out */
  onSignOut: (reason: string | null) => void
}

export function Dashboard({ token, onSignOut }: DashboardProps) {
  const [status, setStatus] = useState<UpdatesStatus | null>(null)
  const [trouble, setTrouble] = useState<string | null>(null)
  const [asked, setAsked] = useState<{ extension: ShownExtension; ring: ShownRing } | null>(null)

  const look = useCallback(async () => {
    try {
      setStatus(await fetchStatus(token))
      setTrouble(null)
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) onSignOut(error.message)
      else setTrouble(error instanceof Error ? error.message : String(error))
    }
  }, [token, onSignOut])

  useEffect(() => {
    look()
    const timer = setInterval(look, INTERVAL)
    return () => clearInterval(timer)
  }, [look])

  return (
    <>
      <header className="bar">
        <h1>Fixpoint updates</h1>
        <button type="button" className="quiet" onClick={() => onSignOut(null)}>
          Sign out
        </button>
      </header>
      {trouble !== null && (
        <p className="trouble" role="alert">
          {trouble} {status !== null && 'What is shown is from before.'}
        </p>
      )}
      <main className="content">
        {status === null && trouble === null && <p className="faint">Asking the server …</p>}
        {status?.extensions.map(extension => (
          <section key={extension.id} aria-label={extension.name}>
            <div className="heading">
              <h2>{extension.name}</h2>
              <code className="faint">{extension.id}</code>
            </div>
            <div className="rings">
              {extension.rings.map(ring => (
                <RingCard key={ring.name} ring={ring} onAsk={() => setAsked({ extension, ring })} />
              ))}
            </div>
            <Releases releases={extension.releases} />
          </section>
        ))}
        {status !== null && (
          <footer className="faint">
            Audit log: {status.auditEntries} {status.auditEntries === 1 ? 'entry' : 'entries'}, head{' '}
            <code>{status.auditHead.slice(0, 16)}</code>
          </footer>
        )}
      </main>
      {asked !== null && (
        <RingDialog
          extension={asked.extension}
          ring={asked.ring}
          onClose={() => setAsked(null)}
          onChange={async change => {
            setStatus(await changeRing(token, asked.extension.id, asked.ring.name, change))
            setAsked(null)
          }}
        />
      )}
    </>
  )
}
