import type { Connection } from '@fixpoint/ui'
import { useEffect, useState } from 'react'
import type { Server } from './server.ts'

/** Version of the server and of the protocol that it speaks, asked at each new connection; undefined until it has answered. */
export function useServerVersion(server: Server, connection: Connection): string | undefined {
  const [version, setVersion] = useState<string>()
  const isConnected = connection.status === 'connected'
  useEffect(() => {
    if (!isConnected) return undefined
    const leaving = new AbortController()
    server.call('getServer', {}, { signal: leaving.signal }).then(
      info => setVersion(`${info.version}, protocol ${info.protocolVersion}`),
      // It is for diagnostics alone; what keeps the server from answering is shown elsewhere.
      () => setVersion(undefined)
    )
    return () => leaving.abort()
  }, [server, isConnected])
  return version
}
