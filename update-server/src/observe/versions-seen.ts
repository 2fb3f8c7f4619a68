import { isVersion } from '../crx/version.ts'
import { findRelease, type UpdatesState } from '../releases/state.ts'
import type { Tallies } from './tallies.ts'

/** Update checks since the start: by extension, by ring, by the version that the browser has. */
export type VersionsSeen = Record<string, Record<string, Record<string, number>>>

/** What a version is counted as: a published one, none (a first installation), or something else; askers cannot make up new rows. */
export function countedVersion(state: UpdatesState, extensionId: string, version: string): string {
  if (/^0(?:\.0)*$/.test(version)) return 'none'
  const release = isVersion(version) ? findRelease(state, extensionId, version) : undefined
  return release?.version ?? 'other'
}

export function versionsSeen(versions: Tallies<'extension' | 'ring' | 'version'>): VersionsSeen {
  const seen: VersionsSeen = {}
  for (const { labels, tally } of versions.all()) {
    seen[labels.extension] ??= {}
    const byRing = seen[labels.extension] ?? {}
    byRing[labels.ring] = { ...byRing[labels.ring], [labels.version]: tally.count }
  }
  return seen
}
