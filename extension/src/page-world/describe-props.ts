import { stripControls, toStorableText } from '@fixpoint/protocol'
import { isPrivateName } from '../privacy/secret-names.ts'
import { countRedaction, REDACTED, type RedactionCounts, redactSecrets, type SecretDetector } from '../privacy/secrets.ts'
import { type GivenValue, placeholderOf } from './page-world.ts'

/**
 * Props as one line: `price=19.9 product={id: 7, name: "Mug"} onAdd=[function]`. What names or values show to be private is masked;
 * children that are elements are left out, because the outline has them.
 * @param rules patterns of the project
 */
export function describeProps(
  props: Readonly<Record<string, GivenValue>>,
  counts: RedactionCounts,
  rules: readonly SecretDetector[] = []
): string {
  const write = (name: string, value: GivenValue): string => {
    const note = placeholderOf(value)
    if (note !== null) return describePlaceholder(note)
    if (typeof value === 'boolean' || value === null) return String(value)
    // A name that says so hides all that is below it.
    if (isPrivateName(name) && value !== '') {
      countRedaction(counts, 'private property')
      return REDACTED
    }
    if (typeof value === 'string') return JSON.stringify(clean(value, counts, rules))
    // A number long enough for a card, a phone or an account.
    if (typeof value === 'number') return clean(String(value), counts, rules)
    if (Array.isArray(value)) return `[${value.map(item => write(name, item)).join(', ')}]`
    return `{${Object.entries(value)
      .map(([key, inner]) => `${cleanName(key, counts, rules)}: ${write(key, inner)}`)
      .join(', ')}}`
  }
  return Object.entries(props)
    .filter(([name, value]) => !(name === 'children' && isElements(value)))
    .map(([name, value]) => `${cleanName(name, counts, rules)}=${write(name, value)}`)
    .join(' ')
}

function isElements(value: GivenValue): boolean {
  const items = Array.isArray(value) ? value : [value]
  return items.every(item => typeof item === 'boolean' || item === null || placeholderOf(item) !== null)
}

function describePlaceholder(note: string): string {
  const date = /^Date (-?\d+)$/.exec(note)
  const time = Number(date?.[1])
  if (date && Math.abs(time) <= 8.64e15) return `[Date ${new Date(time).toISOString()}]`
  return `[${stripControls(toStorableText(note)).replace(/\s+/g, ' ')}]`
}

function clean(text: string, counts: RedactionCounts, rules: readonly SecretDetector[]): string {
  return redactSecrets(stripControls(toStorableText(text)).replace(/\s+/g, ' '), counts, rules)
}

function cleanName(name: string, counts: RedactionCounts, rules: readonly SecretDetector[]): string {
  const plain = clean(name, counts, rules)
  return /^[\w$…-]+$/.test(plain) ? plain : JSON.stringify(plain)
}
