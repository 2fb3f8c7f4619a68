import { type Browser, browserPolicies } from '../browser-policies.ts'
import type { Group, PolicyConfig } from '../config.ts'

/** Folders that the browsers read on Linux, and what they understand. */
export const LINUX_FOLDERS: Record<string, Browser> = {
  'etc/opt/chrome/policies/managed': 'chrome',
  'etc/chromium/policies/managed': 'chrome',
  'etc/opt/edge/policies/managed': 'edge'
}

/** One JSON file for each browser, at the path it has below the root folder. */
export function linuxFiles(config: PolicyConfig, group: Group): [path: string, text: string][] {
  return Object.entries(LINUX_FOLDERS).map(([folder, browser]) => {
    const { policies, managedStorage } = browserPolicies(config, group, browser)
    const file = { ...policies, '3rdparty': { extensions: { [config.extensionId]: managedStorage } } }
    return [`${folder}/fixpoint.json`, `${JSON.stringify(file, null, 2)}\n`]
  })
}
