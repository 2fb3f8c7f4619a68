import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { FixpointError } from '@fixpoint/protocol'
import { z } from 'zod'
import type { ArchiveFiles } from '../crx/archive.ts'
import { extensionIdOf } from '../crx/extension-id.ts'
import { permissionsOf } from '../crx/extension-manifest.ts'
import { packArchive, signCrx, withManifestFields } from '../crx/pack.ts'
import type { Signer } from '../crx/signer.ts'
import { type VerifiedCrx, verifyCrx } from '../crx/verify.ts'
import { compareVersions, isVersion } from '../crx/version.ts'
import type { ReleaseRecord } from './record.ts'

export interface ReleaseOptions {
  files: ArchiveFiles
  signer: Signer
  /** The id that the release has to have. */
  extensionId: string
  /** The version that the manifest has to have; any where left out. */
  version?: string
  /** Where browsers ask for updates, unless a policy says otherwise. */
  updateUrl: string
  record: ReleaseRecord
  /** The version whose code this is, with another version in its manifest. */
  rollbackOf?: string
  at: Date
}

export interface Release {
  crx: Buffer
  verified: VerifiedCrx
  /** With this release at its end. */
  record: ReleaseRecord
}

/** The files of a built extension. Maps for debugging are left out: they have the sources in them. */
export async function readBuild(folder: string): Promise<ArchiveFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw new FixpointError('file_not_found', `There is no built extension in ${folder}.`, { cause: error, hint: 'Build it first.' })
  })
  const files: ArchiveFiles = new Map()
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isSymbolicLink())
      throw new FixpointError('crx_zip_unsafe', `${path} is a link.`, { hint: 'Build again into an empty folder.' })
    if (entry.isFile() && !entry.name.endsWith('.map')) files.set(path.slice(folder.length + 1).replaceAll(sep, '/'), await readFile(path))
  }
  return files
}

/** The version that the sources have. @param path their package.json @throws FixpointError `config_invalid` */
export async function versionOfSources(path: string): Promise<string> {
  try {
    return z.object({ version: z.string() }).parse(JSON.parse(await readFile(path, 'utf8'))).version
  } catch (error) {
    throw new FixpointError('config_invalid', `${path} does not say which version is to be released.`, { cause: error })
  }
}

/**
 * Packs, signs and checks a release.
 * @throws FixpointError `crx_*`, `version_not_higher`, `permission_added`, `config_invalid`, `signing_failed`
 */
export async function makeRelease({
  files,
  signer,
  extensionId,
  version,
  updateUrl,
  record,
  rollbackOf,
  at
}: ReleaseOptions): Promise<Release> {
  checkSettings({ signer, extensionId, updateUrl })
  // The id that the extension knows itself by while it is unpacked has to be the one that it is signed for.
  const stamped = withManifestFields(files, { key: Buffer.from(signer.publicKey).toString('base64'), update_url: updateUrl })
  const archive = packArchive(stamped)
  const crx = await signCrx(archive, signer)
  const verified = verifyCrx(crx, { extensionId, ...(version === undefined ? {} : { version }) })
  const { manifest } = verified

  const last = record.releases.at(-1)
  if (last !== undefined && compareVersions(manifest.version, last.version) <= 0) {
    throw new FixpointError(
      'version_not_higher',
      `Version ${manifest.version} is not higher than ${last.version}, which was released before.`
    )
  }
  if (manifest.minimum_chrome_version !== record.minimumChromeVersion) {
    throw new FixpointError(
      'crx_manifest_invalid',
      `minimum_chrome_version is ${manifest.minimum_chrome_version ?? 'missing'}, and the record of releases has ${record.minimumChromeVersion}.`,
      { field: 'minimum_chrome_version', hint: 'Browsers below it get no more updates. Change the record where that is intended.' }
    )
  }
  const unapproved = permissionsOf(manifest).filter(permission => !(permission in record.approvedPermissions))
  if (unapproved.length > 0) {
    throw new FixpointError(
      'permission_added',
      `The extension asks for ${unapproved.join(', ')}, which the record of releases does not have.`,
      {
        hint: 'Add it to approvedPermissions with the reason, and have the change reviewed.'
      }
    )
  }
  const entry = {
    version: manifest.version,
    sha256: verified.sha256,
    archiveSha256: createHash('sha256').update(archive).digest('hex'),
    at: at.toISOString(),
    ...(rollbackOf === undefined ? {} : { rollbackOf })
  }
  return { crx, verified, record: { ...record, releases: [...record.releases, entry] } }
}

/** What can be told before anything is built. @throws FixpointError `crx_id_mismatch`, `crx_update_url_mismatch` */
export function checkSettings({ signer, extensionId, updateUrl }: Pick<ReleaseOptions, 'signer' | 'extensionId' | 'updateUrl'>): void {
  const signedId = extensionIdOf(signer.publicKey)
  if (signedId !== extensionId) {
    throw new FixpointError('crx_id_mismatch', `The key is the one of ${signedId}, and the extension is ${extensionId}.`, {
      hint: 'Use the extension’s key, or name its id with --id.'
    })
  }
  checkUpdateUrl(updateUrl)
}

/** The files of an older release under a higher version. @throws FixpointError `crx_*`, `version_invalid`, `version_not_higher` */
export function filesForRollback(old: VerifiedCrx, version: string): ArchiveFiles {
  if (!isVersion(version)) throw new FixpointError('version_invalid', `“${version}” is not a version.`)
  if (compareVersions(version, old.manifest.version) <= 0) {
    throw new FixpointError('version_not_higher', `Version ${version} is not higher than ${old.manifest.version}.`)
  }
  return withManifestFields(old.files, { version })
}

function checkUpdateUrl(updateUrl: string): void {
  const url = URL.canParse(updateUrl) ? new URL(updateUrl) : null
  const isThisMachine = url !== null && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
  const isGood =
    url !== null &&
    (url.protocol === 'https:' || (url.protocol === 'http:' && isThisMachine)) &&
    /^(?:\/rings\/[a-z][a-z0-9-]*)?\/update$/.test(url.pathname) &&
    url.username === '' &&
    url.search === '' &&
    url.hash === ''
  if (!isGood) {
    throw new FixpointError('crx_update_url_mismatch', `“${updateUrl}” is not an address of an update server.`, {
      hint: 'It looks like https://updates.example.com/rings/all/update.'
    })
  }
}
