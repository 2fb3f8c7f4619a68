import type { Connection } from '@fixpoint/ui'
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { clientName } from './client-name.ts'
import { connectServer, type Server } from './server.ts'
import { keepConnected, type ServerConnection } from './server-connection.ts'
import { openServerSocket } from './server-socket.ts'
import type { LogSocket } from './session-follower.ts'
import type { SavedConnection } from './settings.ts'

export interface ServerLink {
  server: Server
  log: LogSocket
  connection: Connection
  retryConnection: () => void
}

interface OpenLink {
  server: Server
  log: LogSocket
  kept: ServerConnection
}

const CONNECTING: Connection = { status: 'connecting' }

/** The connection with the paired server, as long as the component is there; null for the first moment. */
export function useServer({ serverUrl, token }: SavedConnection): ServerLink | null {
  const [open, setOpen] = useState<OpenLink | null>(null)

  useEffect(() => {
    const server = connectServer({ serverUrl, token, client: clientName(), fetch: (address, init) => fetch(address, init) })
    const socket = openServerSocket(serverUrl, token, clientName())
    const kept = keepConnected({ socket: socket.connection, now: Date.now, random: Math.random, delay: delayInBrowser })
    setOpen({ server, log: socket.log, kept })
    return () => {
      setOpen(null)
      kept.stop()
      server.dispose()
    }
  }, [serverUrl, token])

  const connection = useSyncExternalStore(open?.kept.subscribe ?? subscribeToNothing, () => open?.kept.snapshot() ?? CONNECTING)
  return useMemo(() => open && { server: open.server, log: open.log, connection, retryConnection: open.kept.retryNow }, [open, connection])
}

function subscribeToNothing(): () => void {
  return () => undefined
}

/** Waits, but not while the machine sleeps or is offline: when it is back, it is tried at once. */
function delayInBrowser(milliseconds: number, callback: () => void): () => void {
  const timer = setTimeout(run, milliseconds)
  window.addEventListener('online', run)
  function end() {
    clearTimeout(timer)
    window.removeEventListener('online', run)
  }
  function run() {
    end()
    callback()
  }
  return end
}
