/** How often something was left out or masked, by kind. */
export type RedactionCounts = Record<string, number>

export const REDACTED = '[redacted]'

export interface SecretDetector {
  kind: string
  /** With a group named `secret` only that part is replaced. */
  pattern: RegExp
  /** Looks closer at a match that the pattern alone cannot decide. */
  isSecret?: (match: string) => boolean
}

// The special cases come first: what they have found is not looked at by the general ones.
const DETECTORS: readonly SecretDetector[] = [
  { kind: 'private key', pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g },
  { kind: 'jwt', pattern: /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g },
  { kind: 'aws key', pattern: /\b(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA|ANVA|AIPA)[A-Z0-9]{16}\b/g },
  { kind: 'github token', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{22,})/g },
  { kind: 'gitlab token', pattern: /\bglpat-[\w-]{20,}/g },
  { kind: 'slack token', pattern: /\bxox[a-z]-[A-Za-z0-9-]{10,}|hooks\.slack\.com\/services\/[A-Za-z0-9/]{20,}/g },
  { kind: 'google key', pattern: /\bAIza[\w-]{30,}|\bya29\.[\w-]{20,}|\bGOCSPX-[\w-]{20,}/g },
  { kind: 'stripe key', pattern: /\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}|\bwhsec_[A-Za-z0-9+/=]{16,}/g },
  { kind: 'model provider key', pattern: /\bsk-(?:ant-|proj-|or-)?[\w-]{20,}/g, isSecret: hasDigit },
  { kind: 'npm token', pattern: /\bnpm_[A-Za-z0-9]{30,}/g },
  { kind: 'bearer token', pattern: /\bBearer\s+(?<secret>[\w.~+/=-]{12,})/gi, isSecret: hasDigit },
  { kind: 'basic credentials', pattern: /\bAuthorization["']?\s*[:=]\s*["']?Basic\s+(?<secret>[A-Za-z0-9+/=]{8,})/gi },
  { kind: 'password in address', pattern: /\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@]{0,100}:(?<secret>[^\s/@]{1,200})@/gi },
  { kind: 'aws key', pattern: /(?<![\w+/=-])[A-Za-z0-9+/]{40}(?![\w+/=-])/g, isSecret: looksLikeAwsSecret },
  {
    kind: 'named secret',
    pattern:
      /(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|client[_-]?secret|credentials?|otp|pin|cvv|cvc)["']?\s{0,3}[:=]\s{0,3}["']?(?<secret>[^\s"'&,;<>()[\]{}]{4,200})/gi,
    isSecret: hasDigit
  },
  { kind: 'card number', pattern: /(?<![\w.-])[3-6]\d(?:[ -]?\d){11,17}(?![\w-])/g, isSecret: isCardNumber },
  { kind: 'hexadecimal key', pattern: /\b[0-9a-f]{32,}\b/gi },
  { kind: 'long token', pattern: /(?<![\w/+-])[A-Za-z0-9_-]{40,}(?![\w/+-])/g, isSecret: looksRandom }
]

export interface SecretSpan {
  kind: string
  start: number
  end: number
}

/**
 * What every text has that holds something for the detectors: twelve characters of a key in a row, as many digits with blanks between
 * them, or a colon or an equals sign. Most texts of a page have none of it, and looking for it costs a twentieth.
 */
const MAY_HOLD_SECRET = /[\w.~+/=-]{12}|\d(?:[ -]?\d){11}|[:=]|BEGIN /

export function mayHoldSecret(text: string): boolean {
  return MAY_HOLD_SECRET.test(text)
}

/**
 * For each detector what its finds have in them wherever they stand, also with letters right before and after them. What stands first in
 * each of these is rare, so that a text without any of it is gone through quickly.
 */
const MARKS =
  /-----BEGIN |eyJ[\w-]{8}|A[KSGIRN][IPDOV]A[A-Z0-9]{16}|gh[pousr]_|github_pat_|glpat-|xox[a-z]-|hooks\.slack|AIza|ya29\.|GOCSPX-|[srp]k_(?:live|test)_|whsec_|sk-[\w-]{20}|npm_[A-Za-z0-9]{30}|Bearer\s|Basic\s|:\/\/[^\s/:@]{0,100}:[^\s/@]|(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|key|credentials?|otp|pin|cvv|cvc)["']?\s{0,3}[:=]|[3-6]\d(?:[ -]?\d){11}|[0-9a-f]{32}|(?=[a-z+/_-]{0,39}\d)[\w+/-]{40}/i

/**
 * Whether some texts that stand together without anything between them may have secrets in them. Unlike `mayHoldSecret` it is false for
 * most pages as a whole.
 */
export function mayHoldSecrets(text: string): boolean {
  return MARKS.test(text)
}

/**
 * Where in a text something looks like a secret: in order, without overlaps.
 * @param more detectors that come before the general ones
 */
export function secretSpans(text: string, more: readonly SecretDetector[] = []): SecretSpan[] {
  const spans: SecretSpan[] = []
  const detectors = mayHoldSecret(text) ? [...more, ...DETECTORS] : more
  for (const { kind, pattern, isSecret } of detectors) {
    for (const match of text.matchAll(pattern)) {
      const secret = match.groups?.['secret'] ?? match[0]
      if (secret === '') continue
      const start = match.index + match[0].lastIndexOf(secret)
      const end = start + secret.length
      const isTaken = spans.some(span => start < span.end && end > span.start)
      if (!isTaken && (isSecret === undefined || isSecret(secret))) spans.push({ kind, start, end })
    }
  }
  return spans.sort((a, b) => a.start - b.start)
}

/** Replaces what looks like a secret and counts it by kind. */
export function redactSecrets(text: string, counts: RedactionCounts, more: readonly SecretDetector[] = []): string {
  return withoutSpans(text, secretSpans(text, more), ({ kind }) => countRedaction(counts, kind))
}

/** The text with a mark in place of each span. */
export function withoutSpans(text: string, spans: readonly SecretSpan[], onSpan: (span: SecretSpan) => void): string {
  let result = ''
  let position = 0
  for (const span of spans) {
    result += text.slice(position, span.start) + REDACTED
    position = span.end
    onSpan(span)
  }
  return result + text.slice(position)
}

export function containsSecret(text: string): boolean {
  return secretSpans(text).length > 0
}

export function countRedaction(counts: RedactionCounts, kind: string, times = 1): void {
  if (times > 0) counts[kind] = (counts[kind] ?? 0) + times
}

function hasDigit(text: string): boolean {
  return /\d/.test(text)
}

/** Luhn's checksum, which every payment card number satisfies. */
function isCardNumber(text: string): boolean {
  const digits = text.replace(/\D/g, '')
  if (digits.length < 13 || digits.length > 19) return false
  let sum = 0
  for (const [index, digit] of [...digits].reverse().entries()) {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1)
    sum += value > 9 ? value - 9 : value
  }
  return sum % 10 === 0
}

/** 40 characters of base64 that are neither a path nor one word: AWS secret access keys have no other mark. */
function looksLikeAwsSecret(text: string): boolean {
  return hasDigit(text) && /[a-z]/.test(text) && /[A-Z]/.test(text) && entropy(text) >= 4.2 && !/[a-z]{6}/.test(text)
}

/** Mixed case with digits all over, as no name or sentence is. */
function looksRandom(text: string): boolean {
  const digits = text.replace(/\D/g, '').length
  return digits >= 4 && /[a-z]/.test(text) && /[A-Z]/.test(text) && entropy(text) >= 4 && !/[a-z]{8}/.test(text)
}

/** Shannon entropy in bits for each character. */
function entropy(text: string): number {
  const occurrences = new Map<string, number>()
  for (const character of text) occurrences.set(character, (occurrences.get(character) ?? 0) + 1)
  let bits = 0
  for (const times of occurrences.values()) bits -= (times / text.length) * Math.log2(times / text.length)
  return bits
}
