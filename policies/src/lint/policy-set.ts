import type { Browser } from '../browser-policies.ts'
import type { Fault } from './finding.ts'
import type { PolicyEntry } from './policy-node.ts'

/** What one file tells one browser. */
export interface PolicySet {
  /** Null where the file does not say which: then what either of them knows is right. */
  browser: Browser | null
  /** By the names of the policy list; without 3rdparty. */
  policies: PolicyEntry[]
  /** Managed storage by extension id. */
  storage: PolicyEntry[]
}

export interface ReadPolicies {
  kind: 'registry' | 'profile' | 'linux' | 'intune' | 'google-admin'
  sets: PolicySet[]
  faults: Fault[]
}
