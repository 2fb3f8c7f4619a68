import { generateKeyPairSync } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { extensionIdOf } from '../crx/extension-id.ts'
import { signerFromEnvironment } from '../crx/signer.ts'
import { verifyCrx } from '../crx/verify.ts'
import { newSigner, sampleFiles, sampleId, sampleSigner } from '../testing/sample-extension.ts'
import { type ReleaseRecord, readRecord, writeRecord } from './record.ts'
import { filesForRollback, makeRelease, readBuild, versionOfSources } from './release.ts'

const at = new Date('2026-11-21T10:00:00Z')
const updateUrl = 'https://updates.example.com/rings/all/update'
const record: ReleaseRecord = {
  minimumChromeVersion: '120',
  approvedPermissions: { storage: 'settings', 'http://127.0.0.1/*': 'shows the version' },
  releases: []
}
const usual = { files: sampleFiles(), signer: sampleSigner, extensionId: sampleId, version: '1.0.0', updateUrl, record, at }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fixpoint-release-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('makeRelease', () => {
  it('stamps key and update address into the manifest, and gives the same bytes again', async () => {
    const first = await makeRelease(usual)
    const second = await makeRelease({ ...usual, files: new Map([...usual.files].toReversed()), at: new Date() })
    expect(second.crx.equals(first.crx)).toBe(true)
    const manifest = JSON.parse(first.verified.files.get('manifest.json')?.toString('utf8') ?? '')
    expect(manifest).toMatchObject({ update_url: updateUrl, key: Buffer.from(sampleSigner.publicKey).toString('base64'), version: '1.0.0' })
    expect(first.record.releases).toEqual([
      expect.objectContaining({ version: '1.0.0', sha256: first.verified.sha256, at: at.toISOString() })
    ])
  })

  it('refuses what must not be released', async () => {
    const { record: after } = await makeRelease(usual)
    const wrong: [string, Partial<typeof usual>][] = [
      ['version_not_higher', { record: after }],
      ['version_not_higher', { record: after, version: '0.9', files: sampleFiles({ version: '0.9' }) }],
      ['crx_version_mismatch', { version: '1.0.1' }],
      ['crx_id_mismatch', { signer: newSigner() }],
      ['permission_added', { files: sampleFiles({ manifest: { permissions: ['storage', 'tabs'] } }) }],
      ['permission_added', { files: sampleFiles({ manifest: { optional_host_permissions: ['<all_urls>'] } }) }],
      ['permission_added', { files: sampleFiles({ manifest: { devtools_page: 'devtools.html' } }) }],
      ['crx_manifest_invalid', { files: sampleFiles({ manifest: { minimum_chrome_version: '121' } }) }],
      ['crx_manifest_invalid', { files: sampleFiles({ manifest: { minimum_chrome_version: undefined } }) }],
      ['crx_manifest_invalid', { files: new Map() }],
      ['crx_contains_private_key', { files: sampleFiles({ files: { 'k.pem': 'x' } }) }],
      ...[
        'http://updates.example.com/update',
        'https://updates.example.com/',
        'https://a:b@c.example/update',
        'https://c.example/update?x=1',
        'x'
      ].map((url): [string, Partial<typeof usual>] => ['crx_update_url_mismatch', { updateUrl: url }])
    ]
    for (const [code, change] of wrong)
      await expect(makeRelease({ ...usual, ...change }), JSON.stringify(change)).rejects.toMatchObject({ code })
  })

  it('refuses a signature that is not by the key', async () => {
    const signer = { ...sampleSigner, sign: newSigner().sign }
    await expect(makeRelease({ ...usual, signer })).rejects.toMatchObject({ code: 'crx_signature_invalid' })
  })

  it('gives old code a higher version, and nothing else new', async () => {
    const old = (await makeRelease(usual)).verified
    const files = filesForRollback(old, '1.2')
    const { verified } = await makeRelease({ ...usual, files, version: '1.2', rollbackOf: '1.0.0' })
    expect(verified.manifest).toEqual({ ...old.manifest, version: '1.2' })
    expect(verified.files.get('show-version.js')).toEqual(old.files.get('show-version.js'))
    expect(() => filesForRollback(old, '1.0')).toThrow(expect.objectContaining({ code: 'version_not_higher' }))
    expect(() => filesForRollback(old, 'x')).toThrow(expect.objectContaining({ code: 'version_invalid' }))
  })
})

describe('signerFromEnvironment', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const paths = () => ({
    program: join(folder, 'sign.mjs'),
    key: join(folder, 'key.pem'),
    open: join(folder, 'open.pem'),
    public: join(folder, 'public.txt'),
    weak: join(folder, 'weak.pem')
  })
  beforeAll(async () => {
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' })
    await writeFile(paths().key, pem, { mode: 0o600 })
    await writeFile(paths().open, pem)
    await chmod(paths().open, 0o644)
    await writeFile(paths().public, publicKey.export({ format: 'pem', type: 'spki' }))
    const program = `import { readFileSync } from 'node:fs'; import { sign } from 'node:crypto'
      process.stdout.write(sign('sha256', readFileSync(0), readFileSync(process.argv[2], 'utf8')))`
    await writeFile(paths().program, program)
    const weak = generateKeyPairSync('rsa', { modulusLength: 1_024 }).privateKey
    await writeFile(paths().weak, weak.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 })
  })

  it('signs with a file, or with a program that has the key, and both give the same', async () => {
    const byFile = await signerFromEnvironment({ FIXPOINT_CRX_KEY: paths().key })
    const byCommand = await signerFromEnvironment({
      FIXPOINT_CRX_SIGN_COMMAND: `'${process.execPath}' '${paths().program}' '${paths().key}'`,
      FIXPOINT_CRX_PUBLIC_KEY: paths().public
    })
    const extensionId = extensionIdOf(byFile.publicKey)
    const [one, two] = [
      await makeRelease({ ...usual, signer: byFile, extensionId }),
      await makeRelease({ ...usual, signer: byCommand, extensionId })
    ]
    expect(two.crx.equals(one.crx)).toBe(true)
    expect(verifyCrx(one.crx).extensionId).toBe(extensionId)
  })

  it('says what is wrong with the settings', async () => {
    const wrong: Record<string, string>[] = [
      {},
      { FIXPOINT_CRX_KEY: paths().key, FIXPOINT_CRX_SIGN_COMMAND: 'true' },
      { FIXPOINT_CRX_KEY: join(folder, 'nowhere.pem') },
      { FIXPOINT_CRX_KEY: paths().open },
      { FIXPOINT_CRX_KEY: paths().weak },
      { FIXPOINT_CRX_SIGN_COMMAND: 'true' },
      { FIXPOINT_CRX_SIGN_COMMAND: 'true', FIXPOINT_CRX_PUBLIC_KEY: folder }
    ]
    for (const environment of wrong) await expect(signerFromEnvironment(environment)).rejects.toMatchObject({ code: 'signing_failed' })
    const failing = await signerFromEnvironment({
      FIXPOINT_CRX_SIGN_COMMAND: 'cat >/dev/null; exit 3',
      FIXPOINT_CRX_PUBLIC_KEY: paths().public
    })
    await expect(failing.sign(Buffer.from('x'))).rejects.toMatchObject({
      code: 'signing_failed',
      message: 'The signing command ended with status 3.'
    })
  })
})

it('reads a build without maps, and refuses links', async () => {
  const build = join(folder, 'build')
  await mkdir(join(build, 'chunks'), { recursive: true })
  for (const path of ['manifest.json', 'chunks/a.js', 'chunks/a.js.map']) await writeFile(join(build, path), path)
  expect([...(await readBuild(build)).keys()].toSorted()).toEqual(['chunks/a.js', 'manifest.json'])
  await symlink('/etc/passwd', join(build, 'link'))
  await expect(readBuild(build)).rejects.toMatchObject({ code: 'crx_zip_unsafe' })
  await expect(readBuild(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'file_not_found' })
})

it('knows the version of the sources', async () => {
  const path = join(folder, 'package.json')
  await writeFile(path, '{"version":"1.2.3"}')
  expect(await versionOfSources(path)).toBe('1.2.3')
  await writeFile(path, '{}')
  await expect(versionOfSources(path)).rejects.toMatchObject({ code: 'config_invalid' })
})

it('keeps the record', async () => {
  const path = join(folder, 'record.json')
  await writeRecord(path, record)
  expect(await readRecord(path)).toEqual(record)
  await writeFile(path, '{"releases":[]}')
  await expect(readRecord(path)).rejects.toMatchObject({ code: 'config_invalid' })
})
