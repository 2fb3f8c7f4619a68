import { allowedHosts, managedStorage, updateUrlOf } from '../browser-policies.ts'
import type { Group, PolicyConfig } from '../config.ts'

/** What goes into “Policy for extensions” of the Admin console: managed storage, each setting wrapped in `Value`. */
export function managedConfiguration(config: PolicyConfig, group: Group): Record<string, { Value: unknown }> {
  return Object.fromEntries(Object.entries(managedStorage(config, group)).map(([name, value]) => [name, { Value: value }]))
}

/**
 * Body of `POST https://chromepolicy.googleapis.com/v1/customers/my_customer/policies/orgunits:batchModify`: the same as by hand in
 * the Admin console. Schemas as `policySchemas.list` of the API gives them.
 */
export function chromePolicyRequest(config: PolicyConfig, group: Group, orgUnit: string): { requests: unknown[] } {
  const hosts = allowedHosts(config, group)
  const request = (policySchema: string, value: Record<string, unknown>) => ({
    policyTargetKey: { targetResource: `orgunits/${orgUnit}`, additionalTargetKeys: { app_id: `chrome:${config.extensionId}` } },
    policyValue: { policySchema: `chrome.users.apps.${policySchema}`, value },
    updateMask: Object.keys(value).join(',')
  })
  return {
    requests: [
      request('InstallType', { appInstallType: config.toolbarPin ? 'FORCED_AND_PIN_TO_TOOLBAR' : 'FORCED' }),
      request('AppInstallationUrl', { installationUrl: updateUrlOf(config, group) }),
      request('OverrideInstallationUrl', { overrideInstallationUrl: true }),
      request('ManagedConfiguration', { managedConfiguration: JSON.stringify(managedConfiguration(config, group)) }),
      ...(hosts === null ? [] : [request('PermissionsAndUrlAccess', { blockedHosts: ['*://*'], allowedHosts: hosts })])
    ]
  }
}
