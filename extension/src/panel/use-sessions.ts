import type { SessionSummary } from '@fixpoint/protocol'
import { useCallback, useEffect, useState } from 'react'
import { type Problem, problemOf } from './problem.ts'
import type { Server } from './server.ts'

export interface RecentSessions {
  /** The last changed first; null until they are known. */
  sessions: readonly SessionSummary[] | null
  problem: Problem | null
  reload: () => void
}

const SHOWN = 20

/** The recent sessions of a project, or of all where none is given. */
export function useSessions(server: Server, projectId: string | null, isConnected: boolean): RecentSessions {
  const [sessions, setSessions] = useState<readonly SessionSummary[] | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [attempt, setAttempt] = useState(0)

  // biome-ignore lint/correctness/useExhaustiveDependencies: loaded again when the person looks or the server is back
  useEffect(() => {
    let isCurrent = true
    server.call('listSessions', { query: { limit: SHOWN, ...(projectId === null ? {} : { projectId }) } }).then(
      answer => {
        if (!isCurrent) return
        setSessions(answer.sessions)
        setProblem(null)
      },
      (error: unknown) => {
        if (isCurrent) setProblem(problemOf(error))
      }
    )
    return () => {
      isCurrent = false
    }
  }, [server, projectId, attempt, isConnected])

  return { sessions, problem, reload: useCallback(() => setAttempt(count => count + 1), []) }
}
