import type { Duplex } from 'node:stream'
import { FixpointError, makeId } from '@fixpoint/protocol'
import type { AllowedHost, EgressDecision, FileChanges, LocalTarget } from '@fixpoint/protocol/sandbox'
import type Docker from 'dockerode'
import { z } from 'zod'
import type { Edges } from '../edges.ts'
import { allowListFrom } from './egress-policy.ts'
import { createEngine, type Engine } from './engine.ts'
import { type EngineFacts, engineWarnings } from './engine-check.ts'
import { findImage, imageMissing, removeContainer, removeVolume } from './engine-objects.ts'
import { createLayout } from './layout.ts'
import type { SandboxLogger } from './logger.ts'
import { LABELS, sessionNames } from './names.ts'
import type { Network } from './network.ts'
import { createPreparedWorkspaces, type PreparedWorkspace, type PreparedWorkspaces } from './prepared-workspaces.ts'
import { chooseReaped } from './reaper.ts'
import { runSandbox } from './running-sandbox.ts'
import type { SandboxCalls } from './sandbox-calls.ts'
import {
  ensureSessionWorkspace,
  markRestored,
  removeSessionWorkspace,
  saysThatVolumeIsGone,
  WorkspaceGoneError
} from './session-workspace.ts'
import type { SandboxSettings } from './settings.ts'
import { sandboxTemplate } from './template.ts'

export interface SandboxDriverOptions {
  docker: Docker
  settings: SandboxSettings
  logger: SandboxLogger
  network: Network
  edges: Edges
}

export interface OpenInput {
  sessionId: string
  prepared: PreparedWorkspace
  /** Hosts that the session's commands may reach; none where it is empty. */
  allowedHosts: readonly AllowedHost[]
  /** Hears of every attempt to reach the outside. */
  onEgress(decision: EgressDecision): void
  /**
   * Brings a workspace that had to be laid out anew to what the session had made of it. Until that is done nobody else opens it, and a
   * workspace in which it was not done to its end is given up at the next opening.
   */
  restore?: (sandbox: SandboxCalls) => Promise<void>
}

/** The sandbox of a session; errors of its calls as said at `Tunnel`. */
export interface Sandbox extends SandboxCalls {
  sandboxId: string
  sessionId: string
  /** Whether the session's own workspace was there, or it starts from the prepared one. */
  startedFrom: 'prepared' | 'existing_workspace'
  readyMs: number
  /** Joins with what listens in the sandbox, by name; fails with `vscode_not_ready` or `dev_server_not_ready` where nothing does. */
  connect(target: LocalTarget, signal?: AbortSignal): Promise<Duplex>
  /** Hears of changes to the files until the signal ends it, or the sandbox. */
  watchFiles(signal: AbortSignal): Promise<AsyncIterable<FileChanges>>
  /** Resolves, never rejects, when the sandbox ended without `close`: `sandbox_lost`, saying why. */
  lost: Promise<FixpointError>
  /** Ends everything in the sandbox. The workspace stays for the next `open` unless it is to be removed. */
  close(options: { removeWorkspace: boolean }): Promise<void>
}

/**
 * Sandboxes on a Docker engine. Every method ends with `docker_unavailable` a few seconds after the engine has stopped answering;
 * nothing is half done then that is later taken for whole, and the same call may be made again.
 */
export interface SandboxDriver extends PreparedWorkspaces {
  /** What the engine is and what about it a person should know. */
  check(signal?: AbortSignal): Promise<{ version: string; apiVersion: string; warnings: string[] }>
  /** Says which image sandboxes start from. @throws FixpointError `image_missing`, `docker_unavailable`. */
  checkImage(signal?: AbortSignal): Promise<string>
  /**
   * The sandbox of a session. What is left of an earlier one is ended first, so that no process of it writes any more; its files
   * are kept.
   * @throws FixpointError `image_missing`, `sandbox_start_failed`, `docker_unavailable`, `storage_full`, `config_invalid`.
   */
  open(input: OpenInput, signal?: AbortSignal): Promise<Sandbox>
  /** Removes what no live session needs of this instance's containers and volumes; says how many. */
  reap(keep: { sessionIds: ReadonlySet<string> }): Promise<{ containers: number; volumes: number }>
  /** Ends a session's sandbox, where there is one, and removes its files. */
  removeWorkspace(sessionId: string): Promise<void>
}

export function createSandboxDriver({ docker, settings, logger, network, edges }: SandboxDriverOptions): SandboxDriver {
  const engine = createEngine(docker)
  const underWay = new Set<string>()
  const openSessions = new Map<string, number>()
  const uniqueName = () => Buffer.from(edges.randomBytes(6)).toString('hex')
  const layout = createLayout({ engine, settings, uniqueName, underWay })
  const { prepare } = createPreparedWorkspaces({ engine, settings, network, logger, layout, now: edges.now, uniqueName, underWay })

  /** Counts sessions that are being opened or are open, which the reaper leaves alone whatever it is told. */
  function hold(sessionId: string): () => void {
    openSessions.set(sessionId, (openSessions.get(sessionId) ?? 0) + 1)
    let isHeld = true
    return () => {
      const count = openSessions.get(sessionId) ?? 0
      if (isHeld && count > 1) openSessions.set(sessionId, count - 1)
      else if (isHeld) openSessions.delete(sessionId)
      isHeld = false
    }
  }

  /** What is done to the container and the files of a session goes one after the other: they have one name at each opening. */
  const lastOf = new Map<string, Promise<unknown>>()
  async function inOrder<T>(sessionId: string, action: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const result = (lastOf.get(sessionId) ?? Promise.resolve()).then(() => {
      signal?.throwIfAborted()
      return action()
    })
    const settled = result.then(
      () => undefined,
      () => undefined
    )
    lastOf.set(sessionId, settled)
    void settled.then(() => {
      if (lastOf.get(sessionId) === settled) lastOf.delete(sessionId)
    })
    return await result
  }

  async function openNow({ sessionId, prepared, allowedHosts, onEgress, restore }: OpenInput, signal?: AbortSignal): Promise<Sandbox> {
    const startedAt = edges.now().getTime()
    const allowList = allowListFrom(allowedHosts)
    const { container: name } = sessionNames(settings.instanceId, sessionId)
    const release = hold(sessionId)
    try {
      await removeContainer(engine, name)
      const options = { engine, layout, settings }
      const { volume, startedFrom, tidied } = await ensureSessionWorkspace(options, sessionId, prepared, restore !== undefined, signal)
      const tidying = tidied.catch((error: unknown) =>
        logger.warn({ err: error, sessionId }, 'what laid the files out could not be removed now; it is left to the reaper')
      )
      const labels = { [LABELS.session]: sessionId }
      const template = sandboxTemplate({ settings, name, purpose: 'session', labels, workspace: volume })
      const needsRoom = startedFrom === 'prepared'
      const running = await runSandbox({ engine, settings, network, logger, template, needsRoom, allowList, onEgress }, signal).catch(
        async (error: unknown) => {
          await tidying
          // Or else there would be files to go on with at the next attempt.
          if (error instanceof FixpointError && error.code === 'storage_full' && needsRoom) await removeWorkspaceOf(sessionId)
          if (error instanceof FixpointError && saysThatVolumeIsGone(error.cause, volume)) throw new WorkspaceGoneError(error)
          throw error
        }
      )
      try {
        await tidying
        signal?.throwIfAborted()
        if (startedFrom === 'prepared' && restore) {
          await restore(running)
          await markRestored(engine, settings, sessionId)
        }
      } catch (error) {
        await running.stop()
        throw error
      }
      void running.lost.then(release)
      return {
        ...running,
        sandboxId: makeId('sandbox', edges.randomBytes),
        sessionId,
        startedFrom,
        readyMs: edges.now().getTime() - startedAt,
        async close({ removeWorkspace }) {
          const stop = async () => {
            await running.stop()
            release()
            if (removeWorkspace) await removeWorkspaceOf(sessionId)
          }
          // Nobody opens it between its end and its files'.
          await (removeWorkspace ? inOrder(sessionId, stop) : stop())
        }
      }
    } catch (error) {
      release()
      throw error
    }
  }

  return {
    prepare,

    async check(signal) {
      const canOverlay = await layout.canOverlay(signal).catch((error: unknown) => {
        // Without the image there is nothing to try it with; that it is missing is said where a sandbox is opened.
        if (error instanceof FixpointError && error.code === 'image_missing') return true
        throw error
      })
      const facts = await engineFacts(engine, canOverlay, signal)
      return { version: facts.version, apiVersion: facts.apiVersion, warnings: engineWarnings(facts) }
    },

    async checkImage(signal) {
      if ((await findImage(engine, settings.image, signal)) === undefined) throw imageMissing(settings.image)
      return settings.image
    },

    open: (input, signal) => inOrder(input.sessionId, () => openNow(input, signal), signal),

    async reap({ sessionIds }) {
      const inventory = await takeInventory(engine, settings)
      const keep = {
        sessionIds: new Set([...sessionIds, ...openSessions.keys()]),
        underWay,
        preparedPerProject: settings.preparedPerProject
      }
      const chosen = chooseReaped(inventory, keep)
      const removed = { containers: 0, volumes: 0 }
      for (const id of chosen.containers) if (await removeContainer(engine, id)) removed.containers += 1
      for (const name of chosen.volumes) if (await removeUnusedVolume(name)) removed.volumes += 1
      if (removed.containers + removed.volumes > 0) logger.info(removed, 'removed containers and volumes that nothing needs')
      return removed
    },

    removeWorkspace: sessionId => inOrder(sessionId, () => removeWorkspaceOf(sessionId))
  }

  async function removeWorkspaceOf(sessionId: string): Promise<void> {
    // By name: what an earlier process of this server left running holds on to the files too.
    await removeContainer(engine, sessionNames(settings.instanceId, sessionId).container)
    await removeSessionWorkspace(engine, settings, sessionId)
  }

  /** One volume that cannot be removed, because someone looks into it, does not keep the others. */
  async function removeUnusedVolume(name: string): Promise<boolean> {
    try {
      return await removeVolume(engine, name)
    } catch (error) {
      if (error instanceof FixpointError) throw error
      logger.warn({ err: error, volume: name }, 'a volume could not be removed')
      return false
    }
  }
}

/** Everything in the engine that carries this instance's label. */
async function takeInventory(engine: Engine, settings: SandboxSettings) {
  const filters = { label: [`${LABELS.instance}=${settings.instanceId}`] }
  const [containers, { Volumes: volumes }] = await Promise.all([
    engine.call('list containers', abortSignal => engine.docker.listContainers({ all: true, filters, abortSignal })),
    engine.call('list volumes', abortSignal => engine.docker.listVolumes({ filters, abortSignal }))
  ])
  return {
    containers: containers.map(({ Id, Names, Labels }) => ({ id: Id, name: (Names[0] ?? '').replace(/^\//, ''), labels: Labels })),
    // The engine says null where there are none.
    volumes: volumes ?? []
  }
}

const infoSchema = z.object({
  SecurityOptions: z.array(z.string()).nullish(),
  PidsLimit: z.boolean().default(true),
  MemoryLimit: z.boolean().default(true),
  SwapLimit: z.boolean().default(true),
  CpuCfsQuota: z.boolean().default(true)
})

async function engineFacts(engine: Engine, canOverlay: boolean, signal: AbortSignal | undefined): Promise<EngineFacts> {
  const version = await engine.call('say its version', () => engine.docker.version(), signal)
  const info = infoSchema.parse(await engine.call('describe itself', () => engine.docker.info(), signal))
  const components: { Name: string; Version: string }[] = version.Components ?? []
  return {
    version: version.Version,
    apiVersion: version.ApiVersion,
    runcVersion: components.find(({ Name }) => Name === 'runc')?.Version,
    securityOptions: info.SecurityOptions ?? [],
    canLimitPids: info.PidsLimit,
    canLimitMemory: info.MemoryLimit,
    canLimitSwap: info.SwapLimit,
    canLimitCpu: info.CpuCfsQuota,
    canOverlay
  }
}
