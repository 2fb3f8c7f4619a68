import { FixpointError } from '@fixpoint/protocol'
import type { Bucket } from './bucket.ts'
import { openBucketLedger } from './bucket-ledger.ts'
import type { CrxFiles, Storage } from './storage.ts'

/** Never changed; every start tries to write it once more, and must not be able to. */
const MARKER = 'fixpoint-updates'

/** A bucket that several servers may use. @throws FixpointError `audit_broken`, `storage_unreachable`, `storage_unsafe` */
export async function openBucketStorage(bucket: Bucket): Promise<Storage> {
  try {
    await requireConditionalWrites(bucket)
    return { ledger: await openBucketLedger(bucket), files: filesInBucket(bucket), close: async () => bucket.close() }
  } catch (error) {
    bucket.close()
    throw error
  }
}

/** Storage that takes no notice of the condition would let one server write over what another has just written. */
async function requireConditionalWrites(bucket: Bucket): Promise<void> {
  const write = () => bucket.create(MARKER, Buffer.from('This prefix belongs to fixpoint-updates.\n'), 'text/plain')
  await write()
  if (await write()) {
    throw new FixpointError('storage_unsafe', `${bucket.name} writes over an object that was to be written only if it is not there.`)
  }
}

/** Names contain the hash, so that no publication can be in another one's way, recorded or not. */
export function filesInBucket(bucket: Bucket): CrxFiles {
  const keyOf: CrxFiles['nameOf'] = ({ extensionId, version, sha256 }) => `crx/${extensionId}/${version}-${sha256}.crx`
  return {
    nameOf: release => `${bucket.name}/${keyOf(release)}`,
    read: release => bucket.get(keyOf(release)),
    write: async (release, bytes) => {
      const key = keyOf(release)
      if (await bucket.create(key, bytes, 'application/x-chrome-extension')) return
      // Left by a publication that was not recorded; someone may have changed it since.
      if ((await bucket.get(key))?.equals(bytes)) return
      throw new FixpointError('crx_unavailable', `Something else is at ${bucket.name}/${key}.`, { hint: 'Remove that object.' })
    }
  }
}
