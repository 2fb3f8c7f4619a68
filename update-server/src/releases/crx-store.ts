import { FixpointError } from '@fixpoint/protocol'
import { type VerifiedCrx, verifyCrx } from '../crx/verify.ts'
import type { CrxFiles, StoredRelease } from '../storage/storage.ts'

/** Bytes of CRX files that are kept in memory after they have been verified. */
const KEPT_BYTES = 256 * 1024 * 1024

/**
 * The CRX files. Nothing leaves it unverified: what is sent are bytes in memory that were verified after they were read, so that a file
 * that is changed in the storage is never sent, not even a part of it.
 */
export class CrxStore {
  readonly #files: CrxFiles
  /** Verified bytes by SHA-256, the longest unused first. */
  readonly #kept = new Map<string, Buffer>()
  readonly #faults = new Map<string, FixpointError>()
  #changes = 0

  constructor(files: CrxFiles) {
    this.#files = files
  }

  /** Another number after each change of what is in order. */
  get changes(): number {
    return this.#changes
  }

  /** Writes a file whole or not at all. */
  async write(release: StoredRelease, bytes: Buffer): Promise<void> {
    await this.#files.write(release, bytes)
    this.#forgetFault(release)
  }

  /** The bytes to send. @throws FixpointError `crx_unavailable` where the file is missing or not what was published. */
  async read(release: StoredRelease): Promise<Buffer> {
    const kept = this.#kept.get(release.sha256)
    if (kept !== undefined) {
      this.#kept.delete(release.sha256)
      this.#kept.set(release.sha256, kept)
      return kept
    }
    const { bytes } = await this.#load(release)
    this.#keep(release.sha256, bytes)
    return bytes
  }

  /** The files in a release, from the storage. @throws FixpointError `crx_unavailable` */
  async verified(release: StoredRelease): Promise<VerifiedCrx> {
    return (await this.#load(release)).crx
  }

  /** Why a release is not offered; undefined where nothing is wrong with it. */
  faultOf(release: Pick<StoredRelease, 'sha256'>): FixpointError | undefined {
    return this.#faults.get(release.sha256)
  }

  /**
   * Looks at a file in the storage, whatever is kept of it. @returns what is wrong with it; undefined for nothing
   * @throws FixpointError `storage_unreachable`
   */
  async check(release: StoredRelease): Promise<FixpointError | undefined> {
    try {
      await this.#load(release)
      return undefined
    } catch (error) {
      if (error instanceof FixpointError && error.code === 'crx_unavailable') return error
      throw error
    }
  }

  async #load(release: StoredRelease): Promise<{ bytes: Buffer; crx: VerifiedCrx }> {
    const bytes = await this.#read(release)
    try {
      if (bytes === null) throw new FixpointError('file_not_found', 'It is missing.')
      const crx = verifyCrx(bytes, release)
      this.#forgetFault(release)
      return { bytes, crx }
    } catch (error) {
      if (!(error instanceof FixpointError)) throw error
      throw this.#fault(release, error.message, error)
    }
  }

  async #read(release: StoredRelease): Promise<Buffer | null> {
    try {
      return await this.#files.read(release)
    } catch (error) {
      // Of storage that does not answer nobody knows what is in it.
      if (error instanceof FixpointError && error.code === 'storage_unreachable') throw error
      const reason = error instanceof FixpointError ? error.message : 'It cannot be read.'
      throw this.#fault(release, reason, error)
    }
  }

  #fault(release: StoredRelease, reason: string, cause: unknown): FixpointError {
    const fault = new FixpointError('crx_unavailable', `The file of version ${release.version} is not in order. ${reason}`, { cause })
    this.#faults.set(release.sha256, fault)
    this.#changes += 1
    return fault
  }

  #forgetFault({ sha256 }: StoredRelease): void {
    if (this.#faults.delete(sha256)) this.#changes += 1
  }

  #keep(sha256: string, bytes: Buffer): void {
    this.#kept.set(sha256, bytes)
    let total = 0
    for (const kept of this.#kept.values()) total += kept.length
    for (const [oldest, kept] of this.#kept) {
      if (total <= KEPT_BYTES || oldest === sha256) break
      this.#kept.delete(oldest)
      total -= kept.length
    }
  }
}
