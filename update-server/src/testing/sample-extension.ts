import { generateKeyPairSync } from 'node:crypto'
import { extensionIdOf } from '../crx/extension-id.ts'
import { packArchive, signCrx } from '../crx/pack.ts'
import { type Signer, signerOfKey } from '../crx/signer.ts'

export function newSigner(): Signer {
  return signerOfKey(generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey)
}

/** One key for all samples of a test file. */
export const sampleSigner: Signer = newSigner()
export const sampleId: string = extensionIdOf(sampleSigner.publicKey)
const SAMPLE_UPDATE_URL = 'http://127.0.0.1:4800/rings/all/update'

export interface SampleOptions {
  version?: string
  /** Fields of the manifest, over the usual ones; undefined takes a field away. */
  manifest?: Record<string, unknown>
  /** Files besides the manifest. */
  files?: Record<string, string | Buffer>
}

/** The files of a small extension that shows its version on pages, as an attribute of the document. */
export function sampleFiles({ version = '1.0.0', manifest = {}, files = {} }: SampleOptions = {}): Map<string, Buffer> {
  const fields = {
    manifest_version: 3,
    name: 'Sample',
    version,
    minimum_chrome_version: '120',
    update_url: SAMPLE_UPDATE_URL,
    permissions: ['storage'],
    content_scripts: [{ matches: ['http://127.0.0.1/*'], js: ['show-version.js'] }],
    ...manifest
  }
  const script = 'document.documentElement.dataset.version = chrome.runtime.getManifest().version\n'
  return new Map([
    ['manifest.json', Buffer.from(JSON.stringify(fields))],
    ['show-version.js', Buffer.from(script)],
    ...Object.entries(files).map(([path, content]) => [path, Buffer.from(content)] as const)
  ])
}

/** Packs without looking at what is packed, so that bad extensions can be made too. */
export function packSample(options: SampleOptions = {}, signer: Signer = sampleSigner): Promise<Buffer> {
  return signCrx(packArchive(sampleFiles(options)), signer)
}
