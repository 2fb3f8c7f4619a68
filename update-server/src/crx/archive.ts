/**
 * A strict reader of the ZIP archive in a CRX. Zip readers differ in what they make of odd archives; what one of them shows to a
 * reviewer and another to the browser must be the same. So every byte of the archive has to belong to one entry, to the directory
 * or to the end record, and the directory has to agree with what stands before each entry.
 * Format: PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.9, 4.3.12 and 4.3.16.
 */
import { crc32, inflateRawSync } from 'node:zlib'
import { FixpointError } from '@fixpoint/protocol'
import { z } from 'zod'

const ARCHIVE_LIMITS = {
  /** Bytes of all files together, unpacked. */
  unpackedBytes: 128 * 1024 * 1024,
  entries: 10_000,
  /** Bytes of one path. */
  pathBytes: 512
} as const

/** The files of an archive by path, in the order of the directory. Folders have no entry here. */
export type ArchiveFiles = Map<string, Buffer>

const SIGNATURE = { local: 0x04034b50, central: 0x02014b50, end: 0x06054b50, descriptor: 0x08074b50 } as const
const SIZE = { local: 30, central: 46, end: 22 } as const
const METHOD = { stored: 0, deflated: 8 } as const
/** General purpose bits: 0 encrypted, 3 sizes follow in a descriptor, 11 UTF-8; 1 and 2 only say how hard the packer tried. */
const FLAG = { descriptor: 1 << 3, allowed: (1 << 1) | (1 << 2) | (1 << 3) | (1 << 11) } as const
/** The high half of the external attributes is the mode where the packer says that it comes from Unix. */
const MODE = { mask: 0o170000, file: 0o100000, folder: 0o040000 } as const

/** What zlib answers when asked for its state too; the type declarations do not know it. */
const inflatedSchema = z.object({ buffer: z.instanceof(Buffer), engine: z.object({ bytesWritten: z.number() }) })

interface DirectoryEntry {
  path: string
  isFolder: boolean
  flags: number
  method: number
  checksum: number
  packedSize: number
  size: number
  offset: number
}

/** @throws FixpointError `crx_zip_unsafe` saying what is wrong with which entry. */
export function readArchive(bytes: Buffer): ArchiveFiles {
  const { entries, directoryOffset } = readDirectory(bytes)
  const files: ArchiveFiles = new Map()
  const seen = new Set<string>()
  let end = 0
  for (const entry of entries.toSorted((a, b) => a.offset - b.offset)) {
    if (entry.offset !== end) throw unsafe(`${entry.path} does not begin where the entry before it ends`)
    // Windows and macOS take names that differ only in case or composition for one file.
    const name = entry.path.normalize('NFC').toLowerCase()
    if (seen.has(name)) throw unsafe(`there are two entries ${entry.path}`)
    seen.add(name)
    const { content, next } = readEntry(bytes, entry, directoryOffset)
    end = next
    if (!entry.isFolder) files.set(entry.path, content)
  }
  if (end !== directoryOffset) throw unsafe('there are bytes between the last entry and the directory')
  return files
}

function readDirectory(bytes: Buffer): { entries: DirectoryEntry[]; directoryOffset: number } {
  const endOffset = bytes.length - SIZE.end
  if (endOffset < 0 || bytes.readUInt32LE(endOffset) !== SIGNATURE.end || bytes.readUInt16LE(endOffset + 20) !== 0) {
    throw unsafe('it does not end with an end record without a comment')
  }
  const count = bytes.readUInt16LE(endOffset + 10)
  const isSplit = bytes.readUInt32LE(endOffset + 4) !== 0 || bytes.readUInt16LE(endOffset + 8) !== count
  if (isSplit) throw unsafe('it is one of several parts')
  if (count > ARCHIVE_LIMITS.entries) throw unsafe(`it has ${count} entries; ${ARCHIVE_LIMITS.entries} are allowed`)
  const directoryOffset = bytes.readUInt32LE(endOffset + 16)
  if (directoryOffset + bytes.readUInt32LE(endOffset + 12) !== endOffset) throw unsafe('the directory is not where the end record says')

  const entries: DirectoryEntry[] = []
  let offset = directoryOffset
  let unpackedBytes = 0
  for (let index = 0; index < count; index++) {
    if (offset + SIZE.central > endOffset || bytes.readUInt32LE(offset) !== SIGNATURE.central) throw unsafe('the directory is damaged')
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map(at => bytes.readUInt16LE(offset + at))
    const next = offset + SIZE.central + (nameLength ?? 0) + (extraLength ?? 0) + (commentLength ?? 0)
    if (next > endOffset) throw unsafe('the directory is damaged')
    const path = readPath(bytes.subarray(offset + SIZE.central, offset + SIZE.central + (nameLength ?? 0)))
    const entry = {
      path,
      isFolder: path.endsWith('/'),
      flags: bytes.readUInt16LE(offset + 8),
      method: bytes.readUInt16LE(offset + 10),
      checksum: bytes.readUInt32LE(offset + 16),
      packedSize: bytes.readUInt32LE(offset + 20),
      size: bytes.readUInt32LE(offset + 24),
      offset: bytes.readUInt32LE(offset + 42)
    }
    const mode = (bytes.readUInt32LE(offset + 38) >>> 16) & MODE.mask
    if (mode !== 0 && mode !== (entry.isFolder ? MODE.folder : MODE.file)) throw unsafe(`${path} is a link or a special file`)
    unpackedBytes += entry.size
    if (unpackedBytes > ARCHIVE_LIMITS.unpackedBytes) {
      throw unsafe(`its files are larger than ${ARCHIVE_LIMITS.unpackedBytes / 1024 / 1024} MB together`)
    }
    entries.push(entry)
    offset = next
  }
  if (offset !== endOffset) throw unsafe('the directory has bytes after its last entry')
  return { entries, directoryOffset }
}

function readPath(bytes: Buffer): string {
  const path = bytes.toString('utf8')
  const segments = path.replace(/\/$/, '').split('/')
  const isUnsafe =
    bytes.length > ARCHIVE_LIMITS.pathBytes ||
    !Buffer.from(path, 'utf8').equals(bytes) ||
    /[\\:\u0000-\u001f\u007f]/.test(path) ||
    segments.some(segment => segment === '' || segment === '.' || segment === '..')
  if (isUnsafe) throw unsafe(`${JSON.stringify(path.slice(0, 100))} is not a path within the extension`)
  return path
}

function readEntry(bytes: Buffer, entry: DirectoryEntry, directoryOffset: number): { content: Buffer; next: number } {
  const { offset, path, flags, method } = entry
  if (offset + SIZE.local > directoryOffset || bytes.readUInt32LE(offset) !== SIGNATURE.local)
    throw unsafe(`${path} is not where it should be`)
  if ((flags & ~FLAG.allowed) !== 0) throw unsafe(`${path} is encrypted or uses a feature that Chrome does not have`)
  const nameEnd = offset + SIZE.local + bytes.readUInt16LE(offset + 26)
  const start = nameEnd + bytes.readUInt16LE(offset + 28)
  const hasDescriptor = (flags & FLAG.descriptor) !== 0
  const local = [bytes.readUInt32LE(offset + 14), bytes.readUInt32LE(offset + 18), bytes.readUInt32LE(offset + 22)]
  const declared = [entry.checksum, entry.packedSize, entry.size]
  const isSame =
    bytes.readUInt16LE(offset + 6) === flags &&
    bytes.readUInt16LE(offset + 8) === method &&
    bytes.subarray(offset + SIZE.local, nameEnd).toString('utf8') === path &&
    local.every((value, index) => value === declared[index] || (hasDescriptor && value === 0))
  if (!isSame) throw unsafe(`what stands before ${path} differs from the directory`)
  const end = start + entry.packedSize
  const next = hasDescriptor ? descriptorEnd(bytes, end, declared) : end
  if (next > directoryOffset) throw unsafe(`${path} reaches into the directory`)
  const content = unpack(bytes.subarray(start, end), entry)
  if (content.length !== entry.size || crc32(content) !== entry.checksum) throw unsafe(`${path} is not what the directory says`)
  return { content, next }
}

/** The descriptor after an entry's bytes comes with and without a signature of its own. */
function descriptorEnd(bytes: Buffer, end: number, declared: readonly number[]): number {
  const hasSignature = end + 4 <= bytes.length && bytes.readUInt32LE(end) === SIGNATURE.descriptor
  const start = hasSignature ? end + 4 : end
  if (start + 12 > bytes.length || declared.some((value, index) => bytes.readUInt32LE(start + index * 4) !== value)) {
    throw unsafe('the sizes after an entry differ from the directory')
  }
  return start + 12
}

function unpack(packed: Buffer, { path, method, size, packedSize, isFolder }: DirectoryEntry): Buffer {
  if (isFolder && size !== 0) throw unsafe(`the folder ${path} has contents of its own`)
  if (method === METHOD.stored) return packed
  if (method !== METHOD.deflated) throw unsafe(`${path} is compressed with method ${method}`)
  try {
    // The limit is what the directory says, so a bomb costs no more than the size it admits to.
    const { buffer, engine } = inflatedSchema.parse(inflateRawSync(packed, { maxOutputLength: Math.max(size, 1), info: true }))
    if (engine.bytesWritten !== packedSize) throw unsafe(`${path} has bytes after its end`)
    return buffer
  } catch (error) {
    if (error instanceof FixpointError) throw error
    throw new FixpointError('crx_zip_unsafe', `The archive in the CRX is not safe: ${path} cannot be unpacked to its ${size} bytes.`, {
      cause: error
    })
  }
}

function unsafe(what: string): FixpointError {
  return new FixpointError('crx_zip_unsafe', `The archive in the CRX is not safe: ${what}.`)
}
