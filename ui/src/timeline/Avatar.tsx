import type { Person } from '@fixpoint/protocol'

/** A person's initials on a colour that is always the same for them. The name is said beside it or in the tooltip. */
export function Avatar({ person, size = 22 }: { person: Pick<Person, 'personId' | 'name'>; size?: number }) {
  const style = { width: size, height: size, fontSize: size * 0.42, '--fx-avatar-hue': hueOf(person.personId) }
  return (
    <span className="fx-avatar" style={style} title={person.name} aria-hidden>
      {initialsOf(person.name)}
    </span>
  )
}

/** First letters of the first and the last word: “Ada Lovelace” → “AL”. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u)
  const first = [...(words[0] ?? '')][0] ?? '?'
  const last = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : ''
  return (first + last).toLocaleUpperCase()
}

/** Degrees; neighbouring numbers get colours far apart. */
const GOLDEN_ANGLE = 137.508

function hueOf(id: string): number {
  let hash = 0
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 100_003
  return Math.round((hash * GOLDEN_ANGLE) % 360)
}
