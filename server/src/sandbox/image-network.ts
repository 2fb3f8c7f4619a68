import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { FixpointError } from '@fixpoint/protocol'
import { execa } from 'execa'
import { carriedAptSettings, debianSources, type SourcesFile } from './debian-sources.ts'
import { type ImageNetwork, readIfThere } from './image-context.ts'

/** The Debian release of the image. */
export const RELEASE = 'bookworm'
const HOST_CA_BUNDLE = '/etc/ssl/certs/ca-certificates.crt'

/**
 * What the image needs to reach this machine's package sources, and the certificates that this machine trusts.
 * @param caBundle a file in PEM from the configuration; the system's own where it is not given.
 */
export async function hostNetwork(caBundle: string | undefined): Promise<ImageNetwork> {
  const bundle = await readIfThere(caBundle ?? HOST_CA_BUNDLE)
  if (bundle === undefined && caBundle !== undefined) {
    throw new FixpointError('config_invalid', `The CA bundle ${caBundle} cannot be read.`, { field: 'FIXPOINT_CA_BUNDLE' })
  }
  const aptSources = debianSources(await sourcesFiles(), RELEASE)
  return { aptSources, aptSettings: aptSources === '' ? '' : await aptSettings(), caBundle: bundle ?? '' }
}

async function sourcesFiles(): Promise<SourcesFile[]> {
  const folder = '/etc/apt/sources.list.d'
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const paths = ['/etc/apt/sources.list', ...names.filter(name => /\.(?:sources|list)$/.test(name)).map(name => join(folder, name))]
  const files = await Promise.all(paths.map(async name => ({ name, text: (await readIfThere(name)) ?? '' })))
  return files.filter(({ text }) => text !== '')
}

async function aptSettings(): Promise<string> {
  const { stdout, failed } = await execa('apt-config', ['dump'], { reject: false })
  return failed ? '' : carriedAptSettings(stdout)
}
