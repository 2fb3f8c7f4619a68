import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { cutText, FixpointError, stripControls } from '@fixpoint/protocol'
import type { AllowedHost, EgressDecision } from '@fixpoint/protocol/sandbox'
import { allowListFrom } from './egress-policy.ts'
import type { Engine } from './engine.ts'
import { createVolume, findVolume, removeVolume } from './engine-objects.ts'
import { keepOutput } from './kept-output.ts'
import type { Layout } from './layout.ts'
import type { SandboxLogger } from './logger.ts'
import { LABELS, type Purpose, preparedKey, preparedNames } from './names.ts'
import type { Network } from './network.ts'
import { type RunningSandbox, runSandbox } from './running-sandbox.ts'
import type { SandboxSettings } from './settings.ts'
import { sharedRuns } from './shared-runs.ts'
import { sandboxTemplate } from './template.ts'

export interface PreparedWorkspace {
  key: string
  commit: string
  volume: string
}

export interface InstallCommand {
  command: string
  /** Folder below the workspace. */
  cwd: string
  timeoutMs: number
  /** Hosts that the command may reach. */
  allowedHosts: readonly AllowedHost[]
  environment: Record<string, string>
}

export interface PrepareInput {
  projectId: string
  commit: string
  branch: string
  /** A git bundle that reaches the commit, without prerequisites; asked for only where the workspace is not there yet. */
  bundle(): Promise<Readable>
  install?: InstallCommand | undefined
  onOutput(text: string): void
}

export interface PreparedWorkspaces {
  /**
   * The workspace of a project at a commit with its dependencies: the one that is there, or a new one. Callers who want the same
   * one share the work; it ends when all of them have given up.
   * @throws FixpointError `workspace_prepare_failed` with the end of what the install command printed, and what `runSandbox` throws.
   */
  prepare(input: PrepareInput, signal?: AbortSignal): Promise<PreparedWorkspace>
}

interface PreparedWorkspacesOptions {
  engine: Engine
  settings: SandboxSettings
  network: Network
  logger: SandboxLogger
  layout: Layout
  now(): Date
  uniqueName(): string
  /** Holds the names of containers and volumes while they are in use here, so that nobody tidies them away. */
  underWay: Set<string>
}

/** Characters of an install command's output that an error carries. */
const ERROR_OUTPUT = 1_200
/** How long a failed call waits for the engine to say what became of the sandbox. */
const LOSS_PATIENCE_MS = 10_000

export function createPreparedWorkspaces(options: PreparedWorkspacesOptions): PreparedWorkspaces {
  const { engine, settings, network, logger, layout, now, uniqueName, underWay } = options
  const runs = sharedRuns<PreparedWorkspace>()

  /** A prepared workspace counts only when its marker says so and its files are still there. */
  async function find(key: string, signal?: AbortSignal): Promise<PreparedWorkspace | undefined> {
    const marker = await findVolume(engine, preparedNames(settings.instanceId, key, '').marker, signal)
    const { [LABELS.volume]: volume, [LABELS.commit]: commit } = marker?.Labels ?? {}
    if (marker === undefined || volume === undefined || commit === undefined) return undefined
    if ((await findVolume(engine, volume, signal)) !== undefined) return { key, commit, volume }
    await removeVolume(engine, marker.Name)
    return undefined
  }

  async function prepareAnew(
    key: string,
    input: PrepareInput,
    emit: (text: string) => void,
    signal: AbortSignal
  ): Promise<PreparedWorkspace> {
    // Each attempt has files of its own, which no other attempt can be mistaken for.
    const names = preparedNames(settings.instanceId, key, uniqueName())
    const labels = (purpose: Purpose) => ({
      [LABELS.instance]: settings.instanceId,
      [LABELS.purpose]: purpose,
      [LABELS.project]: input.projectId,
      [LABELS.key]: key
    })
    underWay.add(names.files)
    try {
      await createVolume(engine, { Name: names.files, Labels: labels('prepare') })
      await layout.asWorkspace(names.files, signal)
      const sandbox = await runSandbox(
        {
          engine,
          settings,
          network,
          logger,
          template: sandboxTemplate({
            settings,
            name: names.container,
            purpose: 'prepare',
            labels: labels('prepare'),
            workspace: names.files
          }),
          needsRoom: true,
          allowList: allowListFrom(input.install?.allowedHosts ?? []),
          onEgress: decision => {
            if (!decision.isAllowed) emit(refusalLine(decision))
          }
        },
        signal
      )
      try {
        await sandbox.populate(await input.bundle(), { branch: input.branch, commit: input.commit }, signal)
        if (input.install !== undefined) await install(sandbox, input.install, emit, signal)
      } catch (error) {
        throw await preferLoss(error, sandbox)
      } finally {
        await sandbox.stop()
      }
      // From here on it is whole; one volume is made at one stroke.
      const finished = { [LABELS.commit]: input.commit, [LABELS.volume]: names.files, [LABELS.preparedAt]: now().toISOString() }
      await createVolume(engine, { Name: names.marker, Labels: { ...labels('prepared-marker'), ...finished } })
      return { key, commit: input.commit, volume: names.files }
    } catch (error) {
      await removeVolume(engine, names.files).catch((cause: unknown) =>
        logger.warn({ err: cause, volume: names.files }, 'an unfinished workspace could not be removed now; it is left to the reaper')
      )
      throw error
    } finally {
      underWay.delete(names.files)
    }
  }

  return {
    async prepare(input, signal) {
      const { onOutput, bundle: _, ...content } = input
      const key = preparedKey([settings.image, content])
      return (
        (await find(key, signal)) ?? (await runs.join(key, (emit, runSignal) => prepareAnew(key, input, emit, runSignal), onOutput, signal))
      )
    }
  }
}

async function install(
  sandbox: RunningSandbox,
  { command, cwd, timeoutMs, environment }: InstallCommand,
  emit: (text: string) => void,
  signal: AbortSignal
): Promise<void> {
  const tail = keepOutput(2 * ERROR_OUTPUT)
  const result = await sandbox.exec(
    { command, cwd, timeoutMs, environment },
    {
      signal,
      onOutput: (_stream, text) => {
        tail.add(text)
        emit(text)
      }
    }
  )
  if (result.exitCode === 0) return
  const how = result.timedOut
    ? `did not finish within ${Math.round(timeoutMs / 1_000)} s`
    : result.outOfMemory
      ? 'ran out of memory'
      : result.outOfDisk
        ? 'was ended, because its files take more than a sandbox may have (sandbox.diskMegabytes) or the disk is nearly full'
        : result.signal === null
          ? `ended with status ${result.exitCode}`
          : `was ended by ${result.signal}`
  const printed = stripControls(tail.text()).trim().slice(-ERROR_OUTPUT)
  throw new FixpointError('workspace_prepare_failed', `“${cutText(command, 200)}” ${how}.${printed === '' ? '' : `\n${printed}`}`)
}

/** A call that failed because the sandbox was lost says less than the loss itself. */
async function preferLoss(error: unknown, sandbox: RunningSandbox): Promise<unknown> {
  if (!(error instanceof FixpointError) || error.code !== 'sandbox_lost') return error
  const loss = await Promise.race([sandbox.lost, delay(LOSS_PATIENCE_MS, undefined, { ref: false })])
  return new FixpointError('workspace_prepare_failed', (loss ?? error).message, { cause: error })
}

function refusalLine({ host, port, reason }: EgressDecision): string {
  return `\n[fixpoint] not connected to ${host}${port === null ? '' : `:${port}`} (${reason})\n`
}
