/** What an update server needs of S3-compatible storage. Keys are below the configured prefix. */
export interface Bucket {
  /** Where it is, for people. */
  readonly name: string
  /**
   * @returns null where there is no such object
   * @throws FixpointError `file_not_accessible` where this one object cannot be read, `storage_unreachable`
   */
  get(key: string): Promise<Buffer | null>
  /**
   * Writes an object that is not there yet; of several writers, one alone succeeds.
   * @returns false where there is such an object already @throws FixpointError `storage_unreachable`, `storage_unsafe`
   */
  create(key: string, bytes: Buffer, contentType: string): Promise<boolean>
  /** All keys that begin with a prefix, in their order. @throws FixpointError `storage_unreachable` */
  list(prefix: string): Promise<string[]>
  close(): void
}
