/**
 * The audit log: a file of JSON lines that is only ever appended to. Each line carries the hash of the line before, so that a changed,
 * removed or inserted line shows at the next start. Whoever can write the file can write a whole new chain; the hash of the last line,
 * kept elsewhere, tells that apart.
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
  /** Writes what one person did; it is on the disk when the promise is fulfilled. */
  append(who: string, at: Date, events: UpdateEvent[]): Promise<LedgerEntry>
}

/** @throws FixpointError `audit_broken` naming the first line that does not follow from the one before. */
export async function openLedger(path: string): Promise<Ledger> {
  const text = (await readIfThere(path)) ?? ''
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  const entries = readLedger(whole)
  // A line without its end was never confirmed to anyone: the machine went down while it was written.
  if (whole.length < text.length) await truncate(path, Buffer.byteLength(whole))
  const headOf = () => entries.at(-1)?.hash ?? FIRST_PREVIOUS
  return {
    entries,
    get head() {
      return headOf()
    },
    append: async (who, at, events) => {
      const unsigned = { seq: entries.length + 1, at: at.toISOString(), who, events, previous: headOf() }
      const entry = { ...unsigned, hash: hashOf(unsigned) }
      await appendFile(path, `${JSON.stringify(entry)}\n`, { mode: 0o600, flush: true })
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
    const isNext = entry?.seq === index + 1 && entry.previous === (entries.at(-1)?.hash ?? FIRST_PREVIOUS)
    if (entry === undefined || !isNext) throw new FixpointError('audit_broken', `Line ${index + 1} of the audit log has been changed.`)
    entries.push(entry)
  }
  return entries
}

function parseEntry(line: string): LedgerEntry | undefined {
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
  return hashOf(rest) === hash && JSON.stringify({ ...rest, hash }) === line ? parsed.data : undefined
}

function hashOf({ seq, at, who, events, previous }: Omit<LedgerEntry, 'hash'>): string {
  return createHash('sha256')
    .update(JSON.stringify([seq, at, who, events, previous]))
    .digest('hex')
}
