import { type ClientToServerEvents, PROTOCOL_VERSION, type ServerToClientEvents } from '@fixpoint/protocol'
import { io, type Socket } from 'socket.io-client'
import type { Reconnectable } from './server-connection.ts'
import type { LogSocket } from './session-follower.ts'

type ServerSocket = Socket<ServerToClientEvents, ClientToServerEvents>

/** One Socket.IO client for everything that the panel follows. It connects when it is told to. */
export function openServerSocket(serverUrl: string, token: string, client: string): { log: LogSocket; connection: Reconnectable } {
  const socket: ServerSocket = io(serverUrl, {
    // Without host permissions a page of the extension may not poll, and a WebSocket is what is wanted anyway.
    transports: ['websocket'],
    auth: { token, protocolVersion: PROTOCOL_VERSION },
    query: { client: client },
    autoConnect: false,
    reconnection: false,
    forceNew: true,
    timeout: 10_000
  })
  return {
    log: {
      isConnected: () => socket.connected,
      follow: (request, answer) => socket.emit('follow', request, answer),
      unfollow: sessionId => socket.emit('unfollow', { sessionId }),
      onConnect(listener) {
        socket.on('connect', listener)
        return () => socket.off('connect', listener)
      },
      onEvents(listener) {
        socket.on('events', listener)
        return () => socket.off('events', listener)
      },
      onDelta(listener) {
        socket.on('delta', listener)
        return () => socket.off('delta', listener)
      }
    },
    connection: {
      connect: () => socket.connect(),
      disconnect: () => socket.disconnect(),
      onConnect: listener => socket.on('connect', listener),
      onDisconnect: listener => socket.on('disconnect', () => listener()),
      onConnectError: listener => socket.on('connect_error', error => listener('data' in error ? error.data : undefined)),
      onRefused: listener => socket.on('refused', listener)
    }
  }
}
