import { z } from 'zod'

/** What can happen to releases and rings. The state of the server is a fold over these; nothing else is kept. */
export const updateEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('release.published'),
    extensionId: z.string(),
    version: z.string(),
    /** Of the whole CRX, lower-case hexadecimal. */
    sha256: z.string(),
    /** Bytes. */
    size: z.number().int(),
    minimumChromeVersion: z.string().nullable(),
    permissions: z.array(z.string()),
    /** Those that the release before did not have; the publisher has named them. */
    addedPermissions: z.array(z.string()),
    /** The earlier release whose code this is, under a higher version. */
    rollbackOf: z.string().nullable()
  }),
  z.object({ type: z.literal('release.approved'), extensionId: z.string(), version: z.string() }),
  z.object({
    type: z.literal('ring.offered'),
    extensionId: z.string(),
    ring: z.string(),
    version: z.string(),
    percentage: z.number().int()
  }),
  z.object({ type: z.literal('ring.halted'), extensionId: z.string(), ring: z.string(), reason: z.string() }),
  z.object({ type: z.literal('ring.resumed'), extensionId: z.string(), ring: z.string() })
])
export type UpdateEvent = z.infer<typeof updateEventSchema>
export type ReleasePublished = Extract<UpdateEvent, { type: 'release.published' }>

/** One line of the audit log: what one person did at once, bound to the line before by its hash. */
export const ledgerEntrySchema = z.object({
  seq: z.number().int(),
  /** ISO 8601, UTC. */
  at: z.string(),
  who: z.string(),
  events: z.array(updateEventSchema).min(1),
  /** Hash of the entry before; 64 zeros for the first. */
  previous: z.string(),
  /** SHA-256 of everything above, lower-case hexadecimal. */
  hash: z.string()
})
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>
