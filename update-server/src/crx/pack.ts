import { FixpointError } from '@fixpoint/protocol'
import { type Zippable, zipSync } from 'fflate'
import type { ArchiveFiles } from './archive.ts'
import { bytesOfId, extensionIdOf } from './extension-id.ts'
import { encodeHeader, encodeSignedData } from './header.ts'
import type { Signer } from './signer.ts'
import { CRX_MAGIC, CRX_PREFIX_BYTES, signedMessage, verifyCrx } from './verify.ts'

/**
 * Packs files into a ZIP that depends on their paths and contents alone: sorted, with one fixed time and no modes. The packer is a
 * pinned JavaScript library, so that the same files give the same bytes with every version of Node.
 */
export function packArchive(files: ReadonlyMap<string, Uint8Array>): Buffer {
  // ZIP has local times; a time that is made in local time is written as it is here in every time zone. 1980 is its first year.
  const mtime = new Date(1980, 0, 1)
  const entries: Zippable = {}
  for (const [path, content] of [...files].toSorted(([a], [b]) => (a < b ? -1 : 1))) entries[path] = [content, { mtime, level: 9 }]
  return Buffer.from(zipSync(entries))
}

/** Packs and signs. What comes out has been verified by the same code that the update server uses. @throws FixpointError */
export async function packCrx(files: ReadonlyMap<string, Uint8Array>, signer: Signer): Promise<Buffer> {
  const crx = await signCrx(packArchive(files), signer)
  verifyCrx(crx)
  return crx
}

/** The CRX3 file around an archive, with one signature. */
export async function signCrx(archive: Buffer, signer: Signer): Promise<Buffer> {
  const signedData = encodeSignedData(bytesOfId(extensionIdOf(signer.publicKey)))
  const signature = await signer.sign(signedMessage(signedData, archive))
  const header = encodeHeader({ proofs: [{ algorithm: signer.algorithm, publicKey: signer.publicKey, signature }], signedData })
  const prefix = Buffer.alloc(CRX_PREFIX_BYTES)
  prefix.write(CRX_MAGIC, 'latin1')
  prefix.writeUInt32LE(3, 4)
  prefix.writeUInt32LE(header.length, 8)
  return Buffer.concat([prefix, header, archive])
}

/**
 * The files with some fields of manifest.json replaced; the rest of it stays as it is, in its order.
 * @throws FixpointError `crx_manifest_invalid` where there is no manifest
 */
export function withManifestFields(files: ReadonlyMap<string, Uint8Array>, fields: Readonly<Record<string, string>>): ArchiveFiles {
  const manifest = files.get('manifest.json')
  if (manifest === undefined) throw new FixpointError('crx_manifest_invalid', 'The extension has no manifest.json.')
  const changed: ArchiveFiles = new Map([...files].map(([path, content]) => [path, Buffer.from(content)]))
  const json: object = JSON.parse(Buffer.from(manifest).toString('utf8'))
  changed.set('manifest.json', Buffer.from(`${JSON.stringify({ ...json, ...fields }, null, 2)}\n`))
  return changed
}
