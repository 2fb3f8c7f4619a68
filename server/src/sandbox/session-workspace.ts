import { FixpointError } from '@fixpoint/protocol'
import type { VolumeInspectInfo } from 'dockerode'
import { type Engine, engineMessage, engineStatus } from './engine.ts'
import { createVolume, findVolume, removeVolume, removeVolumeAndHolders } from './engine-objects.ts'
import type { Layout } from './layout.ts'
import { LABELS, type Purpose, sessionNames } from './names.ts'
import type { PreparedWorkspace } from './prepared-workspaces.ts'
import type { SandboxSettings } from './settings.ts'

export interface SessionWorkspace {
  /** The volume to mount. */
  volume: string
  startedFrom: 'prepared' | 'existing_workspace'
  /** Resolves when nothing of the laying out is left in the engine; the volume can be mounted before that. */
  tidied: Promise<void>
}

/** A session's files cannot be mounted, because what they were in is not there any more. Nothing of them can be lost by starting anew. */
export class WorkspaceGoneError extends FixpointError {
  constructor(cause: FixpointError) {
    super('sandbox_start_failed', cause.message, { cause })
    this.name = 'WorkspaceGoneError'
  }
}

/**
 * Whether a start failed because the folder beneath a volume, or beneath what it is an overlay of, is gone. The engine says so with the
 * volume's path in its sentence (as Docker 20.10 does: “error while mounting volume '…/<name>/_data': … no such file or directory”,
 * “error evaluating symlinks from mount source "…/<name>/_data": … no such file or directory”); runc does likewise. Anything else,
 * such as a sandbox that does not answer in time, says nothing about the files.
 */
export function saysThatVolumeIsGone(engineAnswer: unknown, volume: string): boolean {
  if (!(engineAnswer instanceof Error) || engineStatus(engineAnswer) === undefined) return false
  const { message } = engineAnswer
  return message.includes(`/${volume}/`) && /mount/i.test(message) && /no such file or directory/i.test(message)
}

interface SessionWorkspaceOptions {
  engine: Engine
  layout: Layout
  settings: SandboxSettings
}

/**
 * The workspace of a session: what it left there, or else a copy-on-write view of the prepared workspace (a copy where the engine
 * cannot do that). The workspace's volume is made last: where it exists, everything it stands on was in place.
 * No container of the session may be running.
 * @param awaitsRestore a workspace that is laid out now counts as the session's only after `markRestored`
 */
export async function ensureSessionWorkspace(
  options: SessionWorkspaceOptions,
  sessionId: string,
  prepared: PreparedWorkspace,
  awaitsRestore: boolean,
  signal?: AbortSignal
): Promise<SessionWorkspace> {
  const { engine, layout, settings } = options
  const names = sessionNames(settings.instanceId, sessionId)
  const [existing, below] = await Promise.all([findVolume(engine, names.workspace, signal), findVolume(engine, prepared.volume, signal)])
  if (existing !== undefined) {
    if (await isWhole(engine, existing, names, signal)) {
      const volume = existing.Labels[LABELS.volume] ?? names.workspace
      return { volume, startedFrom: 'existing_workspace', tidied: Promise.resolve() }
    }
    await removeVolume(engine, names.workspace)
  }
  // Files without a workspace are what an attempt left that was cut short.
  await Promise.all([removeVolumeAndHolders(engine, names.files, settings.instanceId), removeVolume(engine, names.restored)])

  // The engine would make an empty volume of this name without a word.
  if (below === undefined) {
    throw new FixpointError('sandbox_start_failed', 'The prepared workspace that the session starts from is gone.', {
      hint: 'Send the prompt again: it is prepared anew.'
    })
  }

  const labels = (purpose: Purpose) => ({
    [LABELS.instance]: settings.instanceId,
    [LABELS.purpose]: purpose,
    [LABELS.session]: sessionId,
    [LABELS.standsOn]: prepared.volume,
    ...(purpose === 'session-workspace' && awaitsRestore && { [LABELS.awaitsRestore]: 'true' })
  })
  let tidied: Promise<void> | undefined
  try {
    await createVolume(engine, { Name: names.files, Labels: labels('session-files') })
    const DriverOpts = (await layout.canOverlay(signal)) ? await layout.overlayOptions(prepared.volume, names.files, signal) : undefined
    if (DriverOpts !== undefined) {
      const tidy = await layout.asOverlayFiles(names.files, signal)
      tidied = tidy()
      tidied.catch(() => undefined) // whoever awaits it is told
      await createVolume(engine, { Name: names.workspace, Driver: 'local', DriverOpts, Labels: labels('session-workspace') })
      return { volume: names.workspace, startedFrom: 'prepared', tidied }
    }
    await layout.copy(prepared.volume, names.files, signal)
    await createVolume(engine, { Name: names.workspace, Labels: { ...labels('session-workspace'), [LABELS.volume]: names.files } })
    return { volume: names.files, startedFrom: 'prepared', tidied: Promise.resolve() }
  } catch (error) {
    await tidied?.catch(() => undefined)
    if (engineStatus(error) === undefined) throw error
    throw new FixpointError('sandbox_start_failed', `The workspace could not be laid out: ${engineMessage(error)}`, { cause: error })
  }
}

/** Whether the volumes that a workspace stands on are still there, since a person may have tidied up, and what was to be restored in it was. */
async function isWhole(
  engine: Engine,
  workspace: VolumeInspectInfo,
  { files, restored }: ReturnType<typeof sessionNames>,
  signal: AbortSignal | undefined
): Promise<boolean> {
  const isCopy = workspace.Labels[LABELS.volume] !== undefined
  const isRestored = workspace.Labels[LABELS.awaitsRestore] !== undefined
  const needed = [files, ...(isCopy ? [] : [workspace.Labels[LABELS.standsOn] ?? '']), ...(isRestored ? [restored] : [])]
  const found = await Promise.all(needed.map(name => findVolume(engine, name, signal)))
  return found.every(volume => volume !== undefined)
}

/** From now on a workspace that was to be restored counts as the session's. */
export async function markRestored(engine: Engine, { instanceId }: SandboxSettings, sessionId: string): Promise<void> {
  const Labels = { [LABELS.instance]: instanceId, [LABELS.purpose]: 'session-restored', [LABELS.session]: sessionId }
  await createVolume(engine, { Name: sessionNames(instanceId, sessionId).restored, Labels })
}

/** Removes what a session left; nothing of it may be running. @returns how many volumes there were. */
export async function removeSessionWorkspace(engine: Engine, settings: SandboxSettings, sessionId: string): Promise<number> {
  const names = sessionNames(settings.instanceId, sessionId)
  const removed = [
    await removeVolume(engine, names.restored),
    await removeVolume(engine, names.workspace),
    await removeVolumeAndHolders(engine, names.files, settings.instanceId)
  ]
  return removed.filter(Boolean).length
}
