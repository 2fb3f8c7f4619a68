import { FixpointError } from '@fixpoint/protocol'
import type { EgressDecision } from '@fixpoint/protocol/sandbox'
import type { ProjectRepository } from '../git/project-repository.ts'
import type { Logger } from '../observe/logger.ts'
import type { ProjectConfig } from '../projects/project-config.ts'
import type { ProjectPreparation } from '../projects/project-preparation.ts'
import type { Sandbox, SandboxDriver } from '../sandbox/driver.ts'

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

interface Held {
  sandbox: Sandbox
  onEgress: (decision: EgressDecision) => void
  idleTimer: NodeJS.Timeout | null
}

export function createSandboxKeeper({ driver, preparation, idleMs, logger }: SandboxKeeperOptions): SandboxKeeper {
  const held = new Map<string, Held>()

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
    const entry: { onEgress: Held['onEgress'] } = { onEgress: request.onEgress }
    const sandbox = await driver.open(
      { sessionId, prepared, allowedHosts: project.allowedHosts, onEgress: decision => (held.get(sessionId) ?? entry).onEgress(decision) },
      signal
    )
    try {
      const mustRestore = sandbox.startedFrom === 'prepared' && checkpoint !== null
      if (mustRestore) await sandbox.restore(await repository.bundleOfCheckpoint(checkpoint, baseCommit), { commit: checkpoint }, signal)
      hold(sessionId, sandbox, request.onEgress)
      return { sandbox, startedFrom: mustRestore ? 'checkpoint' : sandbox.startedFrom }
    } catch (error) {
      await sandbox.close({ removeWorkspace: false })
      throw error
    }
  }

  function hold(sessionId: string, sandbox: Sandbox, onEgress: Held['onEgress']): void {
    const entry: Held = { sandbox, onEgress, idleTimer: null }
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

  return {
    async open(request, signal) {
      const entry = held.get(request.sessionId)
      if (entry) {
        stopTimer(entry)
        entry.onEgress = request.onEgress
        return { sandbox: entry.sandbox, startedFrom: 'running' }
      }
      try {
        return await openFresh(request, signal)
      } catch (error) {
        signal.throwIfAborted()
        // The files of the session may be what does not open, for example when the volume beneath them was removed. The last
        // checkpoint has everything that was recorded, so they are given up for it, once.
        if (!(error instanceof FixpointError) || error.code !== 'sandbox_start_failed') throw error
        logger.warn(
          { err: error, sessionId: request.sessionId },
          'the session’s files could not be opened; going back to the last checkpoint'
        )
        await driver.removeWorkspace(request.sessionId)
        return await openFresh(request, signal)
      }
    },

    rest(sessionId) {
      const entry = held.get(sessionId)
      if (!entry) return
      stopTimer(entry)
      entry.idleTimer = setTimeout(() => {
        end(sessionId, { removeWorkspace: false }).catch((error: unknown) =>
          logger.warn({ err: error, sessionId }, 'an idle sandbox could not be closed')
        )
      }, idleMs)
      entry.idleTimer.unref()
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
