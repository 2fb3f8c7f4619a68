/** What may be done to releases and rings: from the state and a wish to events, or to the error that says why not. */
import { FixpointError } from '@fixpoint/protocol'
import { permissionsOf } from '../crx/extension-manifest.ts'
import type { VerifiedCrx } from '../crx/verify.ts'
import { compareVersions, isVersion } from '../crx/version.ts'
import type { ReleasePublished, UpdateEvent } from '../ledger/events.ts'
import { findRelease, type Release, releasesOf, ringOf, type UpdatesState } from './state.ts'

export interface PublishWish {
  crx: VerifiedCrx
  /** Permissions that may be new; each new one has to be among them. */
  acceptedPermissions: readonly string[]
  /** The earlier release whose code this is. */
  rollbackOf: string | null
  /** The files of that release; null where there is none. */
  rollbackFiles: VerifiedCrx['files'] | null
  /** Addresses of this server that browsers may be told to ask. */
  updateUrls: readonly string[]
}

/** @throws FixpointError `version_not_higher`, `permission_added`, `crx_update_url_mismatch`, `rollback_differs` */
export function decidePublish(state: UpdatesState, wish: PublishWish): ReleasePublished {
  const { manifest, extensionId, sha256, size, files } = wish.crx
  const releases = releasesOf(state, extensionId)
  const highest = releases.reduce<string | null>(
    (top, { version }) => (top === null || compareVersions(version, top) > 0 ? version : top),
    null
  )
  if (highest !== null && compareVersions(manifest.version, highest) <= 0) {
    throw new FixpointError('version_not_higher', `Version ${manifest.version} is not higher than ${highest}, which was published before.`)
  }
  if (manifest.update_url === undefined || !wish.updateUrls.includes(manifest.update_url)) {
    throw new FixpointError(
      'crx_update_url_mismatch',
      `The manifest’s update_url is ${manifest.update_url ?? 'missing'}, and this server’s addresses are ${wish.updateUrls.join(', ')}.`
    )
  }
  if (wish.rollbackOf !== null) checkRollback(wish.rollbackOf, wish.rollbackFiles, files)
  const permissions = permissionsOf(manifest)
  const addedPermissions = addedSince(releases, permissions)
  const unnamed = addedPermissions.filter(permission => !wish.acceptedPermissions.includes(permission))
  if (unnamed.length > 0) {
    throw new FixpointError(
      'permission_added',
      `Version ${manifest.version} asks for ${unnamed.join(', ')}, which no version before it did.`
    )
  }
  return {
    type: 'release.published',
    extensionId,
    version: manifest.version,
    sha256,
    size,
    minimumChromeVersion: manifest.minimum_chrome_version ?? null,
    permissions,
    addedPermissions,
    rollbackOf: wish.rollbackOf
  }
}

/** The first release of an extension adds nothing to what people have agreed to; later ones are held against the approved ones. */
function addedSince(releases: readonly Release[], permissions: readonly string[]): string[] {
  const approved = releases.filter(({ approvedBy }) => approvedBy !== null)
  if (approved.length === 0) return []
  const known = new Set(approved.flatMap(release => release.permissions))
  return permissions.filter(permission => !known.has(permission))
}

function checkRollback(version: string, old: VerifiedCrx['files'] | null, files: VerifiedCrx['files']): void {
  if (old === null) throw new FixpointError('release_not_found', `There is no release ${version} to roll back to.`)
  const paths = new Set([...old.keys(), ...files.keys()])
  for (const path of paths) {
    const [before, after] = [old.get(path), files.get(path)]
    const isSame =
      before !== undefined && after !== undefined && (before.equals(after) || (path === 'manifest.json' && differsInVersion(before, after)))
    if (!isSame) throw new FixpointError('rollback_differs', `${path} is not as it was in version ${version}.`)
  }
}

function differsInVersion(before: Buffer, after: Buffer): boolean {
  const without = (bytes: Buffer) => {
    const manifest: object = JSON.parse(bytes.toString('utf8'))
    return JSON.stringify({ ...manifest, version: '' })
  }
  return without(before) === without(after)
}

/**
 * A second person agrees. The release is then offered by the first ring; a rollback at once by every ring that offers something newer
 * than what it goes back to, halted or not.
 * @throws FixpointError `release_not_found`, `second_approval_missing`, `permission_added`
 */
export function decideApproval(
  state: UpdatesState,
  {
    extensionId,
    version,
    who,
    rings,
    acceptedPermissions
  }: Place & { version: string; who: string; acceptedPermissions: readonly string[] }
): UpdateEvent[] {
  const release = requireRelease(state, extensionId, version)
  if (release.publishedBy === who) {
    throw new FixpointError('second_approval_missing', `${who} has published version ${version}; another person has to approve it.`)
  }
  if (release.approvedBy !== null) {
    throw new FixpointError('invalid_parameter', `${release.approvedBy} has approved version ${version} already.`, {
      hint: 'The first ring offers it; `promote` takes it to the next.'
    })
  }
  const unnamed = release.addedPermissions.filter(permission => !acceptedPermissions.includes(permission))
  if (unnamed.length > 0) throw new FixpointError('permission_added', `Version ${version} asks for ${unnamed.join(', ')}, which is new.`)
  const { rollbackOf } = release
  const targets = rings.filter((ring, index) => {
    const { offered } = ringOf(state, extensionId, ring)
    if (rollbackOf === null) return index === 0 && isHigher(version, offered)
    return offered !== null && compareVersions(offered, rollbackOf) > 0 && isHigher(version, offered)
  })
  return [
    { type: 'release.approved', extensionId, version: release.version },
    ...targets.map(ring => offerEvent(extensionId, ring, release.version, 100))
  ]
}

interface Place {
  extensionId: string
  /** Names of the rings, the first to get a release first. */
  rings: readonly string[]
}

/**
 * Offers a release in a ring, or changes the percentage of one that it offers.
 * @throws FixpointError `rollout_invalid`, `ring_unknown`, `release_not_found`, `second_approval_missing`, `version_not_higher`, `ring_order`
 */
export function decidePromotion(
  state: UpdatesState,
  { extensionId, rings, ring, version, percentage }: Place & { ring: string; version: string; percentage: number }
): UpdateEvent[] {
  if (!Number.isInteger(percentage) || percentage < 1 || percentage > 100) {
    throw new FixpointError('rollout_invalid', `${percentage} is not a whole number from 1 to 100.`)
  }
  const index = requireRing(rings, ring)
  const release = requireRelease(state, extensionId, version)
  if (release.approvedBy === null) throw new FixpointError('second_approval_missing', `Nobody has approved version ${version} yet.`)
  const target = ringOf(state, extensionId, ring)
  if (target.offered !== null && compareVersions(version, target.offered) < 0) {
    throw new FixpointError('version_not_higher', `The ring ${ring} offers ${target.offered} already.`)
  }
  if (target.haltReason !== null && target.offered === release.version) {
    throw new FixpointError('ring_order', `The ring ${ring} is halted: ${target.haltReason}`, { hint: 'Resume it first.' })
  }
  const before = rings[index - 1]
  if (before !== undefined) {
    const { offered, haltReason } = ringOf(state, extensionId, before)
    if (haltReason !== null) throw new FixpointError('ring_order', `The ring ${before} is halted: ${haltReason}`)
    if (offered !== release.version) {
      throw new FixpointError(
        'ring_order',
        `The ring ${before} offers ${offered ?? 'nothing'}, and ${version} has to be offered there first.`
      )
    }
  }
  // What was stopped anywhere on its way goes no further, also from a ring that it had reached before.
  for (const earlier of rings.slice(0, index)) {
    const { offered, haltReason } = ringOf(state, extensionId, earlier)
    if (haltReason !== null && offered === release.version)
      throw new FixpointError('ring_order', `Version ${release.version} is halted in the ring ${earlier}: ${haltReason}`)
  }
  if (rings.slice(0, index).some(earlier => ringOf(state, extensionId, earlier).withdrawn.includes(release.version)))
    throw new FixpointError('ring_order', `Version ${release.version} was halted in a ring before ${ring}, and then replaced.`)
  return [offerEvent(extensionId, ring, release.version, percentage)]
}

/** @throws FixpointError `ring_unknown`, `invalid_parameter` where the ring is halted already */
export function decideHalt(
  state: UpdatesState,
  { extensionId, rings, ring, reason }: Place & { ring: string; reason: string }
): UpdateEvent[] {
  requireRing(rings, ring)
  if (ringOf(state, extensionId, ring).haltReason !== null)
    throw new FixpointError('invalid_parameter', `The ring ${ring} is halted already.`, {
      hint: 'Nothing is offered there; `resume` goes on.'
    })
  return [{ type: 'ring.halted', extensionId, ring, reason }]
}

/** @throws FixpointError `ring_unknown`, `invalid_parameter` where the ring is not halted */
export function decideResumption(state: UpdatesState, { extensionId, rings, ring }: Place & { ring: string }): UpdateEvent[] {
  requireRing(rings, ring)
  if (ringOf(state, extensionId, ring).haltReason === null)
    throw new FixpointError('invalid_parameter', `The ring ${ring} is not halted.`, { hint: 'There is nothing to resume.' })
  return [{ type: 'ring.resumed', extensionId, ring }]
}

function offerEvent(extensionId: string, ring: string, version: string, percentage: number): UpdateEvent {
  return { type: 'ring.offered', extensionId, ring, version, percentage }
}

function isHigher(version: string, offered: string | null): boolean {
  return offered === null || compareVersions(version, offered) > 0
}

function requireRing(rings: readonly string[], ring: string): number {
  const index = rings.indexOf(ring)
  if (index === -1) throw new FixpointError('ring_unknown', `There is no ring “${ring}”. The rings are ${rings.join(', ')}.`)
  return index
}

function requireRelease(state: UpdatesState, extensionId: string, version: string): Release {
  if (!isVersion(version)) throw new FixpointError('version_invalid', `“${version.slice(0, 50)}” is not a version.`)
  const release = findRelease(state, extensionId, version)
  if (release === undefined) throw new FixpointError('release_not_found', `Version ${version} has not been published.`)
  return release
}
