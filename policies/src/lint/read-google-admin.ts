import type { Fault } from './finding.ts'
import { memberOf, type PolicyEntry, type PolicyNode } from './policy-node.ts'
import type { PolicySet, ReadPolicies } from './policy-set.ts'
import { readJson } from './read-json.ts'

/** “Policy for extensions” of the Admin console: each setting wrapped in `Value`. The extension is not named in it. */
export function readManagedConfiguration(root: PolicyNode, extensionId: string | null): ReadPolicies {
  const faults: Fault[] = []
  const settings = unwrapped(root, faults)
  const storage = extensionId === null ? [] : [{ name: extensionId, offset: root.offset, value: settings }]
  return { kind: 'google-admin', sets: [{ browser: 'chrome', policies: [], storage }], faults }
}

/** The body of a batchModify request of the Chrome Policy API; each extension and unit becomes what the browser is told in the end. */
export function readChromePolicyRequest(root: PolicyNode): ReadPolicies {
  const faults: Fault[] = []
  const requests = memberOf(root, 'requests')
  const byTarget = new Map<string, PolicyEntry[]>()
  for (const request of requests?.kind === 'list' ? requests.items : []) {
    const key = memberOf(request, 'policyTargetKey')
    const target = memberOf(key, 'targetResource')
    const app = memberOf(memberOf(key, 'additionalTargetKeys'), 'app_id')
    const schema = memberOf(memberOf(request, 'policyValue'), 'policySchema')
    const value = memberOf(memberOf(request, 'policyValue'), 'value')
    if (target?.kind !== 'string' || !/^(orgunits|groups)\/[A-Za-z0-9]+$/.test(target.value))
      faults.push(wrong('A request must say which unit it is for: “targetResource”: “orgunits/<id>”.', target ?? request))
    if (app?.kind !== 'string' || !app.value.startsWith('chrome:'))
      faults.push(wrong('A request must name the extension: “app_id”: “chrome:<id>”.', app ?? request))
    else if (schema?.kind !== 'string' || value?.kind !== 'dictionary')
      faults.push(wrong('A request must have a policySchema and a value.', request))
    else {
      const name = `${target?.kind === 'string' ? target.value : ''} ${app.value.slice('chrome:'.length)}`
      const entry = { name: schema.value, offset: app.offset, value }
      byTarget.set(name, [...(byTarget.get(name) ?? []), entry])
    }
  }
  const sets = [...byTarget].map(([name, entries]) => setOfRequests(name.slice(name.indexOf(' ') + 1), entries, faults))
  return { kind: 'google-admin', sets, faults }
}

function wrong(message: string, { offset }: { offset: number }): Fault {
  return { code: 'policy_value', severity: 'error', message, offset }
}

const INSTALL_TYPES: ReadonlySet<string> = new Set(['FORCED', 'FORCED_AND_PIN_TO_TOOLBAR', 'ALLOWED', 'BLOCKED'])

function setOfRequests(id: string, entries: readonly PolicyEntry[], faults: Fault[]): PolicySet {
  const find = (schema: string, field: string) => {
    const entry = entries.find(({ name }) => name === `chrome.users.apps.${schema}`)
    return memberOf(entry?.value, field)
  }
  const offset = entries[0]?.offset ?? 0
  const settings: PolicyEntry[] = []
  const add = (name: string, value: PolicyNode | undefined) => value !== undefined && settings.push({ name, offset: value.offset, value })
  const type = find('InstallType', 'appInstallType')
  if (type !== undefined && (type.kind !== 'string' || !INSTALL_TYPES.has(type.value)))
    faults.push(wrong(`appInstallType must be one of ${[...INSTALL_TYPES].join(', ')}.`, type))
  const mode = type?.kind === 'string' ? (type.value.startsWith('FORCED') ? 'force_installed' : type.value.toLowerCase()) : null
  if (type?.kind === 'string' && mode !== null && INSTALL_TYPES.has(type.value)) add('installation_mode', { ...type, value: mode })
  add('update_url', find('AppInstallationUrl', 'installationUrl'))
  add('override_update_url', find('OverrideInstallationUrl', 'overrideInstallationUrl'))
  add('runtime_blocked_hosts', find('PermissionsAndUrlAccess', 'blockedHosts'))
  add('runtime_allowed_hosts', find('PermissionsAndUrlAccess', 'allowedHosts'))
  const policies: PolicyEntry[] = [
    {
      name: 'ExtensionSettings',
      offset,
      value: { kind: 'dictionary', offset, entries: [{ name: id, offset, value: { kind: 'dictionary', entries: settings, offset } }] }
    }
  ]
  return {
    browser: 'chrome',
    policies: settings.length === 0 ? [] : policies,
    storage: storageOfRequests(id, find('ManagedConfiguration', 'managedConfiguration'), faults)
  }
}

function storageOfRequests(id: string, configuration: PolicyNode | undefined, faults: Fault[]): PolicyEntry[] {
  if (configuration === undefined) return []
  if (configuration.kind !== 'string') {
    faults.push(wrong('managedConfiguration must be a string of JSON.', configuration))
    return []
  }
  const json = readJson(configuration.excerpt)
  faults.push(...json.faults)
  return json.value === null ? [] : [{ name: id, offset: configuration.offset, value: unwrapped(json.value, faults) }]
}

function unwrapped(root: PolicyNode, faults: Fault[]): PolicyNode {
  if (root.kind !== 'dictionary') {
    faults.push(wrong('The settings must be a dictionary.', root))
    return root
  }
  const entries = root.entries.flatMap(entry => {
    const value = memberOf(entry.value, 'Value')
    if (value !== undefined) return [{ ...entry, value }]
    faults.push(wrong(`“${entry.name}” must be wrapped: {"Value": …}; the Admin console drops it otherwise.`, entry))
    return []
  })
  return { ...root, entries }
}
