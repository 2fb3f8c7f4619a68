/** Packs, signs and checks the built extension. `npm run release -- extension` builds it first. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { EXTENSION_ID, FixpointError, stripControls } from '@fixpoint/protocol'
import { Command, CommanderError } from 'commander'
import { signerFromEnvironment } from '../crx/signer.ts'
import { verifyCrx } from '../crx/verify.ts'
import { asFixpointError } from '../http/problems.ts'
import { readRecord, writeRecord } from './record.ts'
import { checkSettings, filesForRollback, makeRelease, readBuild, versionOfSources } from './release.ts'

const environment = process.env
const folder = environment['INIT_CWD'] ?? process.cwd()
const room = join(import.meta.dirname, '..', '..')
const extension = resolve(room, '..', 'extension')
/** What `npm run release -- extension` builds. */
const ownBuild = join(extension, '.output', 'chrome-mv3')

interface Options {
  build: string
  updateUrl?: string
  id: string
  out: string
  record: string
  rollback?: string
  version?: string
  checkOnly?: boolean
  json?: boolean
}

/** @throws FixpointError `file_not_found` */
async function readOldFile(path: string): Promise<Buffer> {
  return readFile(resolve(folder, path)).catch((error: unknown) => {
    throw new FixpointError('file_not_found', `${path} cannot be read.`, { cause: error, hint: 'Name the CRX whose code is to come back.' })
  })
}

async function release(options: Options): Promise<void> {
  const updateUrl = options.updateUrl
  if (updateUrl === undefined) {
    throw new FixpointError('crx_update_url_mismatch', 'It is not known where browsers will ask for updates.', {
      hint: 'Name the address with --update-url or FIXPOINT_UPDATE_URL, for example https://updates.example.com/rings/all/update.'
    })
  }
  if ((options.rollback === undefined) !== (options.version === undefined)) {
    throw new FixpointError('invalid_parameter', '--rollback and --version go together.', {
      hint: 'A release has the version that was built.'
    })
  }
  const signer = await signerFromEnvironment(environment)
  const record = await readRecord(options.record)
  checkSettings({ signer, extensionId: options.id, updateUrl })
  if (options.checkOnly) return
  const { rollback, version } = options
  const old = rollback === undefined ? undefined : verifyCrx(await readOldFile(rollback), { extensionId: options.id })
  const files = old === undefined || version === undefined ? await readBuild(options.build) : filesForRollback(old, version)
  // What is built of these sources has their version; another folder has its own.
  const expected = version ?? (options.build === ownBuild ? await versionOfSources(join(extension, 'package.json')) : undefined)
  const made = await makeRelease({
    files,
    signer,
    extensionId: options.id,
    updateUrl,
    record,
    at: new Date(),
    ...(expected === undefined ? {} : { version: expected }),
    ...(old === undefined ? {} : { rollbackOf: old.manifest.version })
  })
  const { extensionId, manifest, sha256, size } = made.verified
  const path = join(options.out, `${extensionId}-${manifest.version}.crx`)
  await mkdir(options.out, { recursive: true })
  await writeFile(path, made.crx)
  await writeRecord(options.record, made.record)
  const facts = {
    id: extensionId,
    version: manifest.version,
    sha256,
    archiveSha256: made.record.releases.at(-1)?.archiveSha256,
    size,
    path
  }
  if (options.json) {
    console.log(JSON.stringify(facts))
    return
  }
  console.log(`id              ${facts.id}
version         ${facts.version}${old === undefined ? '' : `, the code of ${old.manifest.version}`}
SHA-256         ${facts.sha256}
SHA-256 of ZIP  ${facts.archiveSha256}
size            ${facts.size} bytes
file            ${facts.path}`)
  console.error(
    `\nRecorded in ${options.record}; commit it. Then: npm run updates -- ${old === undefined ? 'publish' : `rollback --to ${old.manifest.version}`} ${path}`
  )
}

const program = new Command('release')
  .description('Pack, sign and check the extension. The key comes from FIXPOINT_CRX_KEY or FIXPOINT_CRX_SIGN_COMMAND.')
  .option('--update-url <url>', 'where browsers ask for updates (FIXPOINT_UPDATE_URL)', environment['FIXPOINT_UPDATE_URL'])
  .option(
    '--id <id>',
    'id of the extension, where it is signed with a key of your own (FIXPOINT_CRX_ID)',
    environment['FIXPOINT_CRX_ID'] ?? EXTENSION_ID
  )
  .option('--rollback <crx>', 'release the code of this file again, under the version of --version')
  .option('--version <version>', 'the version of a rollback')
  .option('--build <folder>', 'the built extension', path => resolve(folder, path), ownBuild)
  .option('--out <folder>', 'where the CRX goes', path => resolve(folder, path), resolve(room, '..', '.fixpoint', 'release'))
  .option(
    '--record <file>',
    'the record of releases and approved permissions',
    path => resolve(folder, path),
    resolve(room, 'release-record.json')
  )
  .option('--check-only', 'look at key, addresses and record, and make nothing')
  .option('--json', 'answer as JSON')
  .exitOverride()
  .action(async (options: Options) => {
    try {
      await release(options)
    } catch (thrown) {
      const error = asFixpointError(thrown)
      console.error(`Error: ${stripControls(error.message)} [${error.code}]\n  ${error.hint}`)
      if (error.code === 'internal') console.error(thrown)
      process.exitCode = 1
    }
  })

try {
  await program.parseAsync()
} catch (thrown) {
  if (!(thrown instanceof CommanderError)) throw thrown
  process.exitCode = thrown.exitCode === 0 ? 0 : 2
}
