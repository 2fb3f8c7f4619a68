import { setTimeout as delay } from 'node:timers/promises'
import { FixpointError } from '@fixpoint/protocol'
import type { ContainerCreateOptions, ImageInspectInfo, VolumeCreateOptions, VolumeInspectInfo } from 'dockerode'
import { type Engine, engineStatus } from './engine.ts'
import { LABELS } from './names.ts'

const REMOVAL_ATTEMPTS = 100
const REMOVAL_PAUSE_MS = 100

/** What the engine knows of a volume; nothing where there is none of the name. */
export async function findVolume(engine: Engine, name: string, signal?: AbortSignal): Promise<VolumeInspectInfo | undefined> {
  return unlessMissing(engine.call('look up a volume', abortSignal => engine.docker.getVolume(name).inspect({ abortSignal }), signal))
}

/** What the engine knows of an image; nothing where there is none of the name. */
export async function findImage(engine: Engine, name: string, signal?: AbortSignal): Promise<ImageInspectInfo | undefined> {
  return unlessMissing(engine.call('look up an image', () => engine.docker.getImage(name).inspect(), signal))
}

export function imageMissing(name: string, cause?: unknown): FixpointError {
  return new FixpointError('image_missing', `The sandbox image ${name} is not there.`, { cause })
}

/*
 * What makes something takes no signal of the caller's: the engine goes on with a request whose caller has left, and what it makes
 * then would be there after the caller has tidied up, known to nobody. It is a matter of milliseconds.
 */

export async function createVolume(engine: Engine, options: VolumeCreateOptions): Promise<void> {
  await engine.call('create a volume', abortSignal => engine.docker.createVolume({ ...options, abortSignal }))
}

/** @returns the container's id. */
export async function createContainer(engine: Engine, options: ContainerCreateOptions): Promise<string> {
  const container = await engine.call('create a container', abortSignal => engine.docker.createContainer({ ...options, abortSignal }))
  return container.id
}

/** @returns whether there was one. */
export async function removeVolume(engine: Engine, name: string): Promise<boolean> {
  const removed = await unlessMissing(
    engine.call('remove a volume', async abortSignal => {
      await engine.docker.getVolume(name).remove({ abortSignal })
      return true
    })
  )
  return removed ?? false
}

/**
 * Removes a volume, with the containers of this instance that hold on to it: those that a server left which was killed.
 * @returns whether there was one.
 */
export async function removeVolumeAndHolders(engine: Engine, name: string, instanceId: string): Promise<boolean> {
  try {
    return await removeVolume(engine, name)
  } catch (error) {
    if (engineStatus(error) !== 409) throw error
    const filters = { volume: [name], label: [`${LABELS.instance}=${instanceId}`] }
    const holders = await engine.call('list containers', abortSignal => engine.docker.listContainers({ all: true, filters, abortSignal }))
    for (const { Id } of holders) await removeContainer(engine, Id)
    return await removeVolume(engine, name)
  }
}

/**
 * Ends and removes a container with the volumes that have no name. When this resolves nothing of it runs any more.
 * @returns whether there was one.
 */
export async function removeContainer(engine: Engine, nameOrId: string): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await engine.call('remove a container', abortSignal =>
        engine.docker.getContainer(nameOrId).remove({ force: true, v: true, abortSignal })
      )
      return true
    } catch (error) {
      if (engineStatus(error) === 404) return attempt > 1
      // Somebody else is removing it: it is gone when the engine no longer knows it.
      if (engineStatus(error) !== 409 || attempt === REMOVAL_ATTEMPTS) throw error
      await delay(REMOVAL_PAUSE_MS)
    }
  }
}

async function unlessMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    if (engineStatus(error) === 404) return undefined
    throw error
  }
}
