import { type Door, FixpointError, sessionLink } from '@fixpoint/protocol'
import { useCallback, useState } from 'react'
import { type Problem, problemOf } from './problem.ts'
import type { Server } from './server.ts'
import { themeSetting } from './storage.ts'

export interface SessionActions {
  problem: Problem | null
  dismissProblem: () => void
  /** Prompts that are being withdrawn. */
  withdrawing: ReadonlySet<string>
  isRequestingPullRequest: boolean
  /** What a person must look at before the pull request is created; null when nothing is asked. */
  protectedPaths: string | null
  stop: () => void
  withdraw: (promptId: string) => void
  createPullRequest: (confirmProtectedPaths: boolean) => void
  cancelPullRequest: () => void
  close: () => void
  /** Puts back the files that turns changed; those that were changed since stay where the person has agreed to that. */
  undo: (turnIds: string[], leaveChanged: boolean) => void
  /** Turns that could not be undone because of files that were changed since; null when nothing is asked. */
  conflict: { turnIds: string[]; message: string } | null
  cancelUndo: () => void
  accept: (turnIds: string[]) => void
  /** Opens VS Code or the app of the session in a tab. */
  openDoor: (door: Door) => void
  /** Opens the session in VS Code on this computer, which asks whether it shall. */
  openDesktop: () => void
}

/** What a person can do with a session. What comes of it arrives by the log; here are only the refusals. */
export function useSessionActions(server: Server, sessionId: string | null): SessionActions {
  const [problem, setProblem] = useState<Problem | null>(null)
  const [withdrawing, setWithdrawing] = useState<ReadonlySet<string>>(new Set())
  const [isRequestingPullRequest, setIsRequesting] = useState(false)
  const [protectedPaths, setProtectedPaths] = useState<string | null>(null)
  const [conflict, setConflict] = useState<SessionActions['conflict']>(null)

  /** @param expected codes that say that it has happened already */
  async function act(work: (sessionId: string) => Promise<unknown>, expected: readonly string[] = []) {
    if (sessionId === null) return
    setProblem(null)
    try {
      await work(sessionId)
    } catch (error) {
      if (!(error instanceof FixpointError && expected.includes(error.code))) setProblem(problemOf(error))
    }
  }

  const stop = () => act(id => server.call('stopSession', { params: { sessionId: id } }), ['not_running'])

  async function withdraw(promptId: string) {
    setWithdrawing(ids => new Set([...ids, promptId]))
    await act(id => server.call('withdrawPrompt', { params: { sessionId: id, promptId } }))
    setWithdrawing(ids => new Set([...ids].filter(other => other !== promptId)))
  }

  async function createPullRequest(confirmProtectedPaths: boolean) {
    setProtectedPaths(null)
    setIsRequesting(true)
    await act(async id => {
      try {
        await server.call('createPullRequest', { params: { sessionId: id }, body: { confirmProtectedPaths } })
      } catch (error) {
        if (!(error instanceof FixpointError) || error.code !== 'protected_path' || confirmProtectedPaths) throw error
        setProtectedPaths(error.message)
      }
    })
    setIsRequesting(false)
  }

  const openDoor = (door: Door) =>
    act(async id => {
      const theme = (await themeSetting.read()) ?? 'system'
      const { url } = await server.call('openDoor', { params: { sessionId: id }, body: { door, theme } })
      await chrome.tabs.create({ url })
    })

  async function undo(turnIds: string[], leaveChanged: boolean) {
    setConflict(null)
    await act(async id => {
      try {
        const input = { params: { sessionId: id }, body: { turnIds, leaveChanged } }
        await server.call('undoTurns', input, { idempotencyKey: crypto.randomUUID() })
      } catch (error) {
        if (!(error instanceof FixpointError) || error.code !== 'undo_conflict' || leaveChanged) throw error
        setConflict({ turnIds, message: error.message })
      }
    })
  }

  const accept = (turnIds: string[]) => act(id => server.call('acceptTurns', { params: { sessionId: id }, body: { turnIds } }))
  // The panel stays where it is: the browser hands such an address to the program that it belongs to.
  const openDesktop = () =>
    act(async id => {
      globalThis.open(sessionLink({ serverUrl: new URL(server.serverUrl).origin, sessionId: id }), '_self')
    })

  const close = () => act(id => server.call('closeSession', { params: { sessionId: id } }), ['session_closed'])

  return {
    problem,
    dismissProblem: useCallback(() => setProblem(null), []),
    withdrawing,
    isRequestingPullRequest,
    protectedPaths,
    stop: () => void stop(),
    withdraw: promptId => void withdraw(promptId),
    createPullRequest: confirm => void createPullRequest(confirm),
    cancelPullRequest: () => setProtectedPaths(null),
    close: () => void close(),
    undo: (turnIds, leaveChanged) => void undo(turnIds, leaveChanged),
    conflict,
    cancelUndo: () => setConflict(null),
    accept: turnIds => void accept(turnIds),
    openDoor: door => void openDoor(door),
    openDesktop: () => void openDesktop()
  }
}
