import { Button } from '@fixpoint/ui'
import { Check } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { BrandMark } from './BrandMark.tsx'
import { PairingScreen } from './PairingScreen.tsx'
import { pairingLinkInHash } from './pairing.ts'
import { Shortcuts } from './Shortcuts.tsx'
import { connectionSetting } from './storage.ts'
import { strings } from './strings.ts'
import { useStoredValue } from './use-stored-value.ts'
import { useTheme } from './use-theme.ts'

/** What Fixpoint is, and the few steps until it can be used. */
export function WelcomePage() {
  useTheme()
  const saved = useStoredValue(connectionSetting)
  const [offeredLink, setOfferedLink] = useState(() => pairingLinkInHash(location.hash))
  const isPinned = useIsPinned()
  const isPairing = saved === null || (saved !== undefined && offeredLink !== null)
  return (
    <main className="fp-page">
      <div className="fp-welcome">
        <BrandMark />
        <h1>{strings.welcome.title}</h1>
        <p className="fp-muted">{strings.welcome.intro}</p>
      </div>
      <ol className="fp-steps">
        <Step number={1} title={strings.welcome.connect} isDone={!isPairing}>
          {isPairing ? (
            <PairingScreen
              offeredLink={offeredLink}
              onPaired={() => setOfferedLink(null)}
              onCancel={saved === null ? undefined : () => setOfferedLink(null)}
            />
          ) : (
            saved && <p className="fp-muted">{strings.welcome.connected(saved.serverUrl)}</p>
          )}
        </Step>
        <Step number={2} title={strings.welcome.pin} isDone={isPinned}>
          <p className="fp-muted">{isPinned ? strings.welcome.pinned : strings.welcome.pinText}</p>
        </Step>
        <Step number={3} title={strings.welcome.point} isDone={false}>
          <p className="fp-muted">{strings.welcome.pointText}</p>
          <Button look="primary" disabled={!saved} onClick={() => void openPanel()}>
            {strings.welcome.openPanel}
          </Button>
        </Step>
      </ol>
      <section className="fp-section">
        <h2>{strings.welcome.shortcuts}</h2>
        <Shortcuts />
      </section>
    </main>
  )
}

function Step({ number, title, isDone, children }: { number: number; title: string; isDone: boolean; children: ReactNode }) {
  return (
    <li className="fp-step" data-done={isDone || undefined}>
      <span className="fp-step__number">{isDone ? <Check aria-hidden size={14} /> : number}</span>
      <div className="fp-step__body">
        <h2>{title}</h2>
        {children}
      </div>
    </li>
  )
}

async function openPanel() {
  const tab = await chrome.tabs.getCurrent()
  if (tab !== undefined) await chrome.sidePanel.open({ windowId: tab.windowId })
}

/** Whether the icon is in the toolbar. Chrome tells no one when that changes, so it is looked at when the page is. */
function useIsPinned(): boolean {
  const [isPinned, setIsPinned] = useState(false)
  useEffect(() => {
    const look = () => void chrome.action.getUserSettings().then(({ isOnToolbar }) => setIsPinned(isOnToolbar ?? false))
    look()
    const timer = setInterval(look, 2_000)
    return () => clearInterval(timer)
  }, [])
  return isPinned
}
