import type { Browser } from '../browser-policies.ts'
import { LINUX_FOLDERS } from '../targets/linux.ts'
import type { Fault } from './finding.ts'
import { KIND_NAMES, memberOf, type PolicyNode } from './policy-node.ts'
import type { ReadPolicies } from './policy-set.ts'

/** A file of a managed folder on Linux. */
export function readLinux(root: PolicyNode, path: string): ReadPolicies {
  const faults: Fault[] = []
  if (root.kind !== 'dictionary') {
    faults.push({
      code: 'policy_json',
      severity: 'error',
      message: `The file holds ${KIND_NAMES[root.kind]}; it must be a dictionary of policies.`,
      offset: root.offset
    })
    return { kind: 'linux', sets: [], faults }
  }
  const thirdParty = memberOf(root, '3rdparty')
  const extensions = memberOf(thirdParty, 'extensions')
  if (thirdParty !== undefined && extensions === undefined)
    faults.push({
      code: 'policy_value',
      severity: 'error',
      message: '3rdparty must hold “extensions”, and that the settings by extension id.',
      offset: thirdParty.offset
    })
  if (extensions !== undefined && extensions.kind !== 'dictionary')
    faults.push({
      code: 'policy_value',
      severity: 'error',
      message: `3rdparty.extensions is ${KIND_NAMES[extensions.kind]}; it must be a dictionary.`,
      offset: extensions.offset
    })
  const storage = extensions?.kind === 'dictionary' ? extensions.entries : []
  return {
    kind: 'linux',
    sets: [{ browser: browserOf(path), policies: root.entries.filter(({ name }) => name !== '3rdparty'), storage }],
    faults
  }
}

function browserOf(path: string): Browser | null {
  const folder = path.replaceAll('\\', '/')
  return Object.entries(LINUX_FOLDERS).find(([name]) => `/${folder}`.includes(`/${name}/`))?.[1] ?? null
}
