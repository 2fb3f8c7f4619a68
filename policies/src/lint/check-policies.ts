import { faultOfServerUrl, isSameRing } from '../addresses.ts'
import { managedStorageSchema } from '../managed-storage.ts'
import { checkExtensionSettings } from './check-extension-settings.ts'
import { checkId, checkUpdateUrl, type ForcedExtension, itemsOf, type Report } from './checks.ts'
import type { Expectation } from './expectation.ts'
import type { Fault } from './finding.ts'
import { KIND_NAMES, memberOf, type PolicyEntry, type PolicyNode, plainValue } from './policy-node.ts'
import type { PolicySet } from './policy-set.ts'

const KNOWN_NAMES = [
  'ExtensionInstallForcelist',
  'ExtensionInstallBlocklist',
  'ExtensionInstallAllowlist',
  'ExtensionInstallSources',
  'ExtensionSettings',
  'BrowserSignin'
]

/** Everything that is wrong with what one browser is told. */
export function checkPolicies(set: PolicySet, expectation: Expectation): Fault[] {
  const faults: Fault[] = []
  const report: Report = (code, { offset }, message, { severity = 'error', hint } = {}) =>
    faults.push({ code, severity, message, offset, ...(hint === undefined ? {} : { hint }) })
  const find = (name: string) => set.policies.find(entry => entry.name === name)?.value

  checkNames(set.policies, report)
  const forced = checkForcelist(find('ExtensionInstallForcelist'), expectation, report)
  const fromSettings = checkExtensionSettings(find('ExtensionSettings'), { browser: set.browser, forced, expectation, report })
  checkExpected([...forced, ...fromSettings], expectation, report)
  checkBlocklist(find('ExtensionInstallBlocklist'), [...forced, ...fromSettings], report)
  checkBrowserSignin(find('BrowserSignin'), report)
  checkStorage(set.storage, [...forced, ...fromSettings], expectation, report)
  return faults
}

/** Chrome finds these only when the policy has arrived, and other consoles not at all. */
function checkNames(policies: readonly PolicyEntry[], report: Report): void {
  for (const entry of policies) {
    const known = KNOWN_NAMES.find(name => name.toLowerCase() === entry.name.toLowerCase() && name !== entry.name)
    if (known !== undefined) report('policy_value', entry, `“${entry.name}” is not known to browsers.`, { hint: `The name is ${known}.` })
  }
}

function checkForcelist(node: PolicyNode | undefined, expectation: Expectation, report: Report): ForcedExtension[] {
  const seen = new Set<string>()
  return itemsOf(node, 'ExtensionInstallForcelist', report).flatMap(item => {
    if (item.kind !== 'string') {
      report('forcelist_format', item, `An entry is ${KIND_NAMES[item.kind]}; it must be a string.`, {
        hint: forcelistExample(expectation)
      })
      return []
    }
    const entry = readForcelistEntry(item.value)
    if (entry.fault !== null) report('forcelist_format', item, entry.fault, { hint: forcelistExample(expectation) })
    if (entry.id === null) return []
    checkId(entry.id, item, expectation, report)
    if (entry.updateUrl !== null) checkUpdateUrl(entry.updateUrl, entry.id, item, expectation, report)
    if (seen.has(entry.id)) report('policy_conflict', item, `${entry.id} is there twice; the browser keeps one of the entries.`)
    seen.add(entry.id)
    return [{ id: entry.id, updateUrl: entry.updateUrl, offset: item.offset }]
  })
}

/** The line as it should be. */
function forcelistExample({ extensionId, updateUrls }: Expectation): string {
  return `Write ${extensionId ?? 'abcdefghijklmnopabcdefghijklmnop'};${updateUrls?.[0] ?? 'https://updates.example.com/rings/all/update'}`
}

function readForcelistEntry(text: string): { id: string | null; updateUrl: string | null; fault: string | null } {
  const [id = '', updateUrl, ...more] = text.split(';').map(part => part.trim())
  const found = { id: id === '' ? null : id, updateUrl: updateUrl === undefined || updateUrl === '' ? null : updateUrl }
  if (/\s/.test(text)) return { ...found, fault: `“${text}” contains blanks.` }
  if (updateUrl === undefined) return { ...found, fault: `“${text}” has no semicolon: the browser would look in its own store.` }
  if (more.length > 0) return { ...found, fault: `“${text}” has ${more.length + 1} semicolons; it must have one.` }
  if (id === '') return { ...found, fault: `“${text}” has no id before the semicolon.` }
  return { ...found, fault: updateUrl === '' ? `“${text}” has no address after the semicolon.` : null }
}

/** Is the extension that is expected among those that are installed? A file that installs others from elsewhere may be meant so. */
function checkExpected(forced: readonly ForcedExtension[], { extensionId, updateUrls }: Expectation, report: Report): void {
  const [first] = forced
  if (extensionId === null || first === undefined || forced.some(({ id }) => id === extensionId)) return
  const isFromRing = forced.some(
    ({ updateUrl }) => updateUrls === null || (updateUrl !== null && updateUrls.some(ring => isSameRing(ring, updateUrl)))
  )
  report('extension_id_mismatch', first, `The file installs ${[...new Set(forced.map(({ id }) => id))].join(', ')}.`, {
    severity: isFromRing ? 'error' : 'warning',
    hint: `Expected ${extensionId}.`
  })
}

function checkBlocklist(node: PolicyNode | undefined, forced: readonly ForcedExtension[], report: Report): void {
  for (const item of itemsOf(node, 'ExtensionInstallBlocklist', report)) {
    if (item.kind !== 'string') report('policy_value', item, `An entry is ${KIND_NAMES[item.kind]}; it must be a string.`)
    else if (forced.some(({ id }) => id === item.value))
      report('policy_conflict', item, `${item.value} is blocked here and installed by force as well.`)
  }
}

function checkBrowserSignin(node: PolicyNode | undefined, report: Report): void {
  if (node === undefined || (node.kind === 'number' && [0, 1, 2].includes(node.value))) return
  report('policy_value', node, 'BrowserSignin must be 0 (off), 1 (possible) or 2 (required).')
}

function checkStorage(storage: readonly PolicyEntry[], forced: readonly ForcedExtension[], expectation: Expectation, report: Report): void {
  for (const entry of storage) {
    if (!checkId(entry.name, entry, expectation, report)) continue
    const isOurs = entry.name === expectation.extensionId
    if (isOurs || looksLikeOurs(entry.value)) checkSettings(entry.value, expectation, report)
    if (forced.length === 0 || forced.some(({ id }) => id === entry.name)) continue
    const [first] = forced
    report('extension_id_mismatch', entry, `The settings are for ${entry.name}, which is not installed by this file.`, {
      severity: isOurs || forced.length > 1 ? 'warning' : 'error',
      hint: `Expected ${expectation.extensionId ?? first?.id}.`
    })
  }
}

/** Other extensions have settings of their own; these are told by their names. */
function looksLikeOurs(node: PolicyNode): boolean {
  return memberOf(node, 'serverUrl') !== undefined && memberOf(node, 'ring') !== undefined
}

function checkSettings(node: PolicyNode, { serverUrl, isTrial }: Expectation, report: Report): void {
  const result = managedStorageSchema.safeParse(plainValue(node))
  for (const { path, message, code, ...issue } of result.success ? [] : result.error.issues) {
    const [name, index] = path
    const entry = node.kind === 'dictionary' ? node.entries.find(item => item.name === name) : undefined
    const item = entry?.value.kind === 'list' && typeof index === 'number' ? entry.value.items[index] : undefined
    if (code === 'unrecognized_keys' && 'keys' in issue) {
      for (const unknown of node.kind === 'dictionary' ? node.entries.filter(one => issue.keys.includes(one.name)) : [])
        report('policy_value', unknown, `Fixpoint has no setting “${unknown.name}”.`, { hint: 'There are serverUrl, ring and projects.' })
    } else report('policy_value', item ?? entry ?? node, `${path.length === 0 ? 'The settings' : path.join('.')}: ${message}`)
  }
  const server = memberOf(node, 'serverUrl')
  if (server?.kind !== 'string') return
  const fault = faultOfServerUrl(server.value, isTrial)
  if (fault !== null) report('policy_value', server, `serverUrl: ${fault}`)
  else if (serverUrl !== null && new URL(server.value).origin !== serverUrl)
    report('policy_value', server, `serverUrl is “${server.value}”; the configuration has ${serverUrl}.`)
}
