import { setTimeout as delay } from 'node:timers/promises'
import { FixpointError } from '@fixpoint/protocol'
import type { ImageInspectInfo, VolumeCreateOptions, VolumeInspectInfo } from 'dockerode'
import { type Engine, engineStatus } from './engine.ts'

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

export async function createVolume(engine: Engine, options: VolumeCreateOptions, signal?: AbortSignal): Promise<void> {
  await engine.call('create a volume', abortSignal => engine.docker.createVolume({ ...options, abortSignal }), signal)
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
