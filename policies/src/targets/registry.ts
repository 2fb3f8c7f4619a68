import { type Browser, browserPolicies, desktopPolicies, type PolicyValue } from '../browser-policies.ts'
import type { Group, PolicyConfig } from '../config.ts'

/** Keys that the ADMX templates of the browsers write to, below HKEY_LOCAL_MACHINE. */
export const REGISTRY_KEYS: Record<Browser, string> = {
  chrome: 'SOFTWARE\\Policies\\Google\\Chrome',
  edge: 'SOFTWARE\\Policies\\Microsoft\\Edge'
}

export const REGISTRY_HEADER = 'Windows Registry Editor Version 5.00'

/** A .reg file with the same keys and types as Group Policy writes them: UTF-16 with byte order mark, as regedit does. */
export function registryFile(config: PolicyConfig, group: Group, browser: Browser): Uint8Array {
  const { policies, managedStorage } = browserPolicies(config, group, browser)
  const root = `HKEY_LOCAL_MACHINE\\${REGISTRY_KEYS[browser]}`
  const lines = [REGISTRY_HEADER, '']
  const { ExtensionInstallForcelist = [], ...single } = { ...policies, ...desktopPolicies(config) }
  addKey(lines, root, single)
  addKey(lines, `${root}\\ExtensionInstallForcelist`, numbered(ExtensionInstallForcelist))
  const { projects, ...settings } = managedStorage
  const storage = `${root}\\3rdparty\\extensions\\${config.extensionId}\\policy`
  addKey(lines, storage, settings)
  if (projects !== undefined) addKey(lines, `${storage}\\projects`, numbered(projects))
  return Buffer.from(`\uFEFF${lines.join('\r\n')}`, 'utf16le')
}

/** Lists are keys with values named 1, 2, 3 … */
function numbered(list: PolicyValue): { readonly [name: string]: PolicyValue } {
  return Array.isArray(list) ? Object.fromEntries(list.map((item, index) => [String(index + 1), item])) : {}
}

function addKey(lines: string[], key: string, values: { readonly [name: string]: PolicyValue }): void {
  lines.push(`[${key}]`)
  for (const [name, value] of Object.entries(values)) lines.push(`${quoted(name)}=${registryValue(value)}`)
  lines.push('')
}

/** Strings and numbers as they are, booleans as 0 and 1, dictionaries as JSON in one string. */
function registryValue(value: PolicyValue): string {
  if (typeof value === 'number' || typeof value === 'boolean') return `dword:${Number(value).toString(16).padStart(8, '0')}`
  return quoted(typeof value === 'string' ? value : JSON.stringify(value))
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
