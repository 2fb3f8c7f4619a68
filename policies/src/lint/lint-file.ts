import { ERRORS } from '@fixpoint/protocol'
import { checkPolicies } from './check-policies.ts'
import type { Expectation } from './expectation.ts'
import type { Fault, Finding } from './finding.ts'
import { memberOf, type PolicyNode } from './policy-node.ts'
import type { PolicySet, ReadPolicies } from './policy-set.ts'
import { readChromePolicyRequest, readManagedConfiguration } from './read-google-admin.ts'
import { readIntune } from './read-intune.ts'
import { readJson } from './read-json.ts'
import { readLinux } from './read-linux.ts'
import { readProfile } from './read-profile.ts'
import { readRegistry } from './read-registry.ts'
import { decodeBytes, type Place, placesOf, wholeText } from './source-text.ts'

/** Real policy files have some kilobytes; regedit's exports of everything are no policy files. */
const BYTES_AT_MOST = 1_000_000

/** More would be the same mistake again and again. Errors go before warnings. */
const FAULTS_AT_MOST = 1_000

export interface LintedFile {
  findings: Finding[]
  /** What was read, for comparing files with each other. */
  kind: ReadPolicies['kind'] | null
  sets: readonly PolicySet[]
  placeOf: (offset: number) => Place
}

/** Reads a policy file of any of the formats and says what is wrong with it. Never throws. */
export function lintFile(path: string, bytes: Uint8Array, expectation: Expectation): LintedFile {
  if (bytes.length > BYTES_AT_MOST) {
    const fault: Fault = {
      code: 'file_too_large',
      severity: 'error',
      message: `The file has ${bytes.length} bytes; at most ${BYTES_AT_MOST} are read.`,
      offset: 0
    }
    return { findings: [toFinding(path, fault, placesOf(''))], kind: null, sets: [], placeOf: placesOf('') }
  }
  const decoded = decodeBytes(bytes)
  const placeOf = placesOf(decoded.text)
  const { kind, sets, faults } = readPolicies(path, decoded, expectation)
  const all = [...faults, ...sets.flatMap(set => checkPolicies(set, expectation))]
  const errorsFirst = [...all.filter(isError), ...all.filter(fault => !isError(fault))]
  const findings = errorsFirst
    .slice(0, FAULTS_AT_MOST)
    .map(fault => toFinding(path, fault, placeOf))
    .toSorted((a, b) => a.line - b.line || a.column - b.column)
  return { findings, kind, sets, placeOf }
}

function isError({ severity }: Fault): boolean {
  return severity === 'error'
}

export function toFinding(file: string, { code, severity, message, hint, offset }: Fault, placeOf: (offset: number) => Place): Finding {
  return { file, ...placeOf(offset), code, severity, message, hint: hint ?? ERRORS[code].hint }
}

type Read = Omit<ReadPolicies, 'kind'> & { kind: ReadPolicies['kind'] | null }

function readPolicies(path: string, decoded: ReturnType<typeof decodeBytes>, expectation: Expectation): Read {
  const { text, encoding } = decoded
  if (isRegistry(path, text)) {
    const read = readRegistry(text)
    const isReadable = encoding !== 'utf-16be' && !(encoding === 'utf-16le' && !decoded.hasByteOrderMark)
    return withEncodingFault(read, 'policy_reg', decoded, isReadable ? null : 'regedit reads UTF-16 little endian with a byte order mark.')
  }
  const isPlist = isProfile(path, text)
  const notUtf8 = encoding === 'utf-8' ? null : 'The file is UTF-16; it must be UTF-8.'
  if (isPlist) {
    if (text.startsWith('bplist')) return unreadable('policy_plist', 'The property list is binary; `plutil -convert xml1` makes it XML.')
    return withEncodingFault(readProfile(text, path), 'policy_plist', decoded, notUtf8)
  }
  if (!/\.json$/i.test(path) && !/^\s*[{[]/.test(text))
    return unreadable('policy_format', 'This is neither a .reg file, nor a property list, nor JSON.')
  const byteOrderMark = encoding === 'utf-8' && decoded.hasByteOrderMark ? 'The file begins with a byte order mark; JSON has none.' : null
  return withEncodingFault(readJsonPolicies(text, path, expectation), 'policy_json', decoded, notUtf8 ?? byteOrderMark)
}

/** What browsers and systems go by; only files with another ending are known by their content. */
const KNOWN_ENDING = /\.(reg|mobileconfig|plist|json)$/i

function isRegistry(path: string, text: string): boolean {
  return /\.reg$/i.test(path) || (!KNOWN_ENDING.test(path) && /^\s*(Windows Registry Editor|REGEDIT4)/.test(text))
}

function isProfile(path: string, text: string): boolean {
  const isByContent = /^\s*(<\?xml|<!DOCTYPE plist|<plist)/i.test(text) || text.startsWith('bplist')
  return /\.(mobileconfig|plist)$/i.test(path) || (!KNOWN_ENDING.test(path) && isByContent)
}

function readJsonPolicies(text: string, path: string, expectation: Expectation): Read {
  const { value, faults } = readJson(wholeText(text))
  if (value === null)
    return { kind: null, sets: [], faults: faults.length > 0 ? faults : unreadable('policy_json', 'The file is empty.').faults }
  if (['extensionId', 'updateUrls', 'groups'].every(name => memberOf(value, name) !== undefined))
    return unreadable(
      'policy_format',
      'This is a configuration that policy files are written from, not one of them; give it with --config.'
    )
  const read = readKnownJson(value, path, expectation)
  return { ...read, faults: [...faults, ...read.faults] }
}

function readKnownJson(root: PolicyNode, path: string, expectation: Expectation): ReadPolicies {
  if (memberOf(root, 'omaSettings') !== undefined) return readIntune(root)
  if (memberOf(root, 'requests') !== undefined) return readChromePolicyRequest(root)
  const entries = root.kind === 'dictionary' ? root.entries : []
  const isWrapped = entries.some(({ value }) => memberOf(value, 'Value') !== undefined)
  return isWrapped ? readManagedConfiguration(root, expectation.extensionId) : readLinux(root, path)
}

function unreadable(code: 'policy_plist' | 'policy_json' | 'policy_format', message: string): Read {
  return { kind: null, sets: [], faults: [{ code, severity: 'error', message, offset: 0 }] }
}

function withEncodingFault(
  read: Read,
  code: 'policy_reg' | 'policy_plist' | 'policy_json',
  decoded: ReturnType<typeof decodeBytes>,
  message: string | null
): Read {
  const faults: Fault[] = message === null ? [] : [{ code, severity: 'error', message, offset: 0 }]
  if (decoded.isDamaged)
    faults.push({
      code,
      severity: 'error',
      message: `There are bytes that are no ${decoded.encoding.toUpperCase()} text.`,
      offset: decoded.text.indexOf('\uFFFD')
    })
  return { ...read, faults: [...faults, ...read.faults] }
}
