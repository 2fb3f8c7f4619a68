import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EXPECT_NOTHING, type Expectation, withManifest } from '../src/lint/expectation.ts'
import type { PolicyCode } from '../src/lint/finding.ts'
import { lintFile } from '../src/lint/lint-file.ts'
import { markedFile } from './marked-file.ts'

const ID = 'dmlpgeomecbdojbpnbhejhlgpnojgldc'
const OTHER_ID = 'abcdefghijklmnopabcdefghijklmnop'
const URL_ALL = 'https://updates.example.com/rings/all/update'
const URL_EARLY = 'https://updates.example.com/rings/early/update'
const EXPECTED: Expectation = {
  extensionId: ID,
  updateUrls: [URL_ALL, URL_EARLY],
  manifestUpdateUrl: null,
  serverUrl: 'https://fixpoint.example.com',
  isTrial: false
}
const LINUX = 'etc/opt/chrome/policies/managed/fixpoint.json'
const EDGE = 'etc/opt/edge/policies/managed/fixpoint.json'

interface WrongFile {
  what: string
  /** With a ▶ where the finding is expected. */
  text: string
  code: PolicyCode
  says: string
  path?: string
  severity?: 'warning'
  expectation?: Expectation
  encoding?: 'utf16le'
}

const forcelist = (entry: string) => `{\n  "ExtensionInstallForcelist": [\n    ▶${entry}\n  ]\n}`
const settings = (inner: string) => `{\n  "ExtensionSettings": {\n    "${ID}": {\n      ${inner}\n    }\n  }\n}`
const forced = (inner: string) =>
  settings(`"installation_mode": "force_installed", "update_url": "${URL_ALL}", "override_update_url": true,\n      ${inner}`)
const storage = (inner: string, id = ID) => `{\n  "3rdparty": { "extensions": { ${id === ID ? '' : '▶'}"${id}": {\n    ${inner}\n  } } }\n}`
const hosts = (count: number) =>
  Array.from({ length: count }, (_, index) => `${index === 100 ? '▶' : ''}"https://h${index}.example.com"`).join(', ')

const KEY = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Google\\Chrome'
const reg = (...lines: string[]) => ['Windows Registry Editor Version 5.00', '', ...lines, ''].join('\r\n')
const plist = (inner: string) => `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">\n${inner}\n</plist>\n`
const UUID = '9EDE7687-BBD9-8484-AFEF-CED7127325AA'
const UUID_2 = '5E4944AF-85C3-8918-8752-BBAFE98A2737'
const UUID_3 = '1FDE10E3-7D9B-8E6A-8811-6892DBEEB06D'
const head = (type: string, uuid: string, mark = '') =>
  `<key>PayloadIdentifier</key><string>com.example.${uuid[0]}</string><key>PayloadType</key>${type}<key>PayloadVersion</key><integer>1</integer><key>PayloadUUID</key>\n${mark}<string>${uuid}</string>`
const profile = (payload: string, type = '<string>Configuration</string>') =>
  plist(`<dict>${head(type, UUID)}<key>PayloadContent</key><array>\n${payload}\n</array></dict>`)
const chromePayload = (inner: string) => profile(`<dict>${head('<string>com.google.Chrome</string>', UUID_2)}\n${inner}\n</dict>`)
const intune = (uri: string, value: string) => `{\n  "omaSettings": [{\n    "omaUri": ${uri},\n    "value": ${value}\n  }]\n}`
const CHROME_AREA = './Device/Vendor/MSFT/Policy/Config/Chrome~Policy~googlechrome~Extensions'

const WRONG: WrongFile[] = [
  // 101
  { what: 'an id of 31 letters', text: forcelist(`"${ID.slice(1)};${URL_ALL}"`), code: 'extension_id_invalid', says: '31 characters' },
  { what: 'an id with a z', text: forcelist(`"z${ID.slice(1)};${URL_ALL}"`), code: 'extension_id_invalid', says: '“z”' },
  {
    what: 'an id in capitals',
    text: `{\n  "ExtensionSettings": {\n    ▶"${ID.toUpperCase()}": { "installation_mode": "blocked" }\n  }\n}`,
    code: 'extension_id_invalid',
    says: 'no letter from a to p'
  },
  {
    what: 'an id of managed storage',
    text: storage('"serverUrl": "https://fixpoint.example.com"', ID.slice(1)),
    code: 'extension_id_invalid',
    says: '31 characters'
  },
  { what: 'the id of another extension', text: forcelist(`"${OTHER_ID};${URL_ALL}"`), code: 'extension_id_mismatch', says: OTHER_ID },
  {
    what: 'an id that does not follow from the manifest’s key',
    text: forcelist(`"${OTHER_ID};${URL_ALL}"`),
    expectation: withManifest(EXPECT_NOTHING, { key: readKey() }),
    code: 'extension_id_mismatch',
    says: OTHER_ID
  },
  {
    what: 'settings for another extension than the one installed',
    text: `{\n  "ExtensionInstallForcelist": ["${ID};${URL_ALL}"],\n  "3rdparty": { "extensions": {\n    ▶"${OTHER_ID}": { "serverUrl": "https://fixpoint.example.com", "ring": "all" }\n  } }\n}`,
    expectation: EXPECT_NOTHING,
    code: 'extension_id_mismatch',
    says: 'not installed by this file'
  },
  // 102
  {
    what: 'an update address with http',
    text: forcelist(`"${ID};http://updates.example.com/update"`),
    code: 'update_url_insecure',
    says: 'http'
  },
  {
    what: 'an update address on this machine',
    text: forcelist(`"${ID};https://localhost:8080/update"`),
    code: 'update_url_insecure',
    says: 'localhost:8080'
  },
  {
    what: 'an update address on 127.0.0.1',
    text: forced('"x": 1').replace(`"${URL_ALL}"`, '▶"http://127.0.0.1/update"'),
    code: 'update_url_insecure',
    says: '127.0.0.1'
  },
  {
    what: 'an update address with a password',
    text: forcelist(`"${ID};https://me:secret@updates.example.com/update"`),
    code: 'update_url_insecure',
    says: 'name or password'
  },
  {
    what: 'an update address without a path',
    text: forcelist(`"${ID};https://updates.example.com"`),
    code: 'update_url_insecure',
    says: 'without a path'
  },
  { what: 'an update address that is none', text: forcelist(`"${ID};updates"`), code: 'update_url_insecure', says: 'not an address' },
  {
    what: 'an update address of no ring',
    text: forcelist(`"${ID};https://updates.example.com/rings/beta/update"`),
    code: 'update_url_mismatch',
    says: 'no ring'
  },
  {
    what: 'an update address of no ring with a client',
    text: forcelist(`"${ID};https://updates.example.com/rings/beta/update?client=a"`),
    code: 'update_url_mismatch',
    says: 'no ring'
  },
  {
    what: 'the address of a ring with something else behind it than a client',
    text: forcelist(`"${ID};${URL_ALL}?clients=a"`),
    code: 'update_url_mismatch',
    says: 'no ring'
  },
  {
    what: 'two update addresses for one extension',
    text: `{\n  "ExtensionInstallForcelist": ["${ID};${URL_ALL}"],\n  "ExtensionSettings": { "${ID}": { "installation_mode": "force_installed", "override_update_url": true, "update_url":\n    ▶"${URL_EARLY}" } }\n}`,
    code: 'update_url_mismatch',
    says: 'ExtensionInstallForcelist has'
  },
  {
    what: 'an update address other than the manifest’s, not overridden',
    text: settings(`"installation_mode": "force_installed", "update_url": ▶"${URL_ALL}"`),
    expectation: { ...EXPECTED, manifestUpdateUrl: 'https://elsewhere.example.com/update' },
    code: 'update_url_mismatch',
    says: 'elsewhere'
  },
  // 103
  { what: 'an entry without a semicolon', text: forcelist(`"${ID}"`), code: 'forcelist_format', says: 'no semicolon' },
  { what: 'an entry with two semicolons', text: forcelist(`"${ID};${URL_ALL};"`), code: 'forcelist_format', says: '2 semicolons' },
  { what: 'an entry with blanks', text: forcelist(`"${ID}; ${URL_ALL}"`), code: 'forcelist_format', says: 'blanks' },
  { what: 'an entry without an address', text: forcelist(`"${ID};"`), code: 'forcelist_format', says: 'no address' },
  { what: 'an entry without an id', text: forcelist(`";${URL_ALL}"`), code: 'forcelist_format', says: 'no id' },
  { what: 'an entry that is a number', text: forcelist('7'), code: 'forcelist_format', says: 'a number' },
  // 104
  {
    what: '“*” installed by force',
    text: `{\n  "ExtensionSettings": { "*": { "installation_mode": ▶"force_installed" } }\n}`,
    code: 'policy_conflict',
    says: '“*”'
  },
  {
    what: 'an extension that is blocked and forced',
    text: `{\n  "ExtensionInstallForcelist": ["${ID};${URL_ALL}"],\n  "ExtensionSettings": { "${ID}": { "installation_mode": ▶"blocked" } }\n}`,
    code: 'policy_conflict',
    says: 'blocked here'
  },
  {
    what: 'an extension on the blocklist that is forced',
    text: `{\n  "ExtensionInstallForcelist": ["${ID};${URL_ALL}"],\n  "ExtensionInstallBlocklist": ["*",\n    ▶"${ID}"]\n}`,
    code: 'policy_conflict',
    says: 'by force as well'
  },
  {
    what: 'an extension that is forced twice',
    text: `{ "ExtensionInstallForcelist": ["${ID};${URL_ALL}", ▶"${ID};${URL_ALL}"] }`,
    code: 'policy_conflict',
    says: 'twice'
  },
  { what: 'a name twice', text: `{\n  "BrowserSignin": 1,\n  ▶"BrowserSignin": 2\n}`, code: 'policy_json', says: 'twice' },
  { what: 'a trailing comma', text: `{\n  "BrowserSignin": 1,\n▶}`, code: 'policy_json', says: 'comma' },
  { what: 'a trailing comma in a list', text: `{\n  "ExtensionInstallBlocklist": ["a",▶]\n}`, code: 'policy_json', says: 'comma' },
  {
    what: 'a missing comma',
    text: `{\n  "BrowserSignin": 1\n  ▶"ExtensionInstallBlocklist": []\n}`,
    code: 'policy_json',
    says: 'comma is missing'
  },
  { what: 'a comment', text: `{\n  ▶// why\n  "BrowserSignin": 1\n}`, code: 'policy_json', says: 'no comments' },
  { what: 'a comment without an end', text: '{\n  "BrowserSignin": 1\n▶/*', code: 'policy_json', says: 'JSON' },
  { what: 'single quotes', text: `{\n  ▶'BrowserSignin': 1\n}`, code: 'policy_json', says: 'JSON' },
  { what: 'a missing brace', text: `{\n  "BrowserSignin": 1▶`, code: 'policy_json', says: 'closing }' },
  { what: 'a byte order mark', text: `▶\uFEFF{ "BrowserSignin": 1 }`, code: 'policy_json', says: 'byte order mark' },
  { what: 'JSON in UTF-16', text: `▶{ "BrowserSignin": 1 }`, encoding: 'utf16le', code: 'policy_json', says: 'UTF-16' },
  { what: 'an empty file', text: '', code: 'policy_json', says: '' },
  { what: 'a list in place of the policies', text: '▶[]', code: 'policy_json', says: 'a list' },
  { what: 'JSON nested too deeply', text: `${'['.repeat(64)}▶${'['.repeat(50_000)}`, code: 'policy_json', says: '64 levels' },
  {
    what: 'the configuration itself',
    text: readFileSync(join(import.meta.dirname, '../examples/two-groups.json'), 'utf8').replace('{', '▶{'),
    path: 'fixpoint-policies.json',
    code: 'policy_format',
    says: '--config'
  },
  // 105
  { what: 'a profile that is no XML', path: 'a.mobileconfig', text: '▶{ "not": "xml" }', code: 'policy_plist', says: 'not well formed' },
  { what: 'a binary property list', path: 'a.mobileconfig', text: '▶bplist00\u0001', code: 'policy_plist', says: 'binary' },
  {
    what: 'a profile that is cut off',
    path: 'a.mobileconfig',
    text: '<plist>\n▶<dict>\n  <key>PayloadType</key>\n',
    code: 'policy_plist',
    says: 'not well formed'
  },
  {
    what: 'a wrong PayloadType of the profile',
    path: 'a.mobileconfig',
    text: profile('', '▶<string>Config</string>'),
    code: 'policy_plist',
    says: '“Config”'
  },
  {
    what: 'a wrong domain',
    path: 'a.mobileconfig',
    text: profile(`<dict>${head('▶<string>com.google.chrome</string>', UUID_2)}</dict>`),
    code: 'policy_plist',
    says: 'com.google.chrome'
  },
  {
    what: 'policies in a domain that is nearly the one of Chrome, beside one that is',
    path: 'a.mobileconfig',
    text: profile(
      `<dict>${head('<string>com.google.Chrome</string>', UUID_2)}</dict>\n<dict>${head('▶<string>com.google.chrom</string>', UUID_3)}<key>ExtensionSettings</key><dict/></dict>`
    ),
    code: 'policy_plist',
    says: 'com.google.chrom”'
  },
  {
    what: 'policies for the browser of another maker',
    path: 'a.mobileconfig',
    text: profile(
      `<dict>${head('<string>com.google.Chrome</string>', UUID_2)}</dict>\n<dict>${head('▶<string>com.brave.Browser</string>', UUID_3)}<key>ExtensionSettings</key><dict/></dict>`
    ),
    code: 'policy_plist',
    severity: 'warning',
    says: 'com.brave.Browser'
  },
  {
    what: 'one UUID twice',
    path: 'a.mobileconfig',
    text: profile(`<dict>${head('<string>com.google.Chrome</string>', UUID, '▶')}</dict>`),
    code: 'policy_plist',
    says: 'twice'
  },
  {
    what: 'a UUID that is none',
    path: 'a.mobileconfig',
    text: profile(`<dict>${head('<string>com.google.Chrome</string>', 'Z', '▶')}</dict>`),
    code: 'policy_plist',
    says: 'no UUID'
  },
  {
    what: 'a key twice',
    path: 'a.mobileconfig',
    text: chromePayload('<key>BrowserSignin</key><integer>1</integer>\n▶<key>BrowserSignin</key><integer>2</integer>'),
    code: 'policy_plist',
    says: 'twice'
  },
  {
    what: 'a key without a value',
    path: 'a.mobileconfig',
    text: chromePayload('▶<key>BrowserSignin</key>'),
    code: 'policy_plist',
    says: 'no value'
  },
  {
    what: 'an element that property lists do not have',
    path: 'a.mobileconfig',
    text: chromePayload('<key>BrowserSignin</key>▶<number>2</number>'),
    code: 'policy_plist',
    says: '<number>'
  },
  {
    what: 'a forcelist entry in a profile',
    path: 'a.mobileconfig',
    text: chromePayload(`<key>ExtensionInstallForcelist</key><array>\n▶<string>${ID}</string></array>`),
    code: 'forcelist_format',
    says: 'no semicolon'
  },
  { what: 'no header', path: 'a.reg', text: `▶[${KEY}]\r\n`, code: 'policy_reg', says: 'first line' },
  {
    what: 'a wrong hive',
    path: 'a.reg',
    text: reg('[▶HKEY_CLASSES_ROOT\\SOFTWARE\\Policies\\Google\\Chrome]'),
    code: 'policy_reg',
    says: 'HKEY_CLASSES_ROOT'
  },
  {
    what: 'a hive for one user',
    path: 'a.reg',
    text: reg('[▶HKEY_CURRENT_USER\\SOFTWARE\\Policies\\Google\\Chrome]'),
    code: 'policy_reg',
    says: 'one user',
    severity: 'warning'
  },
  {
    what: 'a key without Policies',
    path: 'a.reg',
    text: reg('[HKEY_LOCAL_MACHINE\\▶SOFTWARE\\Google\\Chrome]'),
    code: 'policy_reg',
    says: 'no policies'
  },
  {
    what: 'a backslash that is not doubled',
    path: 'a.reg',
    text: reg(`[${KEY}]`, '"Name"="C:▶\\Temp"'),
    code: 'policy_reg',
    says: 'twice'
  },
  {
    what: 'a quote that is not escaped',
    path: 'a.reg',
    text: reg(`[${KEY}]`, '"ExtensionSettings"="{"▶a":1}"'),
    code: 'policy_reg',
    says: 'closing quote'
  },
  { what: 'a value before a key', path: 'a.reg', text: reg('▶"Name"="x"'), code: 'policy_reg', says: 'before the first' },
  {
    what: 'a value without a type',
    path: 'a.reg',
    text: reg(`[${KEY}]`, '"BrowserSignin"=▶2'),
    code: 'policy_reg',
    says: 'no registry value'
  },
  {
    what: 'UTF-16 with a forcelist mistake',
    path: 'a.reg',
    encoding: 'utf16le',
    text: reg(`[${KEY}\\ExtensionInstallForcelist]`, `"1"=▶"${ID}"`),
    code: 'forcelist_format',
    says: 'no semicolon'
  },
  {
    what: 'JSON in a registry value',
    path: 'a.reg',
    encoding: 'utf16le',
    text: reg(`[${KEY}]`, `"ExtensionSettings"="{\\"${ID}\\":{}▶"`),
    code: 'policy_json',
    says: ''
  },
  {
    what: 'a mode in JSON in a registry value',
    path: 'a.reg',
    text: reg(`[${KEY}]`, `"ExtensionSettings"="{\\"${ID}\\":{\\"installation_mode\\":▶\\"forced\\"}}"`),
    code: 'policy_value',
    says: '“forced”'
  },
  {
    what: 'managed storage in the wrong key',
    path: 'a.reg',
    text: reg(`▶[${KEY}\\3rdparty\\extensions\\${ID}]`, '"ring"="all"'),
    code: 'policy_reg',
    says: '\\policy'
  },
  // 106
  {
    what: 'a host pattern with a path',
    text: forced('"runtime_allowed_hosts": [▶"https://example.com/path"]'),
    code: 'policy_pattern',
    says: 'path'
  },
  {
    what: 'a host pattern without a scheme',
    text: forced('"runtime_blocked_hosts": [▶"example.com"]'),
    code: 'policy_pattern',
    says: 'scheme://host'
  },
  { what: '101 hosts', text: forced(`"runtime_allowed_hosts": [${hosts(101)}]`), code: 'policy_limit', says: '101' },
  // Values
  {
    what: 'a force-installed extension without an address',
    text: `{\n  "ExtensionSettings": { ▶"${ID}": { "installation_mode": "force_installed" } }\n}`,
    code: 'policy_value',
    says: 'update_url'
  },
  { what: 'an unknown field', text: forced('▶"pinned_version": "1.0"'), code: 'policy_value', says: 'pinned_version' },
  { what: 'a string for a flag', text: settings(`"override_update_url": ▶"true"`), code: 'policy_value', says: 'true or false' },
  {
    what: 'Chrome’s name for the toolbar in Edge',
    path: EDGE,
    text: forced('▶"toolbar_pin": "force_pinned"'),
    code: 'policy_value',
    says: 'toolbar_pin'
  },
  {
    what: 'a policy name in other letters',
    text: `{\n  ▶"ExtensionInstallForceList": []\n}`,
    code: 'policy_value',
    says: 'ExtensionInstallForceList'
  },
  {
    what: 'a dictionary in place of a list',
    text: `{\n  "ExtensionInstallForcelist": ▶{ "1": "x" }\n}`,
    code: 'policy_value',
    says: 'a dictionary'
  },
  { what: 'a version that is none', text: forced('"minimum_version_required": ▶"1.x"'), code: 'policy_value', says: 'no version' },
  {
    what: 'an unknown setting of ours',
    text: storage('"serverUrl": "https://fixpoint.example.com", "ring": "all",\n    ▶"serverURL": "x"'),
    code: 'policy_value',
    says: 'serverURL'
  },
  {
    what: 'an unknown ring',
    text: storage('"serverUrl": "https://fixpoint.example.com",\n    ▶"ring": "beta"'),
    code: 'policy_value',
    says: 'ring'
  },
  {
    what: 'the address of another server',
    text: storage('"ring": "all", "serverUrl":\n    ▶"https://other.example.com"'),
    code: 'policy_value',
    says: 'other.example.com'
  },
  // Intune and Google Admin
  {
    what: 'an Intune value without <enabled/>',
    text: intune(`"${CHROME_AREA}/ExtensionInstallForcelist"`, `▶"<data id=\\"a\\" value=\\"b\\"/>"`),
    code: 'policy_value',
    says: '<enabled/>'
  },
  {
    what: 'an Intune address that is none',
    text: intune('▶"./Vendor/MSFT/Chrome/ExtensionSettings"', '"<enabled/>"'),
    code: 'policy_value',
    says: 'no address'
  },
  {
    what: 'a forcelist entry in Intune',
    text: intune(
      `"${CHROME_AREA}/ExtensionInstallForcelist"`,
      `"<enabled/><data id=\\"ExtensionInstallForcelistDesc\\" value=\\"1&#xF000;▶${ID}\\"/>"`
    ),
    code: 'forcelist_format',
    says: 'no semicolon'
  },
  {
    what: 'a mode in JSON in XML in JSON',
    text: intune(
      `"${CHROME_AREA}/ExtensionSettings"`,
      `"<enabled/><data id=\\"ExtensionSettings\\" value=\\"{&quot;${ID}&quot;:{&quot;installation_mode&quot;:▶&quot;forced&quot;}}\\"/>"`
    ),
    code: 'policy_value',
    says: '“forced”'
  },
  {
    what: 'a setting that is not wrapped',
    text: '{\n  "serverUrl": { "Value": "https://fixpoint.example.com" },\n  ▶"ring": "all"\n}',
    path: 'managed-configuration.json',
    code: 'policy_value',
    says: 'wrapped'
  },
  {
    what: 'a Chrome Policy request for nobody',
    text: '{ "requests": [▶{ "policyValue": {} }] }',
    path: 'chrome-policy.json',
    code: 'policy_value',
    says: 'which unit'
  },
  // Anything else
  { what: 'a text file', path: 'notes.txt', text: '▶Install the extension', code: 'policy_format', says: 'neither' }
]

function readKey(): string {
  const source = readFileSync(join(import.meta.dirname, '../../extension/src/extension-key.ts'), 'utf8')
  return /'(MII[A-Za-z0-9+/=]+)'/.exec(source)?.[1] ?? ''
}

describe('wrong policy files', () => {
  it('are more than the 25 that were asked for', () => expect(WRONG.length).toBeGreaterThan(25))

  it.each(WRONG)('$what: $code', ({ text, path = LINUX, code, says, severity = 'error', expectation = EXPECTED, encoding }) => {
    const { bytes, line, column } = markedFile(text, encoding)
    const { findings } = lintFile(path, bytes, expectation)
    const found = findings.map(finding => ({ ...finding, at: `${finding.line}:${finding.column}` }))
    expect(found).toContainEqual(
      expect.objectContaining({ code, severity, at: `${line}:${column}`, message: expect.stringContaining(says) })
    )
    for (const { hint } of findings) expect(hint).not.toBe('')
  })

  it('show the right example of a forcelist entry', () => {
    const { bytes } = markedFile(forcelist(`"${ID}"`))
    expect(lintFile(LINUX, bytes, EXPECTED).findings[0]?.hint).toBe(`Write ${ID};${URL_ALL}`)
  })

  it('name the expected id', () => {
    const { bytes } = markedFile(forcelist(`"${OTHER_ID};${URL_ALL}"`))
    expect(lintFile(LINUX, bytes, withManifest(EXPECT_NOTHING, { key: readKey() })).findings[0]?.hint).toBe(`Expected ${ID}.`)
  })
})

describe('files that have nothing wrong', () => {
  it.each([
    { what: 'policies for other things', text: '{ "HomepageLocation": "https://intranet.example.com" }' },
    {
      what: 'an extension of the store that is allowed',
      text: `{ "ExtensionSettings": { "${OTHER_ID}": { "installation_mode": "allowed" } } }`
    },
    { what: 'everything else blocked', text: `{ "ExtensionInstallBlocklist": ["*"], "ExtensionInstallForcelist": ["${ID};${URL_ALL}"] }` },
    { what: 'settings of another extension', text: `{ "3rdparty": { "extensions": { "${OTHER_ID}": { "anything": [1, true, null] } } } }` },
    {
      what: 'several ids with one setting',
      text: `{ "ExtensionSettings": { "${ID},${OTHER_ID}": { "installation_mode": "blocked" }, "update_url:https://x.example.com/u": { "installation_mode": "blocked" } } }`
    },
    { what: 'a client in the address', text: forcelist(`"${ID};${URL_ALL}?client=%ComputerName%"`).replace('▶', '') },
    {
      what: 'a client in the address of both policies, in a profile',
      path: 'a.mobileconfig',
      text: chromePayload(
        `<key>ExtensionInstallForcelist</key><array><string>${ID};${URL_ALL}?client=$SERIALNUMBER</string></array>
         <key>ExtensionSettings</key><dict><key>${ID}</key><dict><key>installation_mode</key><string>force_installed</string>
         <key>override_update_url</key><true/><key>update_url</key><string>${URL_ALL}?client=$SERIALNUMBER</string></dict></dict>`
      )
    },
    {
      what: 'a comment in a .reg file',
      path: 'a.reg',
      text: reg('; comment', `[${KEY}]`, '"BrowserSignin"=dword:00000001 ; why', '@="default"')
    },
    {
      what: 'settings in keys of their own',
      path: 'a.reg',
      text: reg(
        `[${KEY}\\ExtensionSettings\\${ID}]`,
        '"installation_mode"="force_installed"',
        `"update_url"="${URL_ALL}"`,
        '"override_update_url"=dword:00000001'
      )
    },
    {
      what: 'preferences of one browser',
      path: 'com.google.Chrome.plist',
      text: plist('<dict><key>BrowserSignin</key><integer>1</integer></dict>')
    }
  ])('$what', ({ text, path = LINUX }) => expect(lintFile(path, Buffer.from(text), EXPECTED).findings).toEqual([]))
})
