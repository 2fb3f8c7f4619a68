import { type Failure, FixpointError, problemSchema } from '@fixpoint/protocol'
import type { Connection } from '@fixpoint/ui'

/** The part of a Socket.IO client that is kept connected here. Its own reconnecting is switched off. */
export interface Reconnectable {
  connect(): void
  disconnect(): void
  onConnect(listener: () => void): void
  onDisconnect(listener: () => void): void
  /** `data` is what the server adds to a refusal. */
  onConnectError(listener: (data: unknown) => void): void
  onRefused(listener: (problem: unknown) => void): void
}

export interface ServerConnection {
  snapshot(): Connection
  subscribe(listener: () => void): () => void
  /** Tries at once instead of waiting. */
  retryNow(): void
  stop(): void
}

interface ConnectionOptions {
  socket: Reconnectable
  now: () => number
  /** 0 to 1. */
  random: () => number
  /** Calls back after so many ms; returns how to call it off. */
  delay: (milliseconds: number, callback: () => void) => () => void
}

/** Refusals that will not go away by asking again. */
const LASTING: ReadonlySet<string> = new Set(['auth_required', 'token_invalid', 'token_expired', 'client_too_old', 'protocol_unsupported'])

const FIRST_DELAY_MS = 500
const LONGEST_DELAY_MS = 10_000

/** Wait before attempt number `attempt` (from 0): doubling up to 10 s, half of it by chance, so that clients do not come all at once. */
export function reconnectDelay(attempt: number, random: number): number {
  const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt)
  return Math.round(longest / 2 + (longest / 2) * random)
}

/** Keeps a socket connected until it is stopped or the server refuses it for good. */
export function keepConnected({ socket, now, random, delay }: ConnectionOptions): ServerConnection {
  const listeners = new Set<() => void>()
  let connection: Connection = { status: 'connecting' }
  let attempt = 0
  let callOff: (() => void) | null = null
  let refusal: Failure | null = null
  let isStopped = false

  function change(next: Connection) {
    connection = next
    for (const listener of listeners) listener()
  }

  function waitAndTry() {
    if (isStopped) return
    if (refusal !== null) return change({ status: 'refused', failure: refusal })
    callOff?.()
    const milliseconds = reconnectDelay(attempt++, random())
    callOff = delay(milliseconds, tryNow)
    change({ status: 'reconnecting', retryAt: now() + milliseconds })
  }

  function tryNow() {
    callOff?.()
    callOff = null
    if (isStopped) return
    change(connection.status === 'connecting' ? connection : { status: 'reconnecting' })
    socket.connect()
  }

  function noteRefusal(data: unknown) {
    const problem = problemSchema.safeParse(data)
    if (!problem.success || !LASTING.has(problem.data.code)) return
    const { code, detail, hint } = problem.data
    refusal = new FixpointError(code, detail, { hint }).toFailure()
  }

  socket.onConnect(() => {
    attempt = 0
    change({ status: 'connected' })
  })
  socket.onDisconnect(waitAndTry)
  socket.onConnectError(data => {
    noteRefusal(data)
    waitAndTry()
  })
  socket.onRefused(noteRefusal)
  socket.connect()

  return {
    snapshot: () => connection,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    retryNow() {
      refusal = null
      if (connection.status !== 'connected') tryNow()
    },
    stop() {
      isStopped = true
      callOff?.()
      socket.disconnect()
    }
  }
}
