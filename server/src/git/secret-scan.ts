/**
 * Kinds of secrets that can be told by their look. Published formats of the issuers: AWS access key ids, GitHub and GitLab tokens,
 * Slack tokens, Google API keys, Stripe live keys, private keys in PEM, JSON web tokens, npm tokens.
 */
const PATTERNS: readonly { kind: string; pattern: RegExp }[] = [
  { kind: 'private key', pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/ },
  { kind: 'AWS access key', pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/ },
  { kind: 'GitHub token', pattern: /\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{60,}\b/ },
  { kind: 'GitLab token', pattern: /\bglpat-[A-Za-z0-9_-]{20,}\b/ },
  { kind: 'Slack token', pattern: /\bxox[abposr]-[A-Za-z0-9-]{10,}\b/ },
  { kind: 'Google API key', pattern: /\bAIza[A-Za-z0-9_-]{35}\b/ },
  { kind: 'Stripe key', pattern: /\b[sr]k_live_[A-Za-z0-9]{20,}\b/ },
  { kind: 'npm token', pattern: /\bnpm_[A-Za-z0-9]{36}\b/ },
  { kind: 'JSON web token', pattern: /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/ }
]

/** Kinds of secrets in a text; also any of the given values, plain or in base64. */
export function findSecrets(text: string, known: readonly string[]): string[] {
  const kinds = PATTERNS.filter(({ pattern }) => pattern.test(text)).map(({ kind }) => kind)
  const isKnown = known.some(
    secret => secret.length >= 8 && (text.includes(secret) || text.includes(Buffer.from(secret).toString('base64').replace(/=+$/, '')))
  )
  return isKnown ? [...kinds, 'one of this server’s own secrets'] : kinds
}

/** The lines that a diff adds. */
export function addedLines(diff: string): string {
  return diff
    .split('\n')
    .filter(line => line.startsWith('+') && !line.startsWith('+++'))
    .join('\n')
}
