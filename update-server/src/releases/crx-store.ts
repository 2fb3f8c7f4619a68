import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { FixpointError } from '@fixpoint/protocol'
import { type VerifiedCrx, verifyCrx } from '../crx/verify.ts'

/** What names a file in the store and says what it has to be. */
export interface StoredRelease {
  extensionId: string
  version: string
  sha256: string
}

/** Bytes of CRX files that are kept in memory after they have been verified. */
const KEPT_BYTES = 256 * 1024 * 1024

/**
 * The folder with the CRX files. Nothing leaves it unverified: what is sent are bytes in memory that were verified after they were
 * read, so that a file that is changed on the disk is never sent, not even a part of it.
 */
export class CrxStore {
  readonly #folder: string
  /** Verified bytes by SHA-256, the longest unused first. */
  readonly #kept = new Map<string, Buffer>()
  readonly #faults = new Map<string, FixpointError>()

  constructor(folder: string) {
    this.#folder = folder
  }

  pathOf({ extensionId, version }: Pick<StoredRelease, 'extensionId' | 'version'>): string {
    return join(this.#folder, extensionId, `${version}.crx`)
  }

  /** Writes a file whole or not at all. */
  async write(release: StoredRelease, bytes: Buffer): Promise<void> {
    const path = this.pathOf(release)
    await mkdir(join(this.#folder, release.extensionId), { recursive: true })
    const file = await open(`${path}.new`, 'w', 0o600)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(`${path}.new`, path)
    this.#faults.delete(release.sha256)
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

  /** The files in a release, from the disk. @throws FixpointError `crx_unavailable` */
  async verified(release: StoredRelease): Promise<VerifiedCrx> {
    return (await this.#load(release)).crx
  }

  /** Why a release is not offered; undefined where nothing is wrong with it. */
  faultOf(release: Pick<StoredRelease, 'sha256'>): FixpointError | undefined {
    return this.#faults.get(release.sha256)
  }

  /** Looks at a file on the disk, whatever is kept of it. @returns what is wrong with it; undefined for nothing */
  async check(release: StoredRelease): Promise<FixpointError | undefined> {
    try {
      await this.#load(release)
      return undefined
    } catch (error) {
      if (error instanceof FixpointError) return error
      throw error
    }
  }

  async #load(release: StoredRelease): Promise<{ bytes: Buffer; crx: VerifiedCrx }> {
    try {
      const bytes = await readFile(this.pathOf(release))
      const crx = verifyCrx(bytes, release)
      this.#faults.delete(release.sha256)
      return { bytes, crx }
    } catch (error) {
      const reason = error instanceof FixpointError ? error.message : 'It cannot be read.'
      const fault = new FixpointError('crx_unavailable', `The file of version ${release.version} is not in order. ${reason}`, {
        cause: error
      })
      this.#faults.set(release.sha256, fault)
      throw fault
    }
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
