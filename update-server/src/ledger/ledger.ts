/**
 * The audit log: JSON lines that are only ever appended to. Each line carries the hash of the line before, so that a changed, removed or
 * inserted line shows at the next start. Whoever can write the log can write a whole new chain; the hash of the last line, kept
 * elsewhere, tells that apart. Here it is a file; `storage/bucket-ledger.ts` has it in a bucket.
 */
import { createHash } from 'node:crypto'
import { appendFile, truncate } from 'node:fs/promises'
import { FixpointError } from '@fixpoint/protocol'
import { readIfThere } from '../read-if-there.ts'
import { type LedgerEntry, ledgerEntrySchema, type UpdateEvent } from './events.ts'

const FIRST_PREVIOUS = '0'.repeat(64)

export interface Ledger {
  /** All entries, the oldest first. */
  readonly entries: readonly LedgerEntry[]
  /** Hash of the last entry; 64 zeros where there is none. */
  readonly head: string
  /** Writes what one person did; it is safe when the promise is fulfilled. @throws FixpointError `audit_conflict`, `storage_unreachable` */
  append(who: string, at: Date, events: UpdateEvent[]): Promise<LedgerEntry>
  /**
   * Adds what other servers have appended since to `entries`, also what it found before it failed.
   * @throws FixpointError `audit_broken`, `storage_unreachable`
   */
  follow(): Promise<void>
}

/** Adds text to the end of a file; it is on the disk when the promise is fulfilled. */
type AppendText = (path: string, text: string) => Promise<void>

const appendToDisk: AppendText = (path, text) => appendFile(path, text, { mode: 0o600, flush: true })

/** @throws FixpointError `audit_broken` naming the first line that does not follow from the one before. */
export async function openLedger(path: string, appendText: AppendText = appendToDisk): Promise<Ledger> {
  const text = (await readIfThere(path)) ?? ''
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  const entries = readLedger(whole)
  // A line without its end was never confirmed to anyone: the machine went down while it was written.
  let size = Buffer.byteLength(whole)
  let hasTail = whole.length < text.length
  const removeTail = async () => {
    await truncate(path, size)
    hasTail = false
  }
  if (hasTail) await removeTail()
  return {
    entries,
    get head() {
      return headOf(entries)
    },
    // The folder is locked: nobody else appends.
    follow: async () => undefined,
    append: async (who, at, events) => {
      const entry = nextEntry(entries, who, at, events)
      const line = `${lineOf(entry)}\n`
      // What a failed attempt has left, such as on a full disk, must not stand before the next line.
      if (hasTail) await removeTail()
      hasTail = true
      await appendText(path, line)
      hasTail = false
      size += Buffer.byteLength(line)
      entries.push(entry)
      return entry
    }
  }
}

/** Reads and checks a whole log. @throws FixpointError `audit_broken` */
export function readLedger(text: string): LedgerEntry[] {
  const entries: LedgerEntry[] = []
  for (const [index, line] of text.split('\n').slice(0, -1).entries()) {
    const entry = parseEntry(line)
    if (entry === undefined || !isNext(entries, entry))
      throw new FixpointError('audit_broken', `Line ${index + 1} of the audit log has been changed.`)
    entries.push(entry)
  }
  return entries
}

/** Hash of the last entry; 64 zeros where there is none. */
export function headOf(entries: readonly LedgerEntry[]): string {
  return entries.at(-1)?.hash ?? FIRST_PREVIOUS
}

/** What one person did, bound to what was before. */
export function nextEntry(entries: readonly LedgerEntry[], who: string, at: Date, events: UpdateEvent[]): LedgerEntry {
  const unsigned = { seq: entries.length + 1, at: at.toISOString(), who, events, previous: headOf(entries) }
  return { ...unsigned, hash: hashOf(unsigned) }
}

export function isNext(entries: readonly LedgerEntry[], entry: LedgerEntry): boolean {
  return entry.seq === entries.length + 1 && entry.previous === headOf(entries)
}

/** The one encoding of an entry. */
export function lineOf(entry: LedgerEntry): string {
  return JSON.stringify(entry)
}

/** @returns undefined where the line is not an entry, or not as `lineOf` has written it */
export function parseEntry(line: string): LedgerEntry | undefined {
  let raw: unknown
  try {
    raw = JSON.parse(line)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
  const parsed = ledgerEntrySchema.strict().safeParse(raw)
  if (!parsed.success) return undefined
  // Only the one encoding that `append` writes hashes to this value.
  const { hash, ...rest } = parsed.data
  return hashOf(rest) === hash && lineOf({ ...rest, hash }) === line ? parsed.data : undefined
}

function hashOf({ seq, at, who, events, previous }: Omit<LedgerEntry, 'hash'>): string {
  return createHash('sha256')
    .update(JSON.stringify([seq, at, who, events, previous]))
    .digest('hex')
}
