import { reachableRoots } from '../page-tree/page-tree.ts'
import { isPrivateField, PRIVATE_FIELDS, privateFieldKind } from './private-fields.ts'
import { REDACTED } from './secrets.ts'

// Shorter values would be found inside ordinary words.
const SHORTEST = 4

/** What was typed into fields for passwords, codes and cards: pages sometimes show it elsewhere too. The longest come first. */
export function typedSecrets(): string[] {
  const values = new Set<string>()
  for (const root of reachableRoots()) {
    for (const field of root.querySelectorAll(PRIVATE_FIELDS)) {
      if (privateFieldKind(field) === 'form value' || !('value' in field) || typeof field.value !== 'string') continue
      const value = withPlainSpaces(field.value)
      if (value.length >= SHORTEST) values.add(value)
    }
  }
  return [...values].sort((a, b) => b.length - a.length)
}

/**
 * What stands in the page's text fields now, of whatever kind. Forms that are sent by GET put it into the address. What is chosen
 * from a list is not in it: its values are the page's own.
 */
export function typedValues(): Set<string> {
  const values = new Set<string>()
  for (const root of reachableRoots()) {
    for (const field of root.querySelectorAll(PRIVATE_FIELDS)) {
      if (!isPrivateField(field) || field.localName === 'select') continue
      const content = 'value' in field && typeof field.value === 'string' ? field.value : (field.textContent ?? '')
      const value = withPlainSpaces(content)
      if (value !== '') values.add(value)
    }
  }
  return values
}

/** The text with what was typed into fields for passwords, codes and cards taken out. */
export function withoutTypedSecrets(text: string, secrets: readonly string[], onFound: () => void): string {
  let result = text
  for (const secret of secrets) {
    if (!result.includes(secret)) continue
    result = result.replaceAll(secret, REDACTED)
    onFound()
  }
  return result
}

function withPlainSpaces(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
