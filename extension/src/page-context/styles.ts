import { STYLE_PROPERTIES } from '@fixpoint/protocol'
import { redactAddress } from '../privacy/addresses.ts'
import type { RedactionCounts } from '../privacy/secrets.ts'

const LONGEST_VALUE = 500

/** The computed style of an element, as far as it is compared and shown. */
export function stylesOf(element: Element, counts: RedactionCounts): Record<string, string> {
  const computed = getComputedStyle(element)
  const styles: Record<string, string> = {}
  for (const property of STYLE_PROPERTIES) {
    const value = computed.getPropertyValue(property)
    if (value !== '') styles[property] = withoutAddresses(value, counts).slice(0, LONGEST_VALUE)
  }
  return styles
}

/** Pictures in styles may be data of any size, and their addresses may carry a signature. */
function withoutAddresses(value: string, counts: RedactionCounts): string {
  if (!value.includes('url(')) return value
  return value.replace(/url\("?([^")]*)"?\)/g, (_, address: string) =>
    address.startsWith('data:') ? 'url("data:…")' : `url("${redactAddress(address, counts)}")`
  )
}
