import { BrandMark } from './BrandMark.tsx'
import { PairingScreen } from './PairingScreen.tsx'
import { Panel } from './Panel.tsx'
import { pairingLinkInHash } from './pairing.ts'
import { connectionSetting } from './storage.ts'
import { useStoredValue } from './use-stored-value.ts'
import { useTheme } from './use-theme.ts'

/** The side panel. A pairing link in its address is offered before anything else. */
export function App() {
  useTheme()
  const saved = useStoredValue(connectionSetting)
  const offeredLink = pairingLinkInHash(location.hash)
  if (saved === undefined) return null
  if (saved === null || offeredLink !== null) {
    return (
      <div className="fp-scroll">
        <BrandMark />
        <PairingScreen offeredLink={offeredLink} onPaired={openWithoutLink} onCancel={saved === null ? undefined : openWithoutLink} />
      </div>
    )
  }
  return <Panel key={saved.token} saved={saved} />
}

/** The link is used up; loaded again without it, the panel is an ordinary one. */
function openWithoutLink() {
  location.replace(`${location.pathname}${location.search}`)
}
