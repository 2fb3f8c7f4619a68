import type { Door } from '@fixpoint/protocol'
import { type Connection, ConnectionDot, IconButton, Menu, MenuItem } from '@fixpoint/ui'
import { AppWindow, Archive, ClipboardList, CodeXml, Ellipsis, FileText, Laptop, Plus, Settings, Unplug } from 'lucide-react'
import type { ReactNode } from 'react'
import { strings } from './strings.ts'

interface PanelHeaderProps {
  connection: Connection
  switcher: ReactNode
  onNewSession: (() => void) | undefined
  onCloseSession: (() => void) | undefined
  /** Opens VS Code or the app of the session; absent where there is no session whose sandbox could be opened. */
  onOpenDoor: ((door: Door) => void) | undefined
  /** Makes a bug report of what was captured; absent where nothing was. */
  onReport: (() => void) | undefined
  onOpenDesktop: () => void
  onCopyDiagnostics: () => void
  onDisconnect: () => void
}

/** Where the person is, how the connection is, and what is rarely needed. */
export function PanelHeader(props: PanelHeaderProps) {
  const { connection, switcher, onNewSession, onCloseSession, onOpenDoor, onOpenDesktop, onReport, onCopyDiagnostics, onDisconnect } = props
  return (
    <header className="fp-header">
      {switcher}
      <ConnectionDot connection={connection} />
      {onOpenDoor !== undefined && (
        <IconButton label={strings.header.openVsCode} onClick={() => onOpenDoor('vscode')}>
          <CodeXml aria-hidden size={16} />
        </IconButton>
      )}
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
              {onOpenDoor !== undefined && (
                <>
                  <MenuItem icon={<CodeXml aria-hidden size={14} />} onSelect={item(() => onOpenDoor('vscode'))}>
                    {strings.header.openVsCode}
                  </MenuItem>
                  <MenuItem icon={<Laptop aria-hidden size={14} />} onSelect={item(onOpenDesktop)}>
                    {strings.header.openDesktop}
                  </MenuItem>
                  <MenuItem icon={<AppWindow aria-hidden size={14} />} onSelect={item(() => onOpenDoor('preview'))}>
                    {strings.header.openPreview}
                  </MenuItem>
                </>
              )}
              {onReport !== undefined && (
                <MenuItem icon={<FileText aria-hidden size={14} />} onSelect={item(onReport)}>
                  {strings.header.report}
                </MenuItem>
              )}
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
