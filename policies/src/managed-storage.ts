import { z } from 'zod'

/** Rings of the update server, from the first browsers that get a version to the last. */
export const RINGS = ['canary', 'early', 'all'] as const
export const ringSchema = z.enum(RINGS)

/** Ids of projects, as fixpoint.config of the server has them. */
export const projectIdSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'Use lower-case letters, digits and hyphens.')

/**
 * What the extension reads from `chrome.storage.managed`; extension/public/managed-schema.json declares the same to Chrome.
 * Chrome drops what its schema does not know, so this is the whole of it.
 */
export const managedStorageSchema = z.strictObject({
  /** Origin of the Fixpoint server; the person is not asked for it. */
  serverUrl: z.url(),
  ring: ringSchema,
  /** Projects that are offered; all of the server's where it is absent. */
  projects: z.array(projectIdSchema).min(1).max(1_000).optional()
})
export type ManagedStorage = z.infer<typeof managedStorageSchema>
