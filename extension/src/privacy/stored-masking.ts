import { z } from 'zod'
import { type StorageArea, type StoredValue, storedValue } from '../panel/stored-value.ts'
import type { ProjectMasking } from './project-masking.ts'

/** Two captures with the same fingerprint have the same things hidden. */
export function fingerprintOf({ selectors, patterns }: ProjectMasking): string {
  return JSON.stringify([selectors, patterns])
}

/**
 * What the project of an origin hides, as its server last said. It is kept over the end of the browser, because pointing can begin by a
 * key before the panel has asked again.
 */
export function storedMaskingOf(local: StorageArea, origin: string): StoredValue<ProjectMasking> {
  return storedValue(local, `masking:${origin}`, z.object({ selectors: z.array(z.string()), patterns: z.array(z.string()) }))
}
