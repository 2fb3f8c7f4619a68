import type { Group, PolicyConfig } from './config.ts'
import { chromePolicyRequest, managedConfiguration } from './targets/google-admin.ts'
import { intuneProfile } from './targets/intune.ts'
import { linuxFiles } from './targets/linux.ts'
import { mobileconfigFile } from './targets/mobileconfig.ts'
import { registryFile } from './targets/registry.ts'

export interface GeneratedFile {
  /** Below the output folder, with `/`. */
  path: string
  bytes: Uint8Array
}

/** All files for all groups, in a folder for each group. The same configuration gives the same bytes. */
export function generateFiles(config: PolicyConfig): GeneratedFile[] {
  return config.groups.flatMap(group => filesOf(config, group).map(({ path, bytes }) => ({ path: `${group.name}/${path}`, bytes })))
}

function filesOf(config: PolicyConfig, group: Group): GeneratedFile[] {
  return [
    { path: 'windows/chrome.reg', bytes: registryFile(config, group, 'chrome') },
    { path: 'windows/edge.reg', bytes: registryFile(config, group, 'edge') },
    json('windows/intune.json', intuneProfile(config, group)),
    text('macos/fixpoint.mobileconfig', mobileconfigFile(config, group)),
    ...linuxFiles(config, group).map(([path, content]) => text(`linux/${path}`, content)),
    json('google-admin/managed-configuration.json', managedConfiguration(config, group)),
    ...(group.googleOrgUnit === undefined
      ? []
      : [json('google-admin/chrome-policy.json', chromePolicyRequest(config, group, group.googleOrgUnit))])
  ]
}

function text(path: string, content: string): GeneratedFile {
  return { path, bytes: Buffer.from(content, 'utf8') }
}

function json(path: string, value: unknown): GeneratedFile {
  return text(path, `${JSON.stringify(value, null, 2)}\n`)
}
