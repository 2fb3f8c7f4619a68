import { execFile, spawn } from 'node:child_process'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { extensionIdOf } from '../src/crx/extension-id.ts'
import { signerOfKey } from '../src/crx/signer.ts'
import { packSample, sampleId } from '../src/testing/sample-extension.ts'
import { startTestServer, type TestServer, TOKENS } from '../src/testing/test-server.ts'

const PROGRAM = join(import.meta.dirname, '..', 'src', 'cli', 'main.ts')
const RELEASE = join(import.meta.dirname, '..', 'src', 'release', 'main.ts')

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const run = (environment: Record<string, string>, ...args: string[]) => runProgram(PROGRAM, environment, args)

function runProgram(
  program: string,
  environment: Record<string, string>,
  args: string[]
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const env = {
    PATH: process.env['PATH'],
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
    NO_COLOR: '1',
    INIT_CWD: server.dataFolder,
    ...environment
  }
  return new Promise(resolve => {
    const child = execFile(process.execPath, [program, ...args], { env }, (_error, stdout, stderr) =>
      resolve({ status: child.exitCode, stdout, stderr })
    )
  })
}

const as = (person: keyof typeof TOKENS) => ({ FIXPOINT_UPDATES_SERVER: server.url, FIXPOINT_UPDATES_TOKEN: TOKENS[person] })

it('takes a release from the file to the last ring', async () => {
  const crx = await packSample({ manifest: { update_url: `${server.url}/update` } })
  await writeFile(join(server.dataFolder, 'sample.crx'), crx)
  expect(await run(as('ada'), 'publish', 'sample.crx')).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('offered to nobody yet'),
    stderr: expect.stringContaining('fixpoint-updates approve 1.0.0')
  })
  expect(await run(as('ada'), 'approve', '1.0.0')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('[second_approval_missing]')
  })
  expect(await run(as('grace'), 'approve', '1.0.0')).toMatchObject({ status: 0 })
  expect(await run(as('ada'), 'promote', '1.0.0', 'early', '--percentage', '20')).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/early +1\.0\.0 to 20 %, else nothing/)
  })
  expect(await run(as('ada'), 'halt', 'canary', '--reason', 'prices vanish')).toMatchObject({
    stdout: expect.stringMatching(/canary +halted: prices vanish/)
  })
  expect(await run(as('grace'), 'resume', 'canary')).toMatchObject({ stdout: expect.stringMatching(/canary +1\.0\.0/) })
  const { stdout } = await run(as('visitor'), 'status', '--json')
  expect(JSON.parse(stdout)).toMatchObject({ extensions: [{ id: sampleId, releases: [{ version: '1.0.0', approvedBy: 'grace' }] }] })
}, 180_000)

it('says in one line what is wrong, with an exit code that scripts can rely on', async () => {
  expect(await run({}, 'status')).toMatchObject({ status: 3 })
  expect(await run({ FIXPOINT_UPDATES_SERVER: server.url }, 'status')).toMatchObject({ status: 4 })
  expect(await run({ ...as('ada'), FIXPOINT_UPDATES_TOKEN: 'wrong' }, 'status')).toMatchObject({
    status: 4,
    stderr: expect.stringContaining('[token_invalid]')
  })
  expect(await run({ ...as('ada'), FIXPOINT_UPDATES_SERVER: 'http://127.0.0.1:1' }, 'status')).toMatchObject({
    status: 3,
    stderr: expect.stringContaining('does not answer (')
  })
  expect(await run({ ...as('ada'), FIXPOINT_UPDATES_SERVER: '127.0.0.1:4800' }, 'status')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('It begins with https://')
  })
  const blank = await run(as('ada'), 'halt', 'all', '--reason', ' ')
  expect(blank).toMatchObject({ status: 2, stderr: expect.stringContaining('has to say why the ring is halted') })
  // The reference that other errors name is the one of the session service.
  expect(blank.stderr).not.toContain('/docs')
  expect(await run(as('ada'), 'promote', '1.0.0', 'all', '--percentage', '101')).toMatchObject({ status: 2 })
  expect(await run(as('ada'), 'halt', 'all')).toMatchObject({ status: 2 })
  expect(await run(as('ada'), 'publish', 'nowhere.crx')).toMatchObject({ status: 1, stderr: expect.stringContaining('[file_not_found]') })
  expect(await run({}, 'serve', '--config', 'nowhere.json')).toMatchObject({ status: 78 })
}, 180_000)

it('makes tokens that the configuration knows by their hash alone', async () => {
  const { status, stdout, stderr } = await run({}, 'token', 'ada', 'publisher', 'approver')
  expect(status).toBe(0)
  expect(stderr).toContain(createHash('sha256').update(stdout.trim()).digest('hex'))
  expect(stderr).not.toContain(stdout.trim())
  expect(await run({}, 'token', 'ada', 'owner')).toMatchObject({ status: 2, stderr: expect.stringContaining('“owner”') })
})

it('says of a release’s settings what is wrong before anything is made', async () => {
  const release = (environment: Record<string, string>, ...args: string[]) => runProgram(RELEASE, environment, args)
  const pem = join(server.dataFolder, 'release.pem')
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await writeFile(pem, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 })
  const id = extensionIdOf(signerOfKey(privateKey).publicKey)
  const address = ['--update-url', 'https://updates.example.com/update']
  expect(await release({}, '--check-only')).toMatchObject({ status: 1, stderr: expect.stringContaining('--update-url') })
  expect(await release({}, '--check-only', ...address)).toMatchObject({ status: 1, stderr: expect.stringContaining('[signing_failed]') })
  const withKey = { FIXPOINT_CRX_KEY: pem }
  expect(await release(withKey, '--check-only', ...address)).toMatchObject({ status: 1, stderr: expect.stringContaining(id) })
  expect(await release({ ...withKey, FIXPOINT_CRX_ID: id }, '--check-only', ...address)).toMatchObject({
    status: 0,
    stdout: '',
    stderr: ''
  })
  expect(await release({ ...withKey, FIXPOINT_CRX_ID: id }, ...address, '--rollback', 'nowhere.crx', '--version', '2.0.0')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('nowhere.crx cannot be read. [file_not_found]')
  })
  await rm(pem)
}, 180_000)

it('ends the server when `npm run updates -- serve` is told to end', async () => {
  const { storage: _, ...config } = server.config
  const folder = join(server.dataFolder, 'another')
  await mkdir(folder)
  await writeFile(join(folder, 'config.json'), JSON.stringify({ ...config, port: 0, dataFolder: '.' }))
  const script = join(import.meta.dirname, '..', '..', 'scripts', 'updates.mjs')
  const child = spawn(process.execPath, [script, 'serve', '--config', join(folder, 'config.json')], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const ended = once(child, 'close')
  const [address] = await Promise.race([once(child.stdout, 'data'), ended.then(() => Promise.reject(new Error('It has ended at once.')))])
  expect((await fetch(`${String(address).trim()}/healthz`)).status).toBe(200)
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
  await expect(fetch(`${String(address).trim()}/healthz`)).rejects.toThrow()
  await rm(folder, { recursive: true })
}, 180_000)

it('does not serve where the key is that signs releases', async () => {
  const { storage: _, ...config } = server.config
  await writeFile(join(server.dataFolder, 'serve.json'), JSON.stringify({ ...config, port: 0, dataFolder: 'beside' }))
  expect(await run({ FIXPOINT_CRX_KEY: '/somewhere/crx.pem' }, 'serve', '--config', 'serve.json')).toMatchObject({
    status: 78,
    stdout: '',
    stderr: expect.stringMatching(/FIXPOINT_CRX_KEY is set.*\[config_invalid\]/)
  })
  await rm(join(server.dataFolder, 'serve.json'))
})

describe('doctor', () => {
  const examine = async (environment: Record<string, string> = {}) => {
    const { stdout, status } = await run(environment, 'doctor', '--config', 'config.json', '--json')
    const findings: { name: string; state: string; detail: string }[] = JSON.parse(stdout)
    return { status, of: (name: string) => findings.find(finding => finding.name === name) }
  }
  const configWith = (change: object) => {
    const { storage: _, ...config } = server.config
    return writeFile(join(server.dataFolder, 'config.json'), JSON.stringify({ ...config, dataFolder: '.', ...change }))
  }
  beforeAll(() => configWith({}))

  it('finds a good server good', async () => {
    const { status, of } = await examine()
    expect([of('Audit log')?.state, of('Files')?.detail, of('Signing key')?.state, of('People')?.state]).toEqual([
      'good',
      '1 of 1 verified',
      'good',
      'good'
    ])
    expect(status).toBe(0)
  })

  it('names a changed file, a changed log, a key, and a single person', async () => {
    const path = join(server.dataFolder, 'crx', sampleId, '1.0.0.crx')
    const crx = await readFile(path)
    await writeFile(path, crx.subarray(0, -1))
    const broken = await examine()
    expect([broken.status, broken.of('File 1.0.0')?.state]).toEqual([1, 'bad'])
    await writeFile(path, crx)

    const log = join(server.dataFolder, 'audit.jsonl')
    const text = await readFile(log, 'utf8')
    await writeFile(log, text.replace('"grace"', '"ada"'))
    expect((await examine()).of('Audit log')).toMatchObject({ state: 'bad', detail: 'Line 2 of the audit log has been changed.' })
    await writeFile(log, text)

    expect((await examine({ FIXPOINT_CRX_KEY: '/somewhere' })).of('Signing key')?.state).toBe('bad')
    await writeFile(join(server.dataFolder, 'crx.pem'), 'x')
    expect((await examine()).of('Signing key')?.state).toBe('bad')

    await chmod(server.dataFolder, 0o777)
    expect((await examine()).of('Data folder')?.state).toBe('warning')
    await configWith({ people: server.config.people.slice(0, 1) })
    expect((await examine()).of('People')?.state).toBe('bad')
  }, 180_000)
})
