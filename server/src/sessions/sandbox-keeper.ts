import { FixpointError } from '@fixpoint/protocol'
import type { EgressDecision } from '@fixpoint/protocol/sandbox'
import type { ProjectRepository } from '../git/project-repository.ts'
import type { Logger } from '../observe/logger.ts'
import type { ProjectConfig } from '../projects/project-config.ts'
import type { ProjectPreparation } from '../projects/project-preparation.ts'
import type { Sandbox, SandboxDriver } from '../sandbox/driver.ts'
import type { SandboxCalls } from '../sandbox/sandbox-calls.ts'
import { WorkspaceGoneError } from '../sandbox/session-workspace.ts'
import { sharedRuns } from '../sandbox/shared-runs.ts'

export interface OpenSandbox {
  sandbox: Sandbox
  /** Where its files came from; `running` when it was open already. */
  startedFrom: 'running' | 'prepared' | 'existing_workspace' | 'checkpoint'
}

export interface SandboxRequest {
  sessionId: string
  project: ProjectConfig
  repository: ProjectRepository
  /** The commit that the session is based on. */
  baseCommit: string
  branch: string
  /** The last checkpoint; null where nothing has been changed yet. */
  checkpoint: string | null
  onProgress: (text: string) => void
  onEgress: (decision: EgressDecision) => void
}

/** Keeps the sandboxes of sessions open between turns, for a while, and brings back those that were lost. */
export interface SandboxKeeper {
  /** The session's sandbox, opened if it is not. Its files are as they were left, or as the last checkpoint has them. */
  open(request: SandboxRequest, signal: AbortSignal): Promise<OpenSandbox>
  /** The same for somebody who looks in: what a turn hears and when the sandbox is closed stay as they are. */
  visit(request: SandboxRequest, signal: AbortSignal): Promise<OpenSandbox>
  /** The sandbox where it is open. */
  running(sessionId: string): Sandbox | null
  /** Somebody is there: the sandbox is not closed for idleness until they have left, which the function says that is returned. */
  stay(sessionId: string): () => void
  /** The turn is over; the sandbox is closed when nothing asks for it for the idle time. */
  rest(sessionId: string): void
  /** Ends the sandbox; with its files when the session is closed. */
  end(sessionId: string, options: { removeWorkspace: boolean }): Promise<void>
  /** For shutting down: containers go, files stay. */
  endAll(): Promise<void>
}

export interface SandboxKeeperOptions {
  driver: SandboxDriver
  preparation: ProjectPreparation
  idleMs: number
  logger: Logger
}

type EgressListener = SandboxRequest['onEgress']

interface Held {
  sandbox: Sandbox
  /** Hears of connections while a turn works; null between turns. */
  turnEgress: EgressListener | null
  visitEgress: EgressListener | null
  idleTimer: NodeJS.Timeout | null
}

export function createSandboxKeeper({ driver, preparation, idleMs, logger }: SandboxKeeperOptions): SandboxKeeper {
  const held = new Map<string, Held>()
  /** How many people are in each session's sandbox. */
  const guests = new Map<string, number>()
  // A turn and a person may want the same sandbox at the same time.
  const openings = sharedRuns<OpenSandbox>()

  async function openFresh(request: SandboxRequest, signal: AbortSignal): Promise<OpenSandbox> {
    const { sessionId, project, repository, baseCommit, checkpoint } = request
    const prepared = await preparation.prepare(
      project,
      repository,
      { commit: baseCommit, branch: request.branch },
      request.onProgress,
      signal
    )
    // Decisions go to whichever turn is running when they are made.
    const onEgress: EgressListener = decision => {
      const entry = held.get(sessionId)
      const listener = entry?.turnEgress ?? entry?.visitEgress ?? request.onEgress
      listener(decision)
    }
    const restore =
      checkpoint === null
        ? {}
        : {
            restore: async (calls: SandboxCalls) =>
              calls.restore(await repository.bundleOfCheckpoint(checkpoint, baseCommit), { commit: checkpoint }, signal)
          }
    const sandbox = await driver.open({ sessionId, prepared, allowedHosts: project.allowedHosts, onEgress, ...restore }, signal)
    // Whoever wanted it has gone, and would never say that they have left.
    if (signal.aborted) {
      await sandbox.close({ removeWorkspace: false })
      throw signal.reason
    }
    hold(sessionId, sandbox)
    return { sandbox, startedFrom: sandbox.startedFrom === 'prepared' && checkpoint !== null ? 'checkpoint' : sandbox.startedFrom }
  }

  function hold(sessionId: string, sandbox: Sandbox): void {
    const entry: Held = { sandbox, turnEgress: null, visitEgress: null, idleTimer: null }
    held.set(sessionId, entry)
    void sandbox.lost.then(() => {
      if (held.get(sessionId) !== entry) return
      stopTimer(entry)
      held.delete(sessionId)
    })
  }

  async function end(sessionId: string, options: { removeWorkspace: boolean }): Promise<void> {
    const entry = held.get(sessionId)
    held.delete(sessionId)
    if (entry) {
      stopTimer(entry)
      await entry.sandbox.close(options)
    } else if (options.removeWorkspace) {
      await driver.removeWorkspace(sessionId)
    }
  }

  /**
   * Opens the session's sandbox, once more where it does not start at first. Its files are given up for the last checkpoint only where
   * the engine says that they are gone; that a sandbox is slow or the engine has a fault says nothing of them.
   */
  async function openOrGoBack(request: SandboxRequest, signal: AbortSignal): Promise<OpenSandbox> {
    const { sessionId } = request
    const isStartFailure = (error: unknown) => error instanceof FixpointError && error.code === 'sandbox_start_failed'
    try {
      return await openFresh(request, signal)
    } catch (error) {
      signal.throwIfAborted()
      if (!isStartFailure(error)) throw error
      logger.warn({ err: error, sessionId }, 'a sandbox did not start; trying once more')
    }
    try {
      return await openFresh(request, signal)
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof WorkspaceGoneError)) throw error
      logger.warn({ err: error, sessionId }, 'the session’s files are gone; going back to the last checkpoint')
      await driver.removeWorkspace(sessionId)
      return await openFresh(request, signal)
    }
  }

  async function opened(request: SandboxRequest, signal: AbortSignal): Promise<OpenSandbox> {
    const entry = held.get(request.sessionId)
    if (entry) return { sandbox: entry.sandbox, startedFrom: 'running' }
    return await openings.join(
      request.sessionId,
      (emit, shared) => openOrGoBack({ ...request, onProgress: emit }, shared),
      request.onProgress,
      signal
    )
  }

  /** Between turns a sandbox without anybody in it is closed after a while. */
  function startTimer(sessionId: string, entry: Held): void {
    stopTimer(entry)
    if (entry.turnEgress !== null || (guests.get(sessionId) ?? 0) > 0) return
    entry.idleTimer = setTimeout(() => {
      end(sessionId, { removeWorkspace: false }).catch((error: unknown) =>
        logger.warn({ err: error, sessionId }, 'an idle sandbox could not be closed')
      )
    }, idleMs)
    entry.idleTimer.unref()
  }

  return {
    async open(request, signal) {
      const result = await opened(request, signal)
      const entry = held.get(request.sessionId)
      if (entry) {
        stopTimer(entry)
        entry.turnEgress = request.onEgress
      }
      return result
    },

    async visit(request, signal) {
      const result = await opened(request, signal)
      const entry = held.get(request.sessionId)
      if (entry) {
        entry.visitEgress = request.onEgress
        startTimer(request.sessionId, entry)
      }
      return result
    },

    running: sessionId => held.get(sessionId)?.sandbox ?? null,

    stay(sessionId) {
      guests.set(sessionId, (guests.get(sessionId) ?? 0) + 1)
      const entry = held.get(sessionId)
      if (entry) stopTimer(entry)
      let isThere = true
      return () => {
        if (!isThere) return
        isThere = false
        const left = (guests.get(sessionId) ?? 1) - 1
        if (left > 0) guests.set(sessionId, left)
        else guests.delete(sessionId)
        const now = held.get(sessionId)
        if (now) startTimer(sessionId, now)
      }
    },

    rest(sessionId) {
      const entry = held.get(sessionId)
      if (!entry) return
      entry.turnEgress = null
      startTimer(sessionId, entry)
    },

    end,

    async endAll() {
      await Promise.allSettled([...held.keys()].map(sessionId => end(sessionId, { removeWorkspace: false })))
    }
  }
}

function stopTimer(entry: Held): void {
  if (entry.idleTimer !== null) clearTimeout(entry.idleTimer)
  entry.idleTimer = null
}
