import { PREFERENCE_DOMAINS } from '../targets/mobileconfig.ts'
import type { Fault } from './finding.ts'
import { entryOf, memberOf, type PolicyEntry, type PolicyNode } from './policy-node.ts'
import type { PolicySet, ReadPolicies } from './policy-set.ts'
import { readPlist } from './read-plist.ts'

/** Keys of payloads that are about the payload, not for the browser. */
const PAYLOAD_KEY = /^Payload[A-Z]/

/** The older form of a payload, in which preferences are nested by domain. */
const NESTED_TYPE = 'com.apple.ManagedClient.preferences'

/** Policies that only a browser has. */
const BROWSER_POLICIES: ReadonlySet<string> = new Set(['ExtensionInstallForcelist', 'ExtensionSettings'])

/** Makers of the two browsers: what of theirs is nearly the domain was meant to be it. Other makers have browsers with the same policies. */
const MAKERS = /^com\.(google|microsoft)\./i

const UUID = /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/i

/** A configuration profile of macOS, or a property list with the preferences of one browser. */
export function readProfile(text: string, path: string): ReadPolicies {
  const { value, faults } = readPlist(text)
  const report = (offset: number, message: string) => faults.push({ code: 'policy_plist', severity: 'error', message, offset })
  if (value === null) return { kind: 'profile', sets: [], faults }
  if (value.kind !== 'dictionary') {
    report(value.offset, 'The property list must hold a <dict>.')
    return { kind: 'profile', sets: [], faults }
  }
  if (entryOf(value, 'PayloadContent') === undefined && entryOf(value, 'PayloadType') === undefined) {
    const domain = /([^/\\]+)\.plist$/i.exec(path)?.[1] ?? ''
    const set = setOfDomain(domain, value.entries, value.offset)
    if (set === null)
      report(value.offset, 'This is no configuration profile (PayloadType is missing), and the file is not named after a browser’s domain.')
    return { kind: 'profile', sets: set === null ? [] : [set], faults }
  }
  checkPayload(value, faults, new Set(), 'Configuration')
  const content = memberOf(value, 'PayloadContent')
  if (content?.kind !== 'list') {
    report(content?.offset ?? value.offset, 'PayloadContent must be an <array> of payloads.')
    return { kind: 'profile', sets: [], faults }
  }
  const uuids = new Set(uuidOf(value))
  const sets = content.items.flatMap(payload => setsOfPayload(payload, uuids, faults))
  if (sets.length === 0 && faults.length === 0)
    report(content.offset, `No payload is for a browser; PayloadType must be ${Object.values(PREFERENCE_DOMAINS).join(' or ')}.`)
  return { kind: 'profile', sets, faults }
}

function uuidOf(payload: PolicyNode): string[] {
  const uuid = memberOf(payload, 'PayloadUUID')
  return uuid?.kind === 'string' ? [uuid.value.toUpperCase()] : []
}

function checkPayload(payload: PolicyNode, faults: Fault[], uuids: Set<string>, type: string | null): void {
  const report = (offset: number, message: string) => faults.push({ code: 'policy_plist', severity: 'error', message, offset })
  for (const name of ['PayloadType', 'PayloadIdentifier', 'PayloadUUID']) {
    const value = memberOf(payload, name)
    if (value === undefined) report(payload.offset, `${name} is missing.`)
    else if (value.kind !== 'string' || value.value === '') report(value.offset, `${name} must be a <string>.`)
    else if (name === 'PayloadType' && type !== null && value.value !== type)
      report(value.offset, `PayloadType is “${value.value}”; it must be “${type}” here.`)
    else if (name === 'PayloadUUID') {
      if (!UUID.test(value.value)) report(value.offset, `“${value.value}” is no UUID.`)
      if (uuids.has(value.value.toUpperCase()))
        report(value.offset, `The UUID ${value.value} is there twice; macOS would install one payload of the two.`)
      uuids.add(value.value.toUpperCase())
    }
  }
  const version = memberOf(payload, 'PayloadVersion')
  if (version?.kind !== 'number' || version.value !== 1)
    report(version?.offset ?? payload.offset, 'PayloadVersion must be the <integer> 1.')
}

function setsOfPayload(payload: PolicyNode, uuids: Set<string>, faults: Fault[]): PolicySet[] {
  if (payload.kind !== 'dictionary') {
    faults.push({ code: 'policy_plist', severity: 'error', message: 'A payload must be a <dict>.', offset: payload.offset })
    return []
  }
  checkPayload(payload, faults, uuids, null)
  const type = memberOf(payload, 'PayloadType')
  if (type?.kind !== 'string') return []
  if (type.value === NESTED_TYPE) return nestedSets(payload)
  const set = setOfDomain(type.value, payload.entries, payload.offset)
  const looksMeant = Object.values(PREFERENCE_DOMAINS).some(domain => type.value.toLowerCase().startsWith(domain.toLowerCase()))
  const hasPolicies = payload.entries.some(({ name }) => BROWSER_POLICIES.has(name))
  if (set === null && (looksMeant || hasPolicies))
    faults.push({
      code: 'policy_plist',
      severity: looksMeant || MAKERS.test(type.value) ? 'error' : 'warning',
      message: `“${type.value}” is no domain that Chrome or Edge reads; theirs are ${Object.values(PREFERENCE_DOMAINS).join(' and ')}, and <domain>.extensions.<id>.`,
      offset: type.offset
    })
  return set === null ? [] : [set]
}

/** PayloadContent → domain → Forced → mcx_preference_settings. */
function nestedSets(payload: PolicyNode): PolicySet[] {
  const domains = memberOf(payload, 'PayloadContent')
  if (domains?.kind !== 'dictionary') return []
  return domains.entries.flatMap(({ name, value }) => {
    const forced = memberOf(value, 'Forced')
    return (forced?.kind === 'list' ? forced.items : []).flatMap(item => {
      const settings = memberOf(item, 'mcx_preference_settings')
      const set = settings?.kind === 'dictionary' ? setOfDomain(name, settings.entries, settings.offset) : null
      return set === null ? [] : [set]
    })
  })
}

/** The policies in a preference domain; null where it is of no browser. */
function setOfDomain(domain: string, entries: readonly PolicyEntry[], offset: number): PolicySet | null {
  const own = entries.filter(({ name }) => !PAYLOAD_KEY.test(name))
  for (const browser of ['chrome', 'edge'] as const) {
    const name = PREFERENCE_DOMAINS[browser]
    if (domain === name) return { browser, policies: own, storage: [] }
    const prefix = `${name}.extensions.`
    if (domain.startsWith(prefix))
      return {
        browser,
        policies: [],
        storage: [{ name: domain.slice(prefix.length), offset, value: { kind: 'dictionary', entries: own, offset } }]
      }
  }
  return null
}
