import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { FixpointError } from '@fixpoint/protocol'
import { diskReserveOf, type EgressDecision, type FileChanges, type LocalTarget, type SandboxHealth } from '@fixpoint/protocol/sandbox'
import type { ContainerCreateOptions, ContainerInspectInfo } from 'dockerode'
import { type EgressOptions, serveEgress } from './egress.ts'
import type { AllowListEntry } from './egress-policy.ts'
import { type Engine, engineMessage, engineStatus } from './engine.ts'
import { createContainer, imageMissing, removeContainer } from './engine-objects.ts'
import type { SandboxLogger } from './logger.ts'
import type { Network } from './network.ts'
import { awaitHealth, type SandboxCalls, sandboxCalls, watchFiles } from './sandbox-calls.ts'
import type { SandboxSettings } from './settings.ts'
import { logStderr } from './stderr-log.ts'
import { stdioStream } from './stdio-stream.ts'
import { EGRESS_COMMAND } from './template.ts'
import { openTunnel, type Tunnel } from './tunnel.ts'

/** The way out is opened again when its process in the sandbox has ended, but not for ever. */
const MAX_EGRESS_STARTS = 10
const EGRESS_PAUSE_MS = 300
/** Decisions that one sandbox may put into the log of its session; the rest are made without being reported. */
const MAX_DECISIONS = 1_000

const STATE_LOOKS = 10
const STATE_PAUSE_MS = 50
/** Exit status of a process that SIGKILL ended. */
const KILLED = 137

/** A container with sandboxd in it, ready for calls. */
export interface RunningSandbox extends SandboxCalls {
  /** Joins with what listens in the sandbox, by name. */
  connect(target: LocalTarget, signal?: AbortSignal): Promise<Duplex>
  /** Hears of changes to the files until the signal ends it, or the sandbox. */
  watchFiles(signal: AbortSignal): Promise<AsyncIterable<FileChanges>>
  /** Resolves with `sandbox_lost` and the reason when the sandbox ended without `stop`. Never rejects. */
  lost: Promise<FixpointError>
  /** Ends everything in the sandbox and removes the container. */
  stop(): Promise<void>
}

export interface RunOptions {
  engine: Engine
  settings: SandboxSettings
  network: Network
  logger: SandboxLogger
  template: ContainerCreateOptions
  /** Begins something new, which needs room on the disk. */
  needsRoom: boolean
  allowList: readonly AllowListEntry[]
  onEgress(decision: EgressDecision): void
}

/**
 * Creates and starts a container and connects to sandboxd in it. Where that fails nothing is left behind.
 * @throws FixpointError `image_missing`, `sandbox_start_failed`, `docker_unavailable`, `storage_full`; the signal's reason.
 */
export async function runSandbox(options: RunOptions, signal?: AbortSignal): Promise<RunningSandbox> {
  const { engine, settings, template, logger } = options
  signal?.throwIfAborted()
  const containerId = await create(options)
  const stopping = new AbortController()
  try {
    const tunnel = await connect(containerId, options, signal)
    const over = new AbortController()
    void tunnel.ended.then(() => over.abort())
    try {
      const wayOut = openWayOut(containerId, options, AbortSignal.any([stopping.signal, over.signal]))
      const { disk } = await awaitHealth(tunnel, settings.startTimeoutMs, signal)
      if (options.needsRoom) requireRoom(disk, settings.diskReserveBytes)
      const calls = sandboxCalls(tunnel)
      const commandsCanStart = Promise.race([wayOut, tunnel.ended])
      return {
        ...calls,
        // Files can be read at once; what runs commands waits the moment until the way out is there.
        async exec(input, execOptions) {
          await commandsCanStart
          return calls.exec(input, execOptions)
        },
        async request(operation, input, requestOptions) {
          if (operation === 'dev-server/start' || operation === 'vscode/start') await commandsCanStart
          return calls.request(operation, input, requestOptions)
        },
        async connect(target, connectSignal) {
          if (target === 'terminal') await commandsCanStart
          return await tunnel.connect(target, connectSignal)
        },
        watchFiles: watchSignal => watchFiles(tunnel, watchSignal),
        lost: watchLoss(tunnel, containerId, options, stopping.signal),
        async stop() {
          stopping.abort()
          tunnel.close()
          await removeContainer(engine, containerId)
        }
      }
    } catch (error) {
      tunnel.close()
      throw error
    }
  } catch (error) {
    stopping.abort()
    const failure = await startFailure(error, containerId, options)
    await removeQuietly(containerId, options)
    signal?.throwIfAborted()
    logger.warn({ err: error, name: template.name }, 'a sandbox did not start')
    throw failure
  }
}

async function create({ engine, settings, template }: RunOptions): Promise<string> {
  try {
    return await createContainer(engine, template)
  } catch (error) {
    if (engineStatus(error) === 404) {
      throw imageMissing(settings.image, error)
    }
    if (error instanceof FixpointError) throw error
    throw new FixpointError('sandbox_start_failed', `Docker refused to create the sandbox: ${engineMessage(error)}`, { cause: error })
  }
}

/** Joins the container's standard streams before it starts, so that nothing is missed, and starts it. */
async function connect(containerId: string, { engine, settings, logger }: RunOptions, signal: AbortSignal | undefined): Promise<Tunnel> {
  const container = engine.docker.getContainer(containerId)
  const streams = { stream: true, stdin: true, stdout: true, stderr: true, hijack: true }
  const socket = await engine.call('connect to a sandbox', () => container.attach(streams), signal)
  if (!(socket instanceof Duplex)) throw new TypeError('the engine’s client did not return a socket')
  const stdio = await stdioStream(socket, logStderr(logger, { container: containerId.slice(0, 12), process: 'sandboxd' }))
  const tunnel = openTunnel(stdio.socket, { silenceTimeoutMs: settings.silenceTimeoutMs, lastHeard: stdio.lastHeard })
  try {
    await engine.call('start a sandbox', abortSignal => container.start({ abortSignal }), signal)
    return tunnel
  } catch (error) {
    tunnel.close()
    throw error
  }
}

/**
 * Starts the proxy in the sandbox and serves it until `over`. A command there may end the proxy; it is started again a few
 * times. While it is down nothing leaves.
 * @returns resolves when the proxy takes connections, or is known not to come up.
 */
function openWayOut(containerId: string, options: RunOptions, over: AbortSignal): Promise<void> {
  const { settings, logger } = options
  const fields = { container: containerId.slice(0, 12) }
  const { promise: ready, resolve } = Promise.withResolvers<void>()
  const egress: EgressOptions = {
    allowList: options.allowList,
    network: options.network,
    budget: { remaining: settings.egressBytes },
    maxConnections: settings.egressConnections,
    onDecision: limitDecisions(options.onEgress, () =>
      logger.warn(fields, 'a sandbox tried too many connections; the rest is not reported')
    ),
    logger
  }
  const keepOpen = async () => {
    for (let start = 1; start <= MAX_EGRESS_STARTS && !over.aborted; start += 1) {
      try {
        const stream = await startProxy(containerId, options, over)
        const session = serveEgress(stream, egress)
        over.addEventListener('abort', session.close, { once: true })
        void session.ready.then(resolve)
        await session.ended
        over.removeEventListener('abort', session.close)
      } catch (error) {
        if (!over.aborted) logger.warn({ ...fields, err: error }, 'the way out of a sandbox could not be opened')
      }
      if (over.aborted) break
      logger.warn({ ...fields, start }, 'the way out of a sandbox is closed')
      await pause(EGRESS_PAUSE_MS, over)
    }
    resolve()
  }
  void keepOpen()
  return ready
}

async function startProxy(containerId: string, { engine, logger }: RunOptions, over: AbortSignal): Promise<Socket> {
  const exec = await engine.call(
    'open the way out of a sandbox',
    abortSignal =>
      engine.docker
        .getContainer(containerId)
        .exec({ Cmd: EGRESS_COMMAND, AttachStdin: true, AttachStdout: true, AttachStderr: true, abortSignal }),
    over
  )
  const socket = await engine.call('open the way out of a sandbox', () => exec.start({ hijack: true, stdin: true }), over)
  const stdio = await stdioStream(socket, logStderr(logger, { container: containerId.slice(0, 12), process: 'egress' }))
  return stdio.socket
}

function limitDecisions(report: (decision: EgressDecision) => void, onLimit: () => void): (decision: EgressDecision) => void {
  let left = MAX_DECISIONS
  return decision => {
    left -= 1
    if (left >= 0) report(decision)
    else if (left === -1) onLimit()
  }
}

/** Waits for the tunnel's end, finds out what was behind it and removes what is left of the container. */
async function watchLoss(tunnel: Tunnel, containerId: string, options: RunOptions, stopped: AbortSignal): Promise<FixpointError> {
  const why = await tunnel.ended
  // Stopping is no loss: nobody will ever wait for it in vain, because whoever stops knows.
  if (stopped.aborted) return new Promise(() => undefined)
  const reason = (await causeOfEnd(containerId, options)) ?? why
  await removeQuietly(containerId, options)
  options.logger.warn({ container: containerId.slice(0, 12), why, reason }, 'a sandbox was lost')
  return new FixpointError('sandbox_lost', `The sandbox was lost: ${reason}.`)
}

/** What became of the container, in words; nothing where the engine says that it runs as it should. */
async function causeOfEnd(containerId: string, { engine, settings, logger }: RunOptions): Promise<string | undefined> {
  try {
    const state = await settledState(engine, containerId)
    if (state.OOMKilled) return `it ran out of memory (${Math.round(settings.memoryBytes / 1024 / 1024)} MB)`
    if (state.Paused) return 'its container was paused'
    if (state.Running) return undefined
    if (state.ExitCode === KILLED) return 'its container was killed'
    return `its main process ended with status ${state.ExitCode}`
  } catch (error) {
    if (engineStatus(error) === 404) return 'its container was removed'
    if (error instanceof FixpointError && error.code === 'docker_unavailable') return 'Docker has stopped answering'
    logger.warn({ container: containerId.slice(0, 12), err: error }, 'the engine did not say what became of a sandbox')
    return undefined
  }
}

/** The streams close a moment before the engine has noted the end. */
async function settledState(engine: Engine, containerId: string): Promise<ContainerInspectInfo['State']> {
  for (let look = 1; ; look += 1) {
    const { State } = await engine.call('look at a sandbox', abortSignal =>
      engine.docker.getContainer(containerId).inspect({ abortSignal })
    )
    if (!State.Running || State.Paused || look === STATE_LOOKS) return State
    await delay(STATE_PAUSE_MS)
  }
}

/** @throws FixpointError `storage_full` where too little is left of the disk that Docker has its volumes on. */
export function requireRoom({ free, total }: SandboxHealth['disk'], reserveBytes: number): void {
  const reserve = diskReserveOf({ total }, reserveBytes)
  if (free >= reserve) return
  const gigabytes = (bytes: number) => `${(bytes / 1024 ** 3).toFixed(1)} GB`
  throw new FixpointError(
    'storage_full',
    `Docker’s disk has ${gigabytes(free)} left of ${gigabytes(total)}; ${gigabytes(reserve)} are kept free.`,
    {
      hint: 'Make room: `docker system df` shows what takes it. Less is kept free with sandbox.diskReserveMegabytes.'
    }
  )
}

async function startFailure(error: unknown, containerId: string, options: RunOptions): Promise<unknown> {
  if (error instanceof FixpointError && error.code !== 'sandbox_lost' && error.code !== 'outcome_unknown') return error
  const isEngines = engineStatus(error) !== undefined
  const cause = isEngines ? engineMessage(error) : await causeOfEnd(containerId, options)
  const reason = cause ?? (error instanceof Error ? error.message : String(error))
  return new FixpointError('sandbox_start_failed', `The sandbox did not start: ${reason}`, { cause: error })
}

async function removeQuietly(containerId: string, { engine, logger }: RunOptions): Promise<void> {
  try {
    await removeContainer(engine, containerId)
  } catch (error) {
    logger.warn({ container: containerId.slice(0, 12), err: error }, 'a container could not be removed now; it is left to the reaper')
  }
}

async function pause(ms: number, over: AbortSignal): Promise<void> {
  await Promise.race([
    delay(ms, undefined, { ref: false }),
    new Promise(resolve => over.addEventListener('abort', resolve, { once: true }))
  ])
}
