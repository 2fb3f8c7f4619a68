import { FixpointError } from '@fixpoint/protocol'
import type { UpdatesConfig } from './config.ts'
import { verifyCrx } from './crx/verify.ts'
import { isVersion } from './crx/version.ts'
import type { UpdateEvent } from './ledger/events.ts'
import { CrxStore } from './releases/crx-store.ts'
import { decideApproval, decideHalt, decidePromotion, decidePublish, decideResumption } from './releases/decisions.ts'
import { chooseOffer, type UpdateCheck } from './releases/offer.ts'
import { EMPTY_STATE, findRelease, type Release, reduceEntry, releasesOf, type UpdatesState } from './releases/state.ts'
import type { Storage, StoredRelease } from './storage/storage.ts'

export interface PublishOptions {
  /** The version that the publisher believes to publish. */
  version: string
  extensionId: string
  acceptedPermissions: readonly string[]
  rollbackOf: string | null
}

export type Updates = Awaited<ReturnType<typeof openUpdates>>

/** Addresses that this server answers update checks at, as browsers know them; the last ring's comes without its name too. */
function updateUrls({ publicUrl, rings }: Pick<UpdatesConfig, 'publicUrl' | 'rings'>): string[] {
  return [`${publicUrl}/update`, ...rings.map(ring => `${publicUrl}/rings/${ring}/update`)]
}

/**
 * Releases and rings over one storage. Every file is verified before this fulfils; what is not in order is left out and named by
 * `faults`, and everything else is served.
 * @throws FixpointError `storage_unreachable`
 */
export async function openUpdates(config: UpdatesConfig, { ledger, files }: Storage, clock: () => Date) {
  const store = new CrxStore(files)
  const extensionIds = new Set(config.extensions.map(({ id }) => id))
  let changes = 0
  let state: UpdatesState = EMPTY_STATE
  /** Entries that the state is made of. */
  let reduced = 0
  const unchecked: StoredRelease[] = []
  /** The state follows from all entries that are known, whatever else failed: one of them may be a halt. */
  const reduceNew = () => {
    const entries = ledger.entries.slice(reduced)
    if (entries.length === 0) return
    reduced += entries.length
    state = entries.reduce(reduceEntry, state)
    changes += 1
    unchecked.push(...entries.flatMap(({ events }) => events.filter(event => event.type === 'release.published')))
  }
  const checkNew = async () => {
    for (let release = unchecked[0]; release !== undefined; release = unchecked[0]) {
      await store.check(release)
      unchecked.shift()
    }
  }
  reduceNew()
  await checkNew()

  /** Takes over what other servers on the same storage have done. */
  const follow = async () => {
    try {
      await ledger.follow()
    } finally {
      reduceNew()
    }
    await checkNew()
  }
  // One change after the other: each is decided on what the one before has left.
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <Value>(change: () => Promise<Value>): Promise<Value> => {
    const result = last.then(follow).then(change)
    last = result.catch(() => undefined)
    return result
  }
  const record = async (who: string, events: UpdateEvent[]) => {
    await ledger.append(who, clock(), events)
    reduceNew()
    // What is published here has been verified before it was written.
    unchecked.length = 0
  }
  const requireExtension = (extensionId: string) => {
    if (extensionIds.has(extensionId)) return
    throw new FixpointError('extension_unknown', `The extension ${extensionId.slice(0, 50)} is not one of this server’s.`)
  }
  const requireRelease = (extensionId: string, version: string): Release => {
    const release = findRelease(state, extensionId, version)
    if (release === undefined) throw new FixpointError('release_not_found', `Version ${version} has not been published.`)
    return release
  }
  const place = (extensionId: string) => {
    requireExtension(extensionId)
    return { extensionId, rings: config.rings }
  }

  return {
    get state() {
      return state
    },
    /** Another number after each change of what a browser may be answered. */
    get revision() {
      return changes + store.changes
    },
    ledger,

    /** @throws FixpointError `crx_*`, `version_*`, `permission_added`, `rollback_differs` */
    publish: (who: string, bytes: Buffer, { extensionId, version, acceptedPermissions, rollbackOf }: PublishOptions): Promise<Release> =>
      inTurn(async () => {
        requireExtension(extensionId)
        if (!isVersion(version)) throw new FixpointError('version_invalid', `“${version.slice(0, 50)}” is not a version.`)
        const crx = verifyCrx(bytes, { extensionId, version })
        const old = rollbackOf === null ? undefined : findRelease(state, extensionId, rollbackOf)
        const event = decidePublish(state, {
          crx,
          acceptedPermissions,
          rollbackOf,
          rollbackFiles: old === undefined ? null : (await store.verified(old)).files,
          updateUrls: updateUrls(config)
        })
        await store.write(event, bytes)
        await record(who, [event])
        return requireRelease(extensionId, version)
      }),

    approve: (who: string, extensionId: string, version: string, acceptedPermissions: readonly string[]): Promise<Release> =>
      inTurn(async () => {
        const events = decideApproval(state, { ...place(extensionId), version, who, acceptedPermissions })
        const fault = await store.check(requireRelease(extensionId, version))
        if (fault !== undefined) throw fault
        await record(who, events)
        return requireRelease(extensionId, version)
      }),

    promote: (who: string, extensionId: string, ring: string, version: string, percentage: number): Promise<void> =>
      inTurn(() => record(who, decidePromotion(state, { ...place(extensionId), ring, version, percentage }))),

    halt: (who: string, extensionId: string, ring: string, reason: string): Promise<void> =>
      inTurn(() => record(who, decideHalt(state, { ...place(extensionId), ring, reason }))),

    resume: (who: string, extensionId: string, ring: string): Promise<void> =>
      inTurn(() => record(who, decideResumption(state, { ...place(extensionId), ring }))),

    /** What a browser is offered: a release, `none` for nothing newer, `unknown` for an extension that is not this server's. */
    check: (ring: string, check: UpdateCheck): Release | 'none' | 'unknown' => {
      if (!extensionIds.has(check.extensionId)) return 'unknown'
      return chooseOffer(state, ring, check, release => store.faultOf(release) === undefined) ?? 'none'
    },

    /** The verified file of an approved release. @throws FixpointError `release_not_found`, `crx_unavailable` */
    file: async (extensionId: string, version: string): Promise<{ release: Release; bytes: Buffer }> => {
      const release = findRelease(state, extensionId, version)
      if (release === undefined || release.approvedBy === null) {
        throw new FixpointError('release_not_found', 'There is no approved release of this version.')
      }
      return { release, bytes: await store.read(release) }
    },

    faultOf: (release: Release) => store.faultOf(release),

    /** Learns what other servers have done; nothing where there are none. @throws FixpointError `audit_broken`, `storage_unreachable` */
    follow: (): Promise<void> => inTurn(async () => undefined),

    /** Looks again at the files that were not in order; one that was restored is served from then on. */
    recheckFaulty: async (): Promise<void> => {
      for (const release of allReleases(state)) if (store.faultOf(release) !== undefined) await store.check(release)
    }
  }
}

export function allReleases(state: UpdatesState): Release[] {
  return Object.keys(state.releases).flatMap(extensionId => [...releasesOf(state, extensionId)])
}
