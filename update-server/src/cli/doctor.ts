import { access, constants, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { FixpointError } from '@fixpoint/protocol'
import { loadConfig, type UpdatesConfig } from '../config.ts'
import type { LedgerEntry } from '../ledger/events.ts'
import { readLedger } from '../ledger/ledger.ts'
import { hasSigningKey } from '../no-signing-key.ts'
import { isErrno, readIfThere } from '../read-if-there.ts'
import { CrxStore } from '../releases/crx-store.ts'
import { EMPTY_STATE, reduceEntry } from '../releases/state.ts'
import { DASHBOARD_FOLDER } from '../serve.ts'
import { auditFile, filesInFolder } from '../storage/folder-storage.ts'
import type { CrxFiles } from '../storage/storage.ts'
import { allReleases } from '../updates.ts'

export interface Finding {
  name: string
  /** A warning does not keep the server from working. */
  state: 'good' | 'warning' | 'bad'
  detail: string
}

/** Looks at everything a server needs, without changing any of it. It may run beside a server. */
export async function examine(configPath: string, environment: Readonly<Record<string, string | undefined>>): Promise<Finding[]> {
  let config: UpdatesConfig
  try {
    config = await loadConfig(configPath)
  } catch (error) {
    if (error instanceof FixpointError) return [{ name: 'Configuration', state: 'bad', detail: error.message }]
    throw error
  }
  return [
    { name: 'Configuration', state: 'good', detail: configPath },
    examinePeople(config),
    ...(await examineStorage(config.storage)),
    await examineKeys(config.storage, environment),
    await examineDashboard()
  ]
}

async function statIfThere(path: string) {
  try {
    return await stat(path)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null
    throw error
  }
}

/** Two-person publishing needs two people. */
function examinePeople({ people }: UpdatesConfig): Finding {
  const publishers = people.filter(({ roles }) => roles.includes('publisher'))
  const hasPair = publishers.some(publisher => people.some(({ name, roles }) => name !== publisher.name && roles.includes('approver')))
  return hasPair
    ? { name: 'People', state: 'good', detail: people.map(({ name, roles }) => `${name} (${roles.join(', ')})`).join(', ') }
    : { name: 'People', state: 'bad', detail: 'Nothing can be released: it takes a publisher and another person who is an approver.' }
}

async function examineDataFolder(folder: string): Promise<Finding> {
  const name = 'Data folder'
  const found = await statIfThere(folder)
  if (found === null) return { name, state: 'good', detail: `${folder} is made when the server starts` }
  const isWritable = await access(folder, constants.W_OK).then(
    () => true,
    () => false
  )
  if (!isWritable) return { name, state: 'bad', detail: `${folder} cannot be written` }
  const isOpen = process.platform !== 'win32' && (found.mode & 0o022) !== 0
  return isOpen ? { name, state: 'warning', detail: `others on this machine may write ${folder}` } : { name, state: 'good', detail: folder }
}

export async function examineStorage(storage: UpdatesConfig['storage']): Promise<Finding[]> {
  if (storage.kind === 'folder') {
    const text = (await readIfThere(auditFile(storage.folder))) ?? ''
    // What a server that is running may be in the middle of writing is left out.
    const readEntries = async () => readLedger(text.slice(0, text.lastIndexOf('\n') + 1))
    return [await examineDataFolder(storage.folder), ...(await examineReleases(readEntries, filesInFolder(storage.folder)))]
  }
  const { connectBucket } = await import('../storage/s3-bucket.ts')
  const { filesInBucket } = await import('../storage/bucket-storage.ts')
  const { readBucketLedger } = await import('../storage/bucket-ledger.ts')
  const bucket = connectBucket(storage)
  try {
    const entries = await readBucketLedger(bucket)
    return [
      { name: 'Bucket', state: 'good', detail: `${bucket.name} can be read; whether it keeps servers apart shows when one starts` },
      ...(await examineReleases(async () => entries, filesInBucket(bucket)))
    ]
  } catch (error) {
    if (!(error instanceof FixpointError)) throw error
    const isLog = error.code === 'audit_broken'
    return [{ name: isLog ? 'Audit log' : 'Bucket', state: 'bad', detail: `${error.message} ${error.hint}` }]
  } finally {
    bucket.close()
  }
}

async function examineReleases(readEntries: () => Promise<LedgerEntry[]>, crxFiles: CrxFiles): Promise<Finding[]> {
  const name = 'Audit log'
  try {
    const entries = await readEntries()
    if (entries.length === 0) return [{ name, state: 'good', detail: 'empty' }]
    const store = new CrxStore(crxFiles)
    const releases = allReleases(entries.reduce(reduceEntry, EMPTY_STATE))
    const files: Finding[] = []
    for (const release of releases) {
      const fault = await store.check(release)
      if (fault !== undefined)
        files.push({ name: `File ${release.version}`, state: 'bad', detail: `${crxFiles.nameOf(release)}: ${fault.message}` })
    }
    const sum: Finding = { name: 'Files', state: 'good', detail: `${releases.length} of ${releases.length} verified` }
    return [
      { name, state: 'good', detail: `${entries.length} entries, head ${entries.at(-1)?.hash ?? 'none'}` },
      ...(files.length === 0 ? [sum] : files)
    ]
  } catch (error) {
    if (error instanceof FixpointError && error.code === 'audit_broken') return [{ name, state: 'bad', detail: error.message }]
    throw error
  }
}

/** The key must not be where the server is. */
async function examineKeys(storage: UpdatesConfig['storage'], environment: Readonly<Record<string, string | undefined>>): Promise<Finding> {
  const name = 'Signing key'
  if (hasSigningKey(environment)) {
    return {
      name,
      state: 'bad',
      detail: 'FIXPOINT_CRX_KEY is set here, with which the server does not start; the key belongs on another machine'
    }
  }
  const dataFolder = storage.kind === 'folder' ? storage.folder : null
  const paths = dataFolder === null || (await statIfThere(dataFolder)) === null ? [] : await readdir(dataFolder, { recursive: true })
  const keyFile = paths.find(path => /\.(?:pem|key|p8|p12|pfx)$/i.test(path))
  if (dataFolder !== null && keyFile !== undefined)
    return { name, state: 'bad', detail: `${join(dataFolder, keyFile)} looks like a key; take it away` }
  return { name, state: 'good', detail: 'not on this machine, as far as can be seen' }
}

async function examineDashboard(): Promise<Finding> {
  const isBuilt = await access(join(DASHBOARD_FOLDER, 'index.html')).then(
    () => true,
    () => false
  )
  return isBuilt
    ? { name: 'Dashboard', state: 'good', detail: 'built' }
    : { name: 'Dashboard', state: 'warning', detail: 'not built; `npm run updates -- serve` builds it' }
}
