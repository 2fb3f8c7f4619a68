import { z } from 'zod'

// NUL cannot be stored in PostgreSQL text, and a lone surrogate cannot be encoded as UTF-8: both would be lost or fail later.
const UNSTORABLE = /\u0000|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/

/** True when the text can be stored and sent unchanged. */
export function isStorableText(text: string): boolean {
  return !UNSTORABLE.test(text)
}

// White space and Unicode's "default ignorable" code points (zero-width characters, fillers, variation selectors).
const INVISIBLE_ONLY = /^[\s\p{Default_Ignorable_Code_Point}]*$/u

/** True when a person would see something. */
export function isVisibleText(text: string): boolean {
  return !INVISIBLE_ONLY.test(text)
}

/** Replaces NUL and lone surrogates by U+FFFD, for text that comes from tools and pages and must be kept as far as possible. */
export function toStorableText(text: string): string {
  return UNSTORABLE.test(text) ? text.replaceAll('\u0000', '\ufffd').toWellFormed() : text
}

// C0 and C1 controls without tab and newline, and the bidirectional overrides: they change what a terminal or a reviewer sees.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g

/** Removes ANSI escape sequences, other control characters and bidirectional overrides; keeps tab and newline. */
export function stripControls(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(/\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)/g, '') // OSC: titles, links, clipboard
    .replace(/\u001b[P^_X][\s\S]*?\u001b\\/g, '') // DCS, PM, APC, SOS strings
    .replace(/\u001b\[[0-?]*[ -/]*[@-~]/g, '') // CSI
    .replace(/\u001b[ -/]*[0-~]/g, '')
    .replace(CONTROL, '')
}

/** Cuts to at most `limit` UTF-16 units without splitting a character, and says how much is missing. */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text
  const end = /[\uD800-\uDBFF]/.test(text[limit - 1] ?? '') ? limit - 1 : limit
  return `${text.slice(0, end)}… (${text.length - end} more characters)`
}

/** A text of at most `max` characters that can be stored. */
export function storableText(max: number) {
  return z.string().max(max).refine(isStorableText, 'has a NUL or half of a surrogate pair')
}
