/**
 * Verification of CRX3 files, at least as strict as Chromium's `components/crx_file/crx_verifier.cc`: every signature in the file has to
 * be right, one of them by the key that the extension's id comes from. Beyond Chromium: no byte of the header may be free, the archive
 * has to be unambiguous, the manifest of version 3, and no private key may be inside.
 */
import { createHash, createPublicKey, type KeyObject, verify as verifySignature } from 'node:crypto'
import { FixpointError } from '@fixpoint/protocol'
import { type ArchiveFiles, readArchive } from './archive.ts'
import { extensionIdOf, lettersOf } from './extension-id.ts'
import { type ExtensionManifest, parseExtensionManifest } from './extension-manifest.ts'
import { decodeHeader, decodeSignedData, type KeyProof } from './header.ts'
import { findPrivateKey } from './private-key.ts'

export const CRX_MAGIC = 'Cr24'
/** Magic, format version, length of the header: four bytes each. */
export const CRX_PREFIX_BYTES = 12
/** As in Chromium: kMaxHeaderSize. */
const MOST_HEADER_BYTES = 1 << 20
/** Bytes of a whole file; the extension is below one megabyte. */
export const MOST_CRX_BYTES = 64 * 1024 * 1024
const SIGNATURE_CONTEXT = Buffer.from('CRX3 SignedData\0', 'latin1')

export interface CrxExpectations {
  /** The id that the file has to be for; any where left out. */
  extensionId?: string
  /** The version that was declared for it. */
  version?: string
  /** Lower-case hexadecimal SHA-256 of the whole file. */
  sha256?: string
}

export interface VerifiedCrx {
  extensionId: string
  /** Lower-case hexadecimal, of the whole file. */
  sha256: string
  /** Bytes. */
  size: number
  manifest: ExtensionManifest
  files: ArchiveFiles
}

/** What the signatures cover. @param archive the ZIP */
export function signedMessage(signedData: Uint8Array, archive: Uint8Array): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(signedData.length)
  return Buffer.concat([SIGNATURE_CONTEXT, length, signedData, archive])
}

/** @throws FixpointError with one of the codes `crx_*` */
export function verifyCrx(bytes: Buffer, expected: CrxExpectations = {}): VerifiedCrx {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  if (expected.sha256 !== undefined && sha256 !== expected.sha256) {
    throw new FixpointError('crx_signature_invalid', `The file is not the one that was published: its SHA-256 is ${sha256}.`)
  }
  const { headerBytes, archive } = splitCrx(bytes)
  const { proofs, signedData } = decodeHeader(headerBytes)
  const extensionId = lettersOf(decodeSignedData(signedData))
  checkProofs(proofs, signedMessage(signedData, archive), extensionId)
  if (expected.extensionId !== undefined && extensionId !== expected.extensionId) {
    throw new FixpointError('crx_id_mismatch', `The file is signed for ${extensionId}, and ${expected.extensionId} was expected.`)
  }

  const files = readArchive(archive)
  const manifestFile = files.get('manifest.json')
  if (manifestFile === undefined) throw new FixpointError('crx_manifest_invalid', 'The extension has no manifest.json.')
  const manifest = parseExtensionManifest(manifestFile.toString('utf8'))
  if (manifest.key !== undefined && extensionIdOf(Buffer.from(manifest.key, 'base64')) !== extensionId) {
    throw new FixpointError('crx_id_mismatch', `The key in manifest.json is not the one of ${extensionId}.`)
  }
  if (expected.version !== undefined && manifest.version !== expected.version) {
    throw new FixpointError('crx_version_mismatch', `manifest.json has version ${manifest.version}, and ${expected.version} was declared.`)
  }
  const keyFile = findPrivateKey(files)
  if (keyFile !== undefined) throw new FixpointError('crx_contains_private_key', `${keyFile} is or contains a private key.`)
  return { extensionId, sha256, size: bytes.length, manifest, files }
}

function splitCrx(bytes: Buffer): { headerBytes: Buffer; archive: Buffer } {
  const malformed = (what: string) => new FixpointError('crx_format', `The file is not a CRX3 that can be trusted: ${what}.`)
  if (bytes.length > MOST_CRX_BYTES) throw malformed(`it is larger than ${MOST_CRX_BYTES / 1024 / 1024} MB`)
  if (bytes.length < CRX_PREFIX_BYTES || bytes.toString('latin1', 0, 4) !== CRX_MAGIC) throw malformed('it does not begin as a CRX')
  const format = bytes.readUInt32LE(4)
  if (format !== 3) throw malformed(`it has format ${format}, and 3 is needed`)
  const headerLength = bytes.readUInt32LE(8)
  if (headerLength > MOST_HEADER_BYTES || headerLength > bytes.length - CRX_PREFIX_BYTES) {
    throw malformed(`it says that its header has ${headerLength} bytes`)
  }
  const start = CRX_PREFIX_BYTES + headerLength
  return { headerBytes: bytes.subarray(CRX_PREFIX_BYTES, start), archive: bytes.subarray(start) }
}

function checkProofs(proofs: readonly KeyProof[], message: Buffer, extensionId: string): void {
  if (proofs.length === 0) throw new FixpointError('crx_signature_invalid', 'The file is not signed.')
  for (const proof of proofs) {
    const key = readKey(proof)
    if (!verifySignature('sha256', message, key, proof.signature)) {
      throw new FixpointError('crx_signature_invalid', 'A signature of the file is wrong: it has been changed, or was never signed whole.')
    }
  }
  if (!proofs.some(({ publicKey }) => extensionIdOf(publicKey) === extensionId)) {
    throw new FixpointError('crx_id_mismatch', `No signature of the file is by the key of ${extensionId}, for which it says it is.`)
  }
}

function readKey({ algorithm, publicKey }: KeyProof): KeyObject {
  const wrong = (cause?: unknown) =>
    new FixpointError('crx_signature_invalid', 'A key in the file is not one of those that Chrome takes.', { cause })
  let key: KeyObject
  try {
    key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' })
  } catch (error) {
    throw wrong(error)
  }
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {}
  const isUsual =
    algorithm === 'rsa'
      ? key.asymmetricKeyType === 'rsa' && modulusLength >= 2_048 && modulusLength <= 8_192
      : key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1'
  if (!isUsual || !key.export({ format: 'der', type: 'spki' }).equals(publicKey)) throw wrong()
  return key
}
