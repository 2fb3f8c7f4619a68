import { FixpointError } from '@fixpoint/protocol'
import type { MountSettings } from 'dockerode'
import { type Engine, engineStatus } from './engine.ts'
import { createContainer, createVolume, findVolume, imageMissing, removeContainer, removeVolume } from './engine-objects.ts'
import { LABELS } from './names.ts'
import type { SandboxSettings } from './settings.ts'
import { layoutTemplate, WITHOUT_COPY, WORKSPACE } from './template.ts'

/** Where the image has the folders `upper` and `work` of an overlay, owned by the sandbox's user. */
const OVERLAY_FOLDERS = '/opt/fixpoint/overlay'
const COPY_SOURCE = '/opt/fixpoint/overlay'

/** Puts files of volumes in place by means of the engine alone, so that it works on a remote one too. */
export interface Layout {
  /** Makes an empty volume belong to the sandbox's user, as the root of a workspace. */
  asWorkspace(volume: string, signal?: AbortSignal): Promise<void>
  /**
   * Makes an empty volume the place for what a session changes.
   * @returns tidies up, which the caller awaits at the end; the volume can be mounted meanwhile.
   */
  asOverlayFiles(volume: string, signal?: AbortSignal): Promise<() => Promise<void>>
  /** Copies a workspace. */
  copy(from: string, to: string, signal?: AbortSignal): Promise<void>
  /** Whether this engine can mount one volume over another; tried once. */
  canOverlay(signal?: AbortSignal): Promise<boolean>
  /**
   * Options of a volume that shows `lower` with what was changed kept in `files`; nothing where the engine keeps volumes at
   * places whose names cannot stand in mount options.
   */
  overlayOptions(lower: string, files: string, signal?: AbortSignal): Promise<Record<string, string> | undefined>
}

interface LayoutOptions {
  engine: Engine
  settings: SandboxSettings
  /** Makes names that were not used before. */
  uniqueName(): string
  /** Holds the names of containers and volumes while they are in use here, so that nobody tidies them away. */
  underWay: Set<string>
}

export function createLayout({ engine, settings, uniqueName, underWay }: LayoutOptions): Layout {
  let overlayTrial: Promise<boolean> | undefined

  /**
   * Creates a container with these volumes, which fills those that are empty from the image's folders, and runs a command in it where
   * there is one.
   * @returns removes the container
   */
  async function begin(mounts: MountSettings[], command: string[] | undefined, signal?: AbortSignal): Promise<() => Promise<void>> {
    const name = `fixpoint-layout-${uniqueName()}`
    const template = layoutTemplate({ settings, name, mounts, ...(command && { command }) })
    underWay.add(name)
    const tidy = async () => {
      try {
        await removeContainer(engine, name)
      } finally {
        underWay.delete(name)
      }
    }
    try {
      signal?.throwIfAborted()
      await createContainer(engine, template)
      if (command === undefined) return tidy
      const container = engine.docker.getContainer(name)
      await engine.call('start a container', abortSignal => container.start({ abortSignal }), signal)
      const { StatusCode } = await engine.call('wait for a container', abortSignal => container.wait({ abortSignal }), signal)
      if (StatusCode !== 0) throw new FixpointError('sandbox_start_failed', `Laying out files ended with status ${StatusCode}.`)
      return tidy
    } catch (error) {
      await tidy()
      if (engineStatus(error) !== 404) throw error
      throw imageMissing(settings.image, error)
    }
  }

  async function run(mounts: MountSettings[], command: string[] | undefined, signal?: AbortSignal): Promise<void> {
    const tidy = await begin(mounts, command, signal)
    await tidy()
  }

  async function overlayOptions(lower: string, files: string, signal?: AbortSignal): Promise<Record<string, string> | undefined> {
    const [below, above] = await Promise.all([findVolume(engine, lower, signal), findVolume(engine, files, signal)])
    const places = [below?.Mountpoint ?? '', above?.Mountpoint ?? '']
    // The separators of mount options and of lowerdir lists.
    if (places.some(place => place === '' || /[,:\\]/.test(place))) return undefined
    return { type: 'overlay', device: 'overlay', o: `lowerdir=${places[0]},upperdir=${places[1]}/upper,workdir=${places[1]}/work` }
  }

  const asWorkspace = (name: string, signal?: AbortSignal) => run([volume(name, WORKSPACE)], undefined, signal)
  const asOverlayFiles = (name: string, signal?: AbortSignal) => begin([volume(name, OVERLAY_FOLDERS)], undefined, signal)

  /** Mounts an overlay of two small volumes and writes to it, as the sandboxes will. */
  async function tryOverlay(): Promise<boolean> {
    const base = `fixpoint-layout-${uniqueName()}`
    const [lower, files, joined] = [`${base}-lower`, `${base}-files`, `${base}-joined`]
    const Labels = { [LABELS.instance]: settings.instanceId, [LABELS.purpose]: 'layout' }
    for (const name of [lower, files, joined]) underWay.add(name)
    try {
      for (const Name of [lower, files]) await createVolume(engine, { Name, Labels })
      await asWorkspace(lower)
      const tidy = await asOverlayFiles(files)
      await tidy()
      const DriverOpts = await overlayOptions(lower, files)
      if (DriverOpts === undefined) return false
      await createVolume(engine, { Name: joined, Driver: 'local', DriverOpts, Labels })
      await run([{ ...volume(joined, WORKSPACE), VolumeOptions: WITHOUT_COPY }], ['/bin/sh', '-c', `echo > ${WORKSPACE}/trial`], undefined)
      return true
    } catch (error) {
      // The engine answered, and what it said was no.
      if (engineStatus(error) !== undefined || (error instanceof FixpointError && error.code === 'sandbox_start_failed')) return false
      throw error
    } finally {
      for (const name of [joined, files, lower]) {
        await removeVolume(engine, name)
        underWay.delete(name)
      }
    }
  }

  return {
    asWorkspace,
    asOverlayFiles,
    overlayOptions,
    copy: (from, to, signal) =>
      run(
        [{ ...volume(from, COPY_SOURCE), ReadOnly: true, VolumeOptions: WITHOUT_COPY }, volume(to, WORKSPACE)],
        ['/bin/cp', '-a', '--reflink=auto', `${COPY_SOURCE}/.`, WORKSPACE],
        signal
      ),
    canOverlay() {
      overlayTrial ??= tryOverlay().catch((error: unknown) => {
        // Not the engine's word on overlays: it is asked again the next time.
        overlayTrial = undefined
        throw error
      })
      return overlayTrial
    }
  }
}

function volume(name: string, target: string): MountSettings {
  return { Type: 'volume', Source: name, Target: target }
}
