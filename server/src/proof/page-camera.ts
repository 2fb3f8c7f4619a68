import { type Picture, pictureSchema, type Viewport } from '@fixpoint/protocol'
import { type LookInput, look, type PictureRef, pickSightingSchema } from '@fixpoint/protocol/sandbox'
import { z } from 'zod'
import type { SandboxCalls } from '../sandbox/sandbox-calls.ts'
import type { ArtifactStore } from '../store/artifact-store.ts'

/** Every side of a page picture in device pixels; above it the scale is lowered. */
const MAX_PICTURE_SIDE = 4_096

export interface PageCamera {
  /** Looks at a page of the dev server and keeps its pictures as artifacts of the session. */
  look(input: Omit<LookInput, 'port'>, signal: AbortSignal): Promise<Sighting>
}

/** What was seen, with pictures as artifacts. */
export const sightingSchema = look.output.extend({
  page: pictureSchema,
  element: pictureSchema.optional(),
  picks: z.array(pickSightingSchema.extend({ crop: pictureSchema.optional() }))
})
export type Sighting = z.infer<typeof sightingSchema>

export interface PageCameraOptions {
  sandbox: SandboxCalls
  artifacts: ArtifactStore
  sessionId: string
  port: number
}

export function createPageCamera({ sandbox, artifacts, sessionId, port }: PageCameraOptions): PageCamera {
  async function keep(reference: PictureRef, signal: AbortSignal): Promise<Picture> {
    const bytes = await sandbox.picture(reference.pictureId, signal)
    const { width, height } = reference
    const { artifactId } = await artifacts.put(sessionId, bytes, { mediaType: 'image/png', width, height })
    return { artifactId, width, height }
  }

  return {
    async look(input, signal) {
      const seen = await sandbox.request('look', { ...input, port, viewport: withBoundedScale(input.viewport) }, { signal })
      const picks: Sighting['picks'] = []
      for (const { crop, ...pick } of seen.picks) picks.push(crop ? { ...pick, crop: await keep(crop, signal) } : pick)
      const { page, element, ...rest } = seen
      return { ...rest, page: await keep(page, signal), ...(element ? { element: await keep(element, signal) } : {}), picks }
    }
  }
}

/** Pictures keep the person's scale as long as they stay within what can be compared and sent. */
function withBoundedScale(viewport: Viewport): Viewport {
  const largest = Math.max(viewport.width, viewport.height)
  const deviceScaleFactor = Math.min(viewport.deviceScaleFactor, Math.max(1, MAX_PICTURE_SIDE / largest), 2)
  return { ...viewport, deviceScaleFactor }
}

/** Path, query and fragment of a page's address, for the same page on the dev server. */
export function pathOf(pageUrl: string): string {
  const { pathname, search, hash } = new URL(pageUrl)
  return pathname + search + hash
}
