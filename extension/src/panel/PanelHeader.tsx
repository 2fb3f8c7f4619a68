import { type Connection, ConnectionDot, IconButton, Menu, MenuItem } from '@fixpoint/ui'
import { Archive, ClipboardList, Ellipsis, Plus, Settings, Unplug } from 'lucide-react'
import type { ReactNode } from 'react'
import { strings } from './strings.ts'

interface PanelHeaderProps {
  connection: Connection
  switcher: ReactNode
  onNewSession: (() => void) | undefined
  onCloseSession: (() => void) | undefined
  onCopyDiagnostics: () => void
  onDisconnect: () => void
}

/** Where the person is, how the connection is, and what is rarely needed. */
export function PanelHeader({ connection, switcher, onNewSession, onCloseSession, onCopyDiagnostics, onDisconnect }: PanelHeaderProps) {
  return (
    <header className="fp-header">
      {switcher}
      <ConnectionDot connection={connection} />
      <IconButton label={strings.header.newSession} disabled={onNewSession === undefined} onClick={onNewSession}>
        <Plus aria-hidden size={16} />
      </IconButton>
      <Menu label={strings.header.menu} button={<Ellipsis aria-hidden size={16} />}>
        {close => {
          const item = (act: () => void) => () => {
            close()
            act()
          }
          return (
            <>
              <MenuItem icon={<Settings aria-hidden size={14} />} onSelect={item(() => void chrome.runtime.openOptionsPage())}>
                {strings.header.options}
              </MenuItem>
              <MenuItem icon={<ClipboardList aria-hidden size={14} />} onSelect={item(onCopyDiagnostics)}>
                {strings.header.diagnostics}
              </MenuItem>
              {onCloseSession !== undefined && (
                <MenuItem icon={<Archive aria-hidden size={14} />} onSelect={item(onCloseSession)}>
                  {strings.header.close}
                </MenuItem>
              )}
              <MenuItem icon={<Unplug aria-hidden size={14} />} look="danger" onSelect={item(onDisconnect)}>
                {strings.header.disconnect}
              </MenuItem>
            </>
          )
        }}
      </Menu>
    </header>
  )
}
