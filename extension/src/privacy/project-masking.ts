import { isolatedWorld } from '../isolated-world.ts'
import type { SecretDetector } from './secrets.ts'

/** What a project's server says is private besides what Fixpoint recognises; see `maskingSchema` of the protocol. */
export interface ProjectMasking {
  selectors: readonly string[]
  patterns: readonly string[]
}

export const NO_MASKING: ProjectMasking = { selectors: [], patterns: [] }

/** The project's patterns as detectors. The server has compiled them before it handed them out. */
export function detectorsOf({ patterns }: ProjectMasking): SecretDetector[] {
  return patterns.map(pattern => ({ kind: 'project rule', pattern: new RegExp(pattern, 'giu') }))
}

/** In a page: one selector for all that the project hides, or null. */
export function maskedSelector(): string | null {
  const selectors = isolatedWorld().masking?.selectors ?? []
  return selectors.length === 0 ? null : selectors.join(',')
}
