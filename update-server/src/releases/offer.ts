import { createHash } from 'node:crypto'
import { compareVersions, isChromeVersion, isVersion } from '../crx/version.ts'
import { fallbacksOf, findRelease, type Release, type Ring, ringOf, type UpdatesState } from './state.ts'

/** What a browser says of itself when it asks. */
export interface UpdateCheck {
  extensionId: string
  /** The version that it has; 0.0.0.0 for none. As it came. */
  version: string
  /** The browser's own version, as it came; undefined where it does not say. */
  chromeVersion: string | undefined
  /** A name that stays the same for one browser, from the update address; undefined where the address has none. */
  client: string | undefined
}

/**
 * The release that a ring offers to this browser, or undefined where there is no newer one for it. Never one that is not higher than
 * what the browser has, never one that its Chrome is too old for, never one whose file is not in order: then the newest before it that was
 * not found bad.
 */
export function chooseOffer(
  state: UpdatesState,
  ringName: string,
  check: UpdateCheck,
  isServable: (release: Release) => boolean
): Release | undefined {
  const { extensionId, version, chromeVersion, client } = check
  if (!isVersion(version) || (chromeVersion !== undefined && !isChromeVersion(chromeVersion))) return undefined
  const ring = ringOf(state, extensionId, ringName)
  if (ring.haltReason !== null) return undefined
  const best = [...newestFor(ring, extensionId, client), ...fallbacksOf(state, extensionId, ringName)]
    .map(candidate => findRelease(state, extensionId, candidate))
    .find(release => release !== undefined && isServable(release) && fitsChrome(release, chromeVersion))
  return best !== undefined && compareVersions(best.version, version) > 0 ? best : undefined
}

/** The version that the ring offers, where this client is among those that it is meant for. */
function newestFor({ offered, percentage }: Ring, extensionId: string, client: string | undefined): string[] {
  const isIncluded = offered !== null && (percentage === 100 || isWithin(percentage, `${extensionId} ${offered}`, client))
  return isIncluded ? [offered] : []
}

/**
 * Whether a client belongs to the share of a release. The same client always gets the same answer, a larger share contains the smaller
 * ones, and each release begins with other clients. A browser without a name of its own waits for 100 %.
 */
function isWithin(percentage: number, release: string, client: string | undefined): boolean {
  if (client === undefined) return false
  const place = createHash('sha256').update(`${release} ${client}`).digest().readUInt32BE() / 2 ** 32
  return place * 100 < percentage
}

function fitsChrome({ minimumChromeVersion }: Release, chromeVersion: string | undefined): boolean {
  return minimumChromeVersion === null || chromeVersion === undefined || compareVersions(chromeVersion, minimumChromeVersion) >= 0
}
