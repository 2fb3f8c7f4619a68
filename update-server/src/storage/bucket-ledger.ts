/**
 * The audit log in a bucket: one object for each entry, named by its number, written only if it is not there. So of two servers that
 * record something at the same time one is refused, and nobody's entry is ever written over. The bucket may forbid changes altogether.
 */
import { FixpointError } from '@fixpoint/protocol'
import type { LedgerEntry } from '../ledger/events.ts'
import { headOf, isNext, type Ledger, lineOf, nextEntry, parseEntry, readLedger } from '../ledger/ledger.ts'
import type { Bucket } from './bucket.ts'

const FOLDER = 'audit/'
/** Numbers of one length sort as they count. */
const keyOf = (seq: number) => `${FOLDER}${String(seq).padStart(8, '0')}.json`

/** Entries that are asked for at once. */
const AT_ONCE = 16

/** @throws FixpointError `audit_broken`, `storage_unreachable` */
export async function openBucketLedger(bucket: Bucket): Promise<Ledger> {
  const entries = await readBucketLedger(bucket)
  const follow = async (): Promise<void> => {
    for (;;) {
      const bytes = await getEntry(bucket, keyOf(entries.length + 1))
      if (bytes === null) return
      const entry = parseEntry(bytes.toString('utf8').replace(/\n$/, ''))
      if (entry === undefined || !isNext(entries, entry)) throw brokenAt(entries.length + 1)
      entries.push(entry)
    }
  }
  return {
    entries,
    get head() {
      return headOf(entries)
    },
    follow,
    append: async (who, at, events) => {
      const entry = nextEntry(entries, who, at, events)
      const key = keyOf(entry.seq)
      const isNew = await bucket.create(key, Buffer.from(`${lineOf(entry)}\n`), 'application/json')
      // The answer to a first attempt may have been lost on the way, and the second then finds what the first has written.
      if (!isNew && (await getEntry(bucket, key))?.toString('utf8') !== `${lineOf(entry)}\n`) {
        throw new FixpointError('audit_conflict', 'Another update server has recorded something in the meantime.')
      }
      entries.push(entry)
      return entry
    }
  }
}

/** Without one entry nothing is known: what keeps it from being read keeps the whole storage from being used. */
async function getEntry(bucket: Bucket, key: string): Promise<Buffer | null> {
  try {
    return await bucket.get(key)
  } catch (error) {
    if (!(error instanceof FixpointError) || error.code !== 'file_not_accessible') throw error
    throw new FixpointError('storage_unreachable', `${bucket.name} cannot be used. ${error.message}`, { hint: error.hint, cause: error })
  }
}

/** The whole log, checked. @throws FixpointError `audit_broken`, `storage_unreachable` */
export async function readBucketLedger(bucket: Bucket): Promise<LedgerEntry[]> {
  const keys = await bucket.list(FOLDER)
  const gap = keys.findIndex((key, index) => key !== keyOf(index + 1))
  if (gap !== -1) throw brokenAt(gap + 1)
  const lines: string[] = []
  for (let start = 0; start < keys.length; start += AT_ONCE) {
    const objects = await Promise.all(keys.slice(start, start + AT_ONCE).map(key => getEntry(bucket, key)))
    lines.push(...objects.map(bytes => bytes?.toString('utf8') ?? '\n'))
  }
  // An object with more or fewer lines than its own would move all that come after it.
  const strange = lines.findIndex(line => line.indexOf('\n') !== line.length - 1)
  if (strange !== -1) throw brokenAt(strange + 1)
  return readLedger(lines.join(''))
}

function brokenAt(seq: number): FixpointError {
  return new FixpointError('audit_broken', `Entry ${seq} of the audit log (${keyOf(seq)}) is missing or has been changed.`)
}
