import type { Duplex } from 'node:stream'
import { type Door, FixpointError, type NewEvent, type Person, type SessionState } from '@fixpoint/protocol'
import type { LocalTarget } from '@fixpoint/protocol/sandbox'
import type { Logger } from '../observe/logger.ts'
import type { ProjectRegistry } from '../projects/project-registry.ts'
import type { ProjectRepositories } from '../projects/project-repositories.ts'
import type { Sandbox } from '../sandbox/driver.ts'
import { sharedRuns } from '../sandbox/shared-runs.ts'
import { describeLoss, hasLostFiles } from '../sessions/describe-start.ts'
import type { OpenSandbox, SandboxKeeper } from '../sessions/sandbox-keeper.ts'
import type { SessionLog } from '../sessions/session-log.ts'
import type { DoorAddress } from './door-address.ts'

export type Theme = 'system' | 'light' | 'dark'

/** People at the doors of sessions: opens the sandbox behind a door and starts what is to be seen there. */
export interface Visits {
  /**
   * Has VS Code or the app running, whatever has become of the sandbox meanwhile.
   * @throws FixpointError `session_closed`, `vscode_not_ready`, `dev_server_not_ready` and what opening a sandbox throws.
   */
  wake(address: DoorAddress, by: Person, theme: Theme | undefined, signal: AbortSignal): Promise<void>
  isAwake(address: DoorAddress): Promise<boolean>
  /** A connection to what is behind the door, woken up where that is needed. */
  connect(address: DoorAddress, by: Person, signal: AbortSignal): Promise<Duplex>
  /** The session's sandbox, opened where it is not, for somebody who works on its files from elsewhere. Throws as `wake`. */
  sandbox(sessionId: string, by: Person, signal: AbortSignal): Promise<Sandbox>
  /** Keeps the sandbox from being put to sleep until the function that is returned is called. */
  stay(sessionId: string): () => void
}

export interface VisitsOptions {
  log: SessionLog
  projects: ProjectRegistry
  repositories: ProjectRepositories
  keeper: SandboxKeeper
  logger: Logger
}

const TARGETS: Record<Door, LocalTarget> = { vscode: 'vscode', preview: 'dev-server' }

const MOST_THEMES = 1_000

/** Failures of a connection that waking up mends. */
const ASLEEP = new Set(['vscode_not_ready', 'dev_server_not_ready', 'sandbox_lost', 'outcome_unknown'])

export function createVisits({ log, projects, repositories, keeper, logger }: VisitsOptions): Visits {
  const wakings = sharedRuns<Theme | undefined>()
  /** How people wanted their VS Code to look when they came in: whoever is connected again, after a loss of the sandbox, does not say so again. */
  const themes = new Map<string, Theme>()
  /** Sandboxes whose losses are told; those who came in together have the same. */
  const told = new WeakSet<Sandbox>()

  /** Files that were gone when somebody came in are nobody's turn's business, and the next turn finds the sandbox running. */
  async function tellLoss(sessionId: string, { sandbox, startedFrom }: OpenSandbox, before: SessionState): Promise<void> {
    if (told.has(sandbox) || !hasLostFiles({ from: startedFrom, isReplacement: false, state: before })) return
    told.add(sandbox)
    await log.append(sessionId, current => {
      const turnId = current.turns.at(-1)?.turnId
      if (current.isClosed) return []
      return [
        { type: 'notice.added', data: { turnId, level: 'warning', text: `The sandbox was replaced. ${describeLoss(startedFrom, before)}` } }
      ]
    })
  }

  /** The commit that the session is based on; the first to open its sandbox says which. */
  async function baseOf(sessionId: string, by: Person, door: Door, signal: AbortSignal) {
    const state = await log.state(sessionId)
    if (state.isClosed) throw new FixpointError('session_closed', 'The session is closed; its sandbox is gone.')
    if (state.base !== null) return { state, base: state.base }
    const fetched = await repositories.get(state.projectId).fetchBranch(signal)
    await log.append(sessionId, current => (current.base === null ? [openedBy(by, door, fetched)] : []))
    const after = await log.state(sessionId)
    return { state: after, base: after.base ?? fetched }
  }

  async function openSandbox(sessionId: string, by: Person, door: Door, signal: AbortSignal): Promise<Sandbox> {
    const { state, base } = await baseOf(sessionId, by, door, signal)
    const opened = await keeper.visit(
      {
        sessionId,
        project: projects.get(state.projectId),
        repository: repositories.get(state.projectId),
        baseCommit: base.commit,
        branch: base.branch,
        checkpoint: state.checkpoint?.commit ?? null,
        onProgress: () => undefined,
        onEgress: decision => {
          if (decision.isAllowed) return
          log
            .append(sessionId, current => (current.isClosed ? [] : [{ type: 'egress.refused', data: { decision } }]))
            .catch((error: unknown) => logger.warn({ err: error, sessionId }, 'a refused connection could not be recorded'))
        }
      },
      signal
    )
    await tellLoss(sessionId, opened, state)
    return opened.sandbox
  }

  /** @returns the look that VS Code was given */
  async function wakeNow(address: DoorAddress, by: Person, signal: AbortSignal): Promise<Theme | undefined> {
    // Nobody has a connection yet, and what starts may take longer than a sandbox without anybody is kept.
    const leave = keeper.stay(address.sessionId)
    try {
      return await start(address, await openSandbox(address.sessionId, by, address.door, signal), signal)
    } finally {
      leave()
    }
  }

  async function start({ sessionId, door }: DoorAddress, sandbox: Sandbox, signal: AbortSignal): Promise<Theme | undefined> {
    if (door === 'vscode') {
      const theme = themes.get(sessionId)
      await sandbox.request('vscode/start', theme === undefined ? {} : { theme }, { signal })
      return theme
    }
    const { dev, subfolder } = projects.get((await log.state(sessionId)).projectId)
    await sandbox.request(
      'dev-server/start',
      {
        command: dev.command,
        cwd: subfolder,
        port: dev.port,
        readyPath: dev.readyPath,
        timeoutMs: dev.timeoutSeconds * 1_000,
        environment: dev.environment
      },
      { signal }
    )
    return undefined
  }

  async function tryToConnect({ sessionId, door }: DoorAddress, signal: AbortSignal): Promise<Duplex | null> {
    const sandbox = keeper.running(sessionId)
    if (sandbox === null) return null
    try {
      return await sandbox.connect(TARGETS[door], signal)
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof FixpointError && ASLEEP.has(error.code)) return null
      throw error
    }
  }

  const wakeTogether = (address: DoorAddress, by: Person, signal: AbortSignal) =>
    wakings.join(
      `${address.door} ${address.sessionId}`,
      (_emit, shared) => wakeNow(address, by, shared),
      () => undefined,
      signal
    )

  async function wake(address: DoorAddress, by: Person, theme: Theme | undefined, signal: AbortSignal): Promise<void> {
    if (theme !== undefined) {
      if (themes.size >= MOST_THEMES) themes.clear()
      themes.set(address.sessionId, theme)
    }
    const given = await wakeTogether(address, by, signal)
    // A tab that was connected again may have begun to wake it, before it was known how it shall look.
    if (address.door === 'vscode' && theme !== undefined && given !== theme) await wakeTogether(address, by, signal)
  }

  return {
    wake,
    async isAwake(address) {
      const channel = await tryToConnect(address, AbortSignal.timeout(5_000))
      channel?.destroy()
      return channel !== null
    },
    async connect(address, by, signal) {
      const open = await tryToConnect(address, signal)
      if (open !== null) return open
      await wake(address, by, undefined, signal)
      const woken = await tryToConnect(address, signal)
      if (woken !== null) return woken
      throw new FixpointError(address.door === 'vscode' ? 'vscode_not_ready' : 'dev_server_not_ready', 'It ended right after its start.')
    },
    async sandbox(sessionId, by, signal) {
      const { isClosed } = await log.state(sessionId)
      const open = isClosed ? null : keeper.running(sessionId)
      return open ?? (await openSandbox(sessionId, by, 'vscode', signal))
    },
    stay: sessionId => keeper.stay(sessionId)
  }
}

function openedBy(by: Person, door: Door, base: { commit: string; branch: string }): NewEvent {
  return { type: 'workspace.opened', data: { by, door, ...base } }
}
