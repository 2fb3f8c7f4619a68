import { reachableRoots } from '../page-tree/page-tree.ts'
import { PRIVATE_FIELDS, privateFieldKind } from './private-fields.ts'

// Shorter values would be found inside ordinary words.
const SHORTEST = 4

/** What was typed into fields for passwords, codes and cards: pages sometimes show it elsewhere too. The longest come first. */
export function typedSecrets(): string[] {
  const values = new Set<string>()
  for (const root of reachableRoots()) {
    for (const field of root.querySelectorAll(PRIVATE_FIELDS)) {
      if (privateFieldKind(field) === 'form value' || !('value' in field) || typeof field.value !== 'string') continue
      const value = field.value.replace(/\s+/g, ' ').trim()
      if (value.length >= SHORTEST) values.add(value)
    }
  }
  return [...values].sort((a, b) => b.length - a.length)
}
