import { FixpointError } from '@fixpoint/protocol'
import { unzipSync } from 'fflate'

/** Magic, format version and length of the header: four bytes each. The header follows, then a ZIP. */
const PREFIX_BYTES = 12
const MANIFEST_BYTES_AT_MOST = 1_000_000

/**
 * The text of the manifest.json in a CRX: what a release has, with the key that it is signed with and its update address. The signature
 * is not looked at; the update server does that before it takes a file.
 * @throws FixpointError `config_invalid`
 */
export function manifestOfCrx(bytes: Buffer, path: string): string {
  const noCrx = (what: string, cause?: unknown) =>
    new FixpointError('config_invalid', `${path} is no CRX of an extension: ${what}.`, {
      hint: 'Name the file that `npm run release -- extension` has made.',
      cause
    })
  if (bytes.length < PREFIX_BYTES || bytes.toString('latin1', 0, 4) !== 'Cr24' || bytes.readUInt32LE(4) !== 3)
    throw noCrx('it does not begin as a CRX of version 3')
  try {
    const archive = bytes.subarray(PREFIX_BYTES + bytes.readUInt32LE(8))
    const files = unzipSync(archive, {
      filter: ({ name, originalSize }) => name === 'manifest.json' && originalSize <= MANIFEST_BYTES_AT_MOST
    })
    const manifest = files['manifest.json']
    if (manifest !== undefined) return Buffer.from(manifest).toString('utf8')
  } catch (error) {
    throw noCrx('the archive in it is damaged', error)
  }
  throw noCrx('there is no manifest.json in it')
}
