import type { Group, PolicyConfig } from './config.ts'
import type { ManagedStorage } from './managed-storage.ts'

export type Browser = 'chrome' | 'edge'

/** Value of a policy: what all formats can hold. */
export type PolicyValue = string | number | boolean | readonly PolicyValue[] | { readonly [name: string]: PolicyValue }

export interface BrowserPolicies {
  /** By the names of Chrome's policy list. */
  policies: { readonly [name: string]: PolicyValue }
  managedStorage: ManagedStorage
}

/** BrowserSignin: people must sign in to a profile. Chrome and Edge know the value on Windows and macOS only. */
const SIGN_IN_FORCED = 2

/** The address that browsers of a group are updated from. */
export function updateUrlOf(config: PolicyConfig, group: Group): string {
  const url = config.updateUrls[group.ring]
  if (url === undefined) throw new TypeError(`The configuration has no address for ring ${group.ring}.`)
  return url
}

/** Where the extension may work in this group: the given origins and the server's own; null where nothing is restricted. */
export function allowedHosts(config: PolicyConfig, group: Group): string[] | null {
  const origins = group.allowedOrigins ?? config.allowedOrigins
  return origins === undefined ? null : [...new Set([...origins, new URL(config.serverUrl).origin])]
}

/**
 * What a browser of a group is told. ExtensionInstallForcelist and ExtensionSettings say the same: the first is what older
 * consoles show, the second alone can say where updates come from (`override_update_url`), which the rings rest on.
 */
export function browserPolicies(config: PolicyConfig, group: Group, browser: Browser): BrowserPolicies {
  const updateUrl = updateUrlOf(config, group)
  const hosts = allowedHosts(config, group)
  return {
    policies: {
      ExtensionInstallForcelist: [`${config.extensionId};${updateUrl}`],
      ExtensionSettings: {
        [config.extensionId]: {
          installation_mode: 'force_installed',
          update_url: updateUrl,
          override_update_url: true,
          ...toolbar(config, browser),
          ...(hosts === null ? {} : { runtime_blocked_hosts: ['*://*'], runtime_allowed_hosts: hosts })
        }
      }
    },
    managedStorage: managedStorage(config, group)
  }
}

/** Policies that Windows and macOS have besides. */
export function desktopPolicies(config: PolicyConfig): { readonly [name: string]: PolicyValue } {
  return config.signIn === 'required' ? { BrowserSignin: SIGN_IN_FORCED } : {}
}

function toolbar(config: PolicyConfig, browser: Browser): { readonly [name: string]: PolicyValue } {
  if (!config.toolbarPin) return {}
  return browser === 'chrome' ? { toolbar_pin: 'force_pinned' } : { toolbar_state: 'force_shown' }
}

export function managedStorage(config: PolicyConfig, group: Group): ManagedStorage {
  return {
    serverUrl: new URL(config.serverUrl).origin,
    ring: group.ring,
    ...(group.projects === undefined ? {} : { projects: group.projects })
  }
}
