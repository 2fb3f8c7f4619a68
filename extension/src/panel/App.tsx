import { BrandMark } from './BrandMark.tsx'
import { PairingScreen } from './PairingScreen.tsx'
import { Panel } from './Panel.tsx'
import { pairingLinkInHash } from './pairing.ts'
import { connectionSetting, managedServerSetting } from './storage.ts'
import { UpdateLine } from './UpdateLine.tsx'
import { useDraftsReady } from './use-drafts-ready.ts'
import { PanelReporting, usePanelReporter } from './use-panel-report.ts'
import { useStoredValue } from './use-stored-value.ts'
import { useTheme } from './use-theme.ts'

/** The side panel. A pairing link in its address is offered before anything else. */
export function App() {
  useTheme()
  const reporter = usePanelReporter()
  const areDraftsReady = useDraftsReady()
  if (!areDraftsReady) return null
  return (
    <PanelReporting value={reporter}>
      <UpdateLine />
      <PairedOrNot />
    </PanelReporting>
  )
}

function PairedOrNot() {
  const saved = useStoredValue(connectionSetting)
  const managed = useStoredValue(managedServerSetting)
  const offeredLink = pairingLinkInHash(location.hash)
  if (saved === undefined || managed === undefined) return null
  // A connection from before the organisation named its server does not serve any more.
  const isElsewhere = managed !== null && saved !== null && saved.serverUrl !== managed
  if (saved === null || isElsewhere || offeredLink !== null) {
    return (
      <div className="fp-scroll">
        <BrandMark />
        <PairingScreen
          offeredLink={offeredLink}
          onPaired={openWithoutLink}
          onCancel={saved === null || isElsewhere ? undefined : openWithoutLink}
        />
      </div>
    )
  }
  return <Panel key={saved.token} saved={saved} />
}

/** The link is used up; loaded again without it, the panel is an ordinary one. */
function openWithoutLink() {
  location.replace(`${location.pathname}${location.search}`)
}
