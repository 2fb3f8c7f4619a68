import type { UpdatesConfig } from '../config.ts'
import type { Ledger } from '../ledger/ledger.ts'

/** What names a CRX in the storage and says what it has to be. */
export interface StoredRelease {
  extensionId: string
  version: string
  sha256: string
}

/** CRX files as they are kept; whoever reads one verifies it. */
export interface CrxFiles {
  /** Where a file is, for people. */
  nameOf(release: StoredRelease): string
  /** Writes a file whole or not at all; it is safe when the promise is fulfilled. */
  write(release: StoredRelease, bytes: Buffer): Promise<void>
  /** @returns null where there is no such file @throws FixpointError `storage_unreachable`; anything else is about this one file */
  read(release: StoredRelease): Promise<Buffer | null>
}

/** Everything that an update server keeps: its audit log, from which all else follows, and the files. */
export interface Storage {
  ledger: Ledger
  files: CrxFiles
  /** Lets another server have what only one may have. */
  close(): Promise<void>
}

/** @throws FixpointError `audit_broken`, `data_dir_locked`, `storage_unreachable`, `storage_unsafe` */
export async function openStorage({ storage }: Pick<UpdatesConfig, 'storage'>): Promise<Storage> {
  // Each is loaded where it is used: a folder needs nothing of the S3 client, which is large.
  if (storage.kind === 'folder') return (await import('./folder-storage.ts')).openFolderStorage(storage.folder)
  const { openBucketStorage } = await import('./bucket-storage.ts')
  const { connectBucket } = await import('./s3-bucket.ts')
  return openBucketStorage(connectBucket(storage))
}
