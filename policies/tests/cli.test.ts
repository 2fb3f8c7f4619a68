import { execFile } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { zipSync } from 'fflate'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { manifestOfCrx } from '../src/cli/crx-manifest.ts'
import { idOfKey } from '../src/lint/expectation.ts'

const room = join(import.meta.dirname, '..')
const example = join(room, 'examples/two-groups.json')
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fixpoint-policies-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A header that nobody reads, and an archive. */
const crxAround = (archive: Buffer) => {
  const prefix = Buffer.from('Cr24\x03\0\0\0\x05\0\0\0.....', 'latin1')
  return Buffer.concat([prefix, archive])
}
const crxWith = (manifest: object) => crxAround(Buffer.from(zipSync({ 'manifest.json': Buffer.from(JSON.stringify(manifest)) })))

const policies = (...args: string[]) => run([join(room, 'src/cli/main.ts'), ...args])

/** Root may read everything: where the tests run as root, these run as nobody. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

function run(args: string[], account: { uid?: number; gid?: number } = {}): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise(resolve => {
    const env = { ...process.env, INIT_CWD: folder, NO_COLOR: '1' }
    execFile(process.execPath, args, { env, ...account }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr })
    })
  })
}

describe('policies generate', () => {
  it('writes the files that golden/ has, readable for everybody, and finds them unchanged afterwards', async () => {
    const written = await policies('generate', '--config', example, '--out', 'out')
    expect(written).toMatchObject({ code: 0, stderr: '' })
    expect(written.stdout.trim().split('\n')).toHaveLength(17)
    const path = 'pilot/linux/etc/chromium/policies/managed/fixpoint.json'
    expect(readFileSync(join(folder, 'out', path))).toEqual(readFileSync(join(room, 'golden', path)))
    expect(statSync(join(folder, 'out', path)).mode & 0o777).toBe(0o644)
    expect((await policies('generate', '--config', example, '--out', 'out', '--check')).code).toBe(0)
  })

  it('ends with 1 and changes nothing where --check finds a difference', async () => {
    cpSync(join(room, 'golden'), folder, { recursive: true })
    const changed = join(folder, 'pilot/windows/chrome.reg')
    writeFileSync(changed, 'something else')
    rmSync(join(folder, 'pilot/windows/edge.reg'))
    const { code, stdout } = await policies('generate', '--config', example, '--out', '.', '--check', '--json')
    expect(code).toBe(1)
    const states: { path: string; state: string }[] = JSON.parse(stdout)
    expect(states.filter(({ state }) => state !== 'same').map(({ state }) => state)).toEqual(['differs', 'missing'])
    expect(readFileSync(changed, 'utf8')).toBe('something else')
  })

  it('ends with 2 and says so where a file is in the way of its folders', async () => {
    writeFileSync(join(folder, 'out'), 'a file')
    const { code, stdout, stderr } = await policies('generate', '--config', example, '--out', 'out')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('chrome.reg is in the way of a file or folder that is to be written. [not_a_regular_file]')
    expect(stderr.trim().split('\n')).toHaveLength(2)
  })

  it('ends with 2 where the configuration is not valid', async () => {
    writeFileSync(
      join(folder, 'config.json'),
      JSON.stringify({ ...JSON.parse(readFileSync(example, 'utf8')), serverUrl: 'http://fixpoint.example.com' })
    )
    const { code, stderr } = await policies('generate', '--config', 'config.json', '--out', 'out')
    expect(code).toBe(2)
    expect(stderr).toContain('serverUrl: The server’s address must be https.')
    expect(stderr).toContain('[config_invalid]')
  })
})

describe('policies lint', () => {
  it('ends with 0 where nothing is wrong', async () => {
    cpSync(join(room, 'golden'), folder, { recursive: true })
    const { code, stdout, stderr } = await policies('lint', 'pilot', 'everyone', '--config', example)
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '17 files, 0 errors, 0 warnings\n' })
  })

  it('ends with 1 and names file, line, column and code', async () => {
    writeFileSync(join(folder, 'a.json'), '{\n  "ExtensionInstallForcelist": ["dmlpgeomecbdojbpnbhejhlgpnojgldc"]\n}')
    const text = await policies('lint', 'a.json')
    expect(text.code).toBe(1)
    expect(text.stdout).toContain(`${join(folder, 'a.json')}:2:33: error forcelist_format: `)
    const json = await policies('lint', 'a.json', '--json')
    expect(json.code).toBe(1)
    expect(JSON.parse(json.stdout)).toMatchObject({
      files: 1,
      errors: 1,
      warnings: 0,
      findings: [{ code: 'forcelist_format', line: 2, column: 33, severity: 'error' }]
    })
  })

  it('takes the id from a manifest', async () => {
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ key: Buffer.from('another key').toString('base64') }))
    const { code, stdout } = await policies('lint', join(room, 'golden/pilot/windows/chrome.reg'), '--manifest', 'manifest.json')
    expect(code).toBe(1)
    expect(stdout).toContain('extension_id_mismatch')
  })

  it('takes the id and the address from a released CRX', async () => {
    const key = Buffer.from('a key of our own').toString('base64')
    const update_url = 'https://updates.example.com/rings/all/update'
    writeFileSync(join(folder, 'release.crx'), crxWith({ key, update_url }))
    const file = (id: string) =>
      JSON.stringify({
        ExtensionSettings: { [id]: { installation_mode: 'force_installed', update_url: 'https://updates.example.com/rings/early/update' } }
      })
    writeFileSync(join(folder, 'own.json'), file(idOfKey(key)))
    writeFileSync(join(folder, 'other.json'), file('dmlpgeomecbdojbpnbhejhlgpnojgldc'))
    const own = await policies('lint', 'own.json', '--crx', 'release.crx')
    expect(own.stdout).not.toContain('extension_id_mismatch')
    expect(own.stdout).toContain(`update_url_mismatch: The manifest has ${update_url}`)
    const other = await policies('lint', 'other.json', '--crx', 'release.crx')
    expect(other.stdout).toContain('extension_id_mismatch')
  })

  it('says what is wrong with what should be a CRX', async () => {
    const crx = crxWith({ key: 'AAAA' })
    const wrong: [Buffer, string][] = [
      [Buffer.from('hello'), 'does not begin as a CRX'],
      [crx.subarray(0, -30), 'is damaged'],
      [crxAround(Buffer.from(zipSync({ 'a.js': Buffer.from('1') }))), 'no manifest.json'],
      [crxAround(Buffer.from(zipSync({ 'manifest.json': Buffer.alloc(1_000_001) }))), 'no manifest.json']
    ]
    for (const [bytes, says] of wrong) expect(() => manifestOfCrx(bytes, 'release.crx')).toThrow(says)
  })

  it('looks at the modes of files in managed folders', async () => {
    cpSync(join(room, 'golden/pilot/linux'), folder, { recursive: true })
    const path = join(folder, 'etc/chromium/policies/managed/fixpoint.json')
    chmodSync(path, 0o646)
    const { stdout } = await policies('lint', path)
    expect(stdout).toContain('policy_permissions: Everybody may write the file')
  })

  it('names each file and folder that may not be read, and goes on with the others', async () => {
    chmodSync(folder, 0o755)
    const wrong = '{ "ExtensionInstallForcelist": ["x"] }'
    for (const name of ['a.json', 'b.json', 'c/d.json']) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), wrong)
    }
    chmodSync(join(folder, 'a.json'), 0o000)
    chmodSync(join(folder, 'c'), 0o000)
    const { code, stdout } = await run([join(room, 'src/cli/main.ts'), 'lint', '.', '--json'], NOBODY)
    chmodSync(join(folder, 'c'), 0o755)
    expect(code).toBe(1)
    const { files, findings }: { files: number; findings: { file: string; code: string }[] } = JSON.parse(stdout)
    expect(files).toBe(3)
    expect(findings.filter(finding => finding.code === 'policy_permissions').map(({ file }) => file)).toEqual([
      join(folder, 'a.json'),
      join(folder, 'c')
    ])
    expect(findings).toContainEqual(expect.objectContaining({ file: join(folder, 'b.json'), code: 'forcelist_format' }))
  })

  it.each([
    { args: ['lint', 'nothing.json'], says: 'file_not_found' },
    { args: ['lint'], says: 'missing required argument' },
    { args: ['lint', '--colour'], says: 'unknown option' },
    { args: ['frobnicate'], says: 'unknown command' },
    { args: ['generate', '--config', '.', '--out', 'x'], says: 'not_a_regular_file' }
  ])('ends with 2 for $args', async ({ args, says }) => {
    const { code, stderr } = await policies(...args)
    expect(code).toBe(2)
    expect(stderr).toContain(says)
  })
})

describe('policies doctor', () => {
  it('names the file that may not be read, and looks at the folders of the other browsers', async () => {
    cpSync(join(room, 'golden/pilot/linux'), folder, { recursive: true })
    for (const path of ['', 'etc', 'etc/opt']) chmodSync(join(folder, path), 0o755)
    const chromium = 'etc/chromium/policies/managed'
    chmodSync(join(folder, chromium, 'fixpoint.json'), 0o000)
    const edge = 'etc/opt/edge/policies/managed'
    chmodSync(join(folder, edge), 0o000)
    const program = `import { doctorCommand } from ${JSON.stringify(join(room, 'src/cli/doctor-command.ts'))}
      const terminal = { answer: text => console.log(text), say: () => {}, fail: () => {} }
      process.exitCode = await doctorCommand({ json: true, platform: 'linux', root: ${JSON.stringify(folder)} }, terminal)`
    const { code, stdout } = await run(['--input-type=module', '-e', program], NOBODY)
    chmodSync(join(folder, edge), 0o755)
    expect(code).toBe(1)
    const rows: { name: string; state: string; remedy?: string }[] = JSON.parse(stdout)
    const row = (path: string) => rows.find(({ name }) => name === join(folder, path))
    expect(row(chromium)).toMatchObject({ state: 'missing', remedy: expect.stringContaining('fixpoint.json:1:1: policy_permissions') })
    expect(row(edge)).toMatchObject({ state: 'missing', remedy: expect.stringContaining('policy_permissions') })
    expect(row('etc/opt/chrome/policies/managed')).toMatchObject({ state: 'ok' })
  })

  it('warns of a Windows machine that is not joined, with the rule', async () => {
    writeFileSync(join(folder, 'status.txt'), 'AzureAdJoined : NO\nDomainJoined : NO\n')
    const { code, stdout } = await policies('doctor', '--dsregcmd', 'status.txt')
    expect(code).toBe(0)
    expect(stdout).toContain('not domain-joined')
    expect(stdout).toContain('Chrome Enterprise Core')
  })
})
