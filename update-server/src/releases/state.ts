import { compareVersions } from '../crx/version.ts'
import type { LedgerEntry, UpdateEvent } from '../ledger/events.ts'

export interface Release {
  extensionId: string
  version: string
  sha256: string
  /** Bytes. */
  size: number
  minimumChromeVersion: string | null
  permissions: string[]
  addedPermissions: string[]
  rollbackOf: string | null
  publishedBy: string
  publishedAt: string
  approvedBy: string | null
}

export interface Ring {
  /** The newest version that the ring offers; null where it has never offered one. */
  offered: string | null
  /** Share of the ring's clients that are offered it; the others get the last of `earlier` that was not found bad. */
  percentage: number
  /** Versions that the ring has offered to all of its clients before, oldest first, without those that were rolled back. */
  earlier: string[]
  /** Versions that were replaced while they were halted here. */
  withdrawn: string[]
  /** Why the ring offers nothing at all for now; null where it does. */
  haltReason: string | null
}

export interface UpdatesState {
  /** By extension, the oldest first. */
  releases: Readonly<Record<string, readonly Release[]>>
  /** By extension, then by the ring's name. */
  rings: Readonly<Record<string, Readonly<Record<string, Ring>>>>
}

export const EMPTY_STATE: UpdatesState = { releases: {}, rings: {} }
const EMPTY_RING: Ring = { offered: null, percentage: 100, earlier: [], withdrawn: [], haltReason: null }

export function releasesOf(state: UpdatesState, extensionId: string): readonly Release[] {
  return state.releases[extensionId] ?? []
}

export function findRelease(state: UpdatesState, extensionId: string, version: string): Release | undefined {
  return releasesOf(state, extensionId).find(release => compareVersions(release.version, version) === 0)
}

export function ringOf(state: UpdatesState, extensionId: string, ring: string): Ring {
  return state.rings[extensionId]?.[ring] ?? EMPTY_RING
}

/** What has been found bad: versions that some ring is halted with now, or was halted with until a newer one replaced them. */
function badVersions(state: UpdatesState, extensionId: string): Set<string> {
  return new Set(
    Object.values(state.rings[extensionId] ?? {}).flatMap(({ offered, withdrawn, haltReason }) =>
      haltReason === null || offered === null ? withdrawn : [...withdrawn, offered]
    )
  )
}

/** What clients get for which the newest release of a ring is not meant or not in order, the newest first: nothing that was found bad. */
export function fallbacksOf(state: UpdatesState, extensionId: string, ring: string): string[] {
  const bad = badVersions(state, extensionId)
  return ringOf(state, extensionId, ring)
    .earlier.filter(version => !bad.has(version))
    .toReversed()
}

export function reduceEntry(state: UpdatesState, { who, at, events }: Pick<LedgerEntry, 'who' | 'at' | 'events'>): UpdatesState {
  return events.reduce((before, event) => reduceEvent(before, event, who, at), state)
}

function reduceEvent(state: UpdatesState, event: UpdateEvent, who: string, at: string): UpdatesState {
  const { extensionId } = event
  switch (event.type) {
    case 'release.published': {
      const { type: _, ...facts } = event
      return withReleases(state, extensionId, releases => [...releases, { ...facts, publishedBy: who, publishedAt: at, approvedBy: null }])
    }
    case 'release.approved':
      return withReleases(state, extensionId, releases =>
        releases.map(release => (release.version === event.version ? { ...release, approvedBy: who } : release))
      )
    case 'ring.offered':
      return withRing(state, extensionId, event.ring, ring => ({
        offered: event.version,
        percentage: event.percentage,
        earlier: earlierAfter(ring, event.version, findRelease(state, extensionId, event.version)?.rollbackOf ?? null),
        withdrawn: withdrawnAfter(ring, event.version),
        haltReason: null
      }))
    case 'ring.halted':
      return withRing(state, extensionId, event.ring, ring => ({ ...ring, haltReason: event.reason }))
    case 'ring.resumed':
      return withRing(state, extensionId, event.ring, ring => ({ ...ring, haltReason: null }))
  }
}

/** What was offered to all so far is kept as what clients outside the new percentage get; what was rolled back is offered to nobody again. */
function earlierAfter(ring: Ring, version: string, rollbackOf: string | null): string[] {
  const isReplaced = ring.offered !== null && ring.offered !== version && ring.percentage === 100
  const earlier = isReplaced && ring.offered !== null ? [...ring.earlier, ring.offered] : ring.earlier
  return rollbackOf === null ? earlier : earlier.filter(old => compareVersions(old, rollbackOf) <= 0)
}

/** A newer release ends a halt, but what was halted stays bad. */
function withdrawnAfter({ offered, haltReason, withdrawn }: Ring, version: string): string[] {
  return offered === null || offered === version || haltReason === null ? withdrawn : [...withdrawn, offered]
}

function withReleases(state: UpdatesState, extensionId: string, change: (releases: readonly Release[]) => Release[]): UpdatesState {
  return { ...state, releases: { ...state.releases, [extensionId]: change(releasesOf(state, extensionId)) } }
}

function withRing(state: UpdatesState, extensionId: string, name: string, change: (ring: Ring) => Ring): UpdatesState {
  const rings = { ...state.rings[extensionId], [name]: change(ringOf(state, extensionId, name)) }
  return { ...state, rings: { ...state.rings, [extensionId]: rings } }
}
