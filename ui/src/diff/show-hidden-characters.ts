// Bidirectional controls, zero-width characters and other controls than tab: code that looks different from what runs.
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g

/** Makes characters visible that would let a line of code look like another one, such as “⟦U+202E⟧”. */
export function showHiddenCharacters(text: string): string {
  return text.replace(HIDDEN, character => `⟦U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟧`)
}
