import { z } from 'zod'
import type { UpdatesConfig } from '../config.ts'
import type { VersionsSeen } from '../observe/versions-seen.ts'
import { fallbacksOf, releasesOf, ringOf } from '../releases/state.ts'
import type { Updates } from '../updates.ts'

/** What the dashboard and `fixpoint-updates status` show. */
export const statusSchema = z.object({
  /** Hash of the last line of the audit log. */
  auditHead: z.string(),
  auditEntries: z.number().int(),
  extensions: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      rings: z.array(
        z.object({
          name: z.string(),
          updateUrl: z.string(),
          offered: z.string().nullable(),
          percentage: z.number(),
          /** What the clients outside the percentage get. */
          otherwise: z.string().nullable(),
          haltReason: z.string().nullable(),
          /** Update checks since the server's start by the version that the browser has. */
          versionsSeen: z.record(z.string(), z.number())
        })
      ),
      releases: z.array(
        z.object({
          version: z.string(),
          sha256: z.string(),
          size: z.number(),
          publishedBy: z.string(),
          publishedAt: z.string(),
          approvedBy: z.string().nullable(),
          addedPermissions: z.array(z.string()),
          rollbackOf: z.string().nullable(),
          /** Why its file is not offered; null where it is in order. */
          fault: z.string().nullable()
        })
      )
    })
  )
})
export type UpdatesStatus = z.infer<typeof statusSchema>

export function describeStatus(updates: Updates, config: UpdatesConfig, seen: VersionsSeen): UpdatesStatus {
  const { state, ledger } = updates
  return {
    auditHead: ledger.head,
    auditEntries: ledger.entries.length,
    extensions: config.extensions.map(({ id, name }) => ({
      id,
      name,
      rings: config.rings.map(ring => {
        const { offered, percentage, haltReason } = ringOf(state, id, ring)
        return {
          name: ring,
          updateUrl: `${config.publicUrl}/rings/${ring}/update`,
          offered,
          percentage,
          otherwise: percentage === 100 ? null : (fallbacksOf(state, id, ring)[0] ?? null),
          haltReason,
          versionsSeen: seen[id]?.[ring] ?? {}
        }
      }),
      releases: releasesOf(state, id)
        .toReversed()
        .map(release => ({ ...release, fault: updates.faultOf(release)?.message ?? null }))
    }))
  }
}
