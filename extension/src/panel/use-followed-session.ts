import { useEffect, useRef, useState } from 'react'
import { type FollowedSession, followSession, type KnownSession, type LogSocket, type SessionFollower } from './session-follower.ts'

/** Texts that arrive within this time (ms) are shown together: two frames are fast enough to read along. */
const SHOW_EVERY_MS = 33

/**
 * Follows a session while it is shown. Sessions that were shown before go on from where they were.
 * @returns null where no session is chosen
 */
export function useFollowedSession(log: LogSocket, sessionId: string | null): { followed: FollowedSession | null; retry: () => void } {
  const known = useRef(new Map<string, KnownSession>())
  const follower = useRef<SessionFollower | null>(null)
  const [shown, setShown] = useState<FollowedSession | null>(null)

  useEffect(() => {
    if (sessionId === null) {
      setShown(null)
      return
    }
    const session = followSession({
      socket: log,
      sessionId,
      known: known.current.get(sessionId),
      schedule: callback => setTimeout(callback, SHOW_EVERY_MS)
    })
    follower.current = session
    setShown(session.snapshot())
    const stopListening = session.subscribe(() => setShown(session.snapshot()))
    return () => {
      stopListening()
      const fold = session.known()
      if (fold !== null) known.current.set(sessionId, fold)
      session.stop()
      follower.current = null
    }
  }, [log, sessionId])

  // For one render after another session was chosen, the former one is still there.
  const isShown = shown !== null && shown.state.sessionId === sessionId
  return { followed: isShown ? shown : null, retry: () => follower.current?.retry() }
}
